"""The page in a real browser: it opens, folds, sorts, recounts, and asks nobody for anything."""

from __future__ import annotations

import csv
import time
from io import StringIO
from itertools import pairwise
from json import loads
from typing import TYPE_CHECKING

import pytest

from archcalc import count, explain, load
from archcalc.convention.figure import apply
from archcalc.page.drawings import drawings
from archcalc.page.page import page
from archcalc.referee.published.ledger import published

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.page.conftest import Browser

pytestmark = pytest.mark.browser

ROWS = "[role=treegrid] tbody tr"
NAMES = f"{ROWS} .name"
SHEET = {
    "input": "1x8x8",
    "layers": [
        {"name": "@sum", "conv": 1, "kernel": 3},
        {"name": "-2", "conv": 1, "kernel": 1},
        {"name": "a;b, c", "conv": 1, "kernel": 1},
    ],
}
LONG = {"name": "A network whose name is this long", "input": "1x32x32", "layers": [{"linear": 90}]}
DEEP = {
    "input": "4x8x8",
    "layers": [{"name": f"c{n}", "conv": 4 + n % 2, "kernel": 1} for n in range(1000)],
}
HOSTILE = "<script>document.title='x'</script>"


@pytest.fixture(scope="module", name="pages")
def _pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Write the pages of the tests, and give their addresses."""
    folder = tmp_path_factory.mktemp("pages")
    hostile = {
        "name": HOSTILE,
        "source": f"<img src=x onerror={HOSTILE}>",
        "input": "1x8x8",
        "layers": [
            {"name": "a", "conv": 1, "kernel": 3},
            {"name": "b", "opaque": "3", "holds": {}},
        ],
    }
    contents = {
        "lenet5": page([count("lenet5")], [published("lenet5")]),
        "googlenet": page([count("googlenet")]),
        "resnet50": page([count("resnet50-v1.5")]),
        "two": page([count("resnet18"), count("vgg16"), count("lenet5")]),
        "long": page([count("lenet5"), count(load(LONG))]),
        "hostile": page([count(load(hostile))]),
        "deep": page([count(load(DEEP))]),
        "sheet": page([count(load(SHEET))]),
        "empty": page([count(load({"input": "1x4x4", "layers": []}))]),
    }
    for name, text in contents.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in contents}


@pytest.fixture(autouse=True)
def _nothing_goes_wrong(browser: Browser) -> Iterator[None]:
    """Hold of every test that no script failed, and no request left the page."""
    yield
    assert browser.errors() == []
    assert browser.requests() == []


def cells(browser: Browser, column: str) -> dict[str, str]:
    """Give the column of the table as it is shown, by the paths of the rows."""
    script = """
      const heads = [...document.querySelectorAll("[role=columnheader] button")];
      const place = heads.findIndex((each) => each.dataset.column === arguments[0]);
      return Object.fromEntries([...document.querySelectorAll(arguments[1])].map((row) => [
        row.querySelector(".name").title, row.children[place].textContent]));
    """
    return dict(browser.run(script, column, ROWS))


def choose(browser: Browser, name: str) -> None:
    """Switch the convention."""
    browser.click(f"#convention option[value='{name}']")


def saved(browser: Browser, name: str) -> str:
    """Give a file that was downloaded, when it is there."""
    file: Path = browser.folder / name
    for _ in range(600):
        if file.exists() and file.stat().st_size:
            return file.read_text("utf-8")
        time.sleep(0.05)
    raise AssertionError(f"{name} never came")


def test_it_opens_with_the_figures_of_the_count(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["lenet5"])
    report = count("lenet5")

    assert browser.texts("h1") == ["LeNet-5"]
    assert browser.texts(NAMES) == [row.path for row in report.rows]
    assert cells(browser, "parameters") == {row.path: f"{row.parameters:,}" for row in report.rows}
    assert cells(browser, "macs") == {row.path: f"{row.macs:,}" for row in report.rows}
    total = browser.texts("[role=treegrid] tfoot td.number")
    assert total == ["60,000", "340,908", "325,680"]


def test_blocks_and_repetitions_open_and_close(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["resnet50"])
    folded = browser.texts(NAMES)
    browser.click(".twisty", folded.index("conv3_x"))
    opened = browser.texts(NAMES)

    assert folded == ["conv1", "pool1", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "avgpool", "fc"]
    assert opened[3:6] == ["conv3_x", "1", "2..4"]
    browser.click(".twisty", opened.index("2..4"))
    assert browser.texts(NAMES)[5:9] == ["2..4", "2", "3", "4"]
    browser.click(".levels button", 2)  # all layers
    assert browser.run("return document.querySelectorAll('tr.layer').length") == len(
        count("resnet50-v1.5").rows
    )
    browser.click(".levels button", 0)  # fold
    assert browser.texts(NAMES) == folded


def test_rows_are_made_as_they_come_into_view(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["deep"])
    made = "return document.querySelectorAll('tr[data-row]').length"
    last = "return document.activeElement.querySelector('.name')?.textContent"
    assert browser.run("return document.querySelector('[role=treegrid]').ariaRowCount") == "1002"
    assert browser.run(made) == 200

    browser.run("document.querySelector('tr[data-row]').focus()")
    browser.press("\ue010")  # End
    assert browser.run(last) == "c999"
    assert browser.run("return document.activeElement.ariaRowIndex") == "1001"
    browser.press("\ue013", "\ue013")  # up
    assert browser.run(last) == "c997"
    browser.click("[data-column=parameters]")
    assert 200 <= browser.run(made) < 700
    assert len(browser.texts(NAMES)) == len(set(browser.texts(NAMES)))

    browser.run("document.querySelector('[data-path=c500]').click()")  # in the chart
    assert browser.run("return document.querySelector('[aria-selected=true]').ariaLevel") == "1"
    assert browser.run(last) == "c500"
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run(made) == 1000
    assert browser.run("return document.querySelectorAll('tr.room').length") == 0


def test_columns_sort_within_each_block(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["lenet5"])
    order = [row.path for row in count("lenet5").rows]
    by_size = sorted(count("lenet5").rows, key=lambda row: -row.parameters)

    browser.click("[data-column=parameters]")
    assert browser.texts(NAMES) == [row.path for row in by_size]
    assert browser.run("return document.activeElement.dataset.column") == "parameters"
    browser.click("[data-column=parameters]")
    assert browser.texts(NAMES)[0] == "OUTPUT"
    browser.click("[data-column=parameters]")
    assert browser.texts(NAMES) == order


def test_a_search_sums_what_it_finds(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["googlenet"])
    browser.click("input[type=search]")
    browser.press(*"3x3 reduce")
    found = [row for row in count("googlenet").rows if "3x3 reduce" in row.path]

    assert len(found) == 10
    assert {path for path in cells(browser, "macs") if "reduce" in path} == {
        row.path for row in found
    }
    sums = browser.texts("[role=treegrid] tfoot tr:first-child td.number")
    assert browser.texts("[role=treegrid] tfoot th")[0] == "10 found"
    assert sums[0] == f"{sum(row.parameters for row in found):,}"


@pytest.mark.parametrize("convention", ["lecun1998", "thop", "torchinfo"])
def test_a_convention_recounts_every_row(
    browser: Browser, pages: dict[str, str], convention: str
) -> None:
    report = count("resnet50-v1.5")
    figure = apply(report, convention)
    browser.open(pages["resnet50"])
    browser.click(".levels button", 2)
    choose(browser, convention)
    shown = cells(browser, convention)

    assert {path: f"{figure.of(path):,}" for path in shown if ".." not in path} == {
        path: figure for path, figure in shown.items() if ".." not in path
    }
    assert len(shown) > 70
    assert browser.texts(".headlines .lead small") == [f"{figure.total:,}"]
    assert f"by={convention}" in browser.driver.current_url


def test_a_row_shows_what_is_behind_it(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["lenet5"])
    browser.click(ROWS, 2)
    formula = str(explain("lenet5", "C3")["C3"]["parameters"])

    assert browser.texts(".panel h2")[0] == "C3"
    assert formula in browser.texts(".panel .formula")
    assert browser.texts(".panel .matrix td").count("X") == 60
    seen = browser.texts(".panel .receptive p")
    assert seen == ["one output sees 14 x 14 of 32 x 32; the next lies 2 further."]
    assert browser.texts(".panel .published tbody tr td:nth-child(4)") == ["= equal"] * 3
    lessons = explain("lenet5", "C3").lessons
    assert browser.texts(".panel .lessons h3") == [each.title for each in lessons]
    assert browser.texts(".panel .lessons .note") == [each.text for each in lessons]
    browser.click(".panel .close")
    assert browser.texts(".panel h2") == []


def test_the_receptive_field_lies_where_it_is(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["lenet5"])
    browser.click(ROWS, 2)  # C3: 14 of 32, each output 2 further: the fifth begins at 8
    script = """
      const box = document.querySelector(arguments[0]);
      return ["x", "width"].map((side) => Number(box.getAttribute(side)));
    """
    image, seen = (browser.run(script, f".panel .{name}") for name in ("image", "seen"))

    assert [round(32 * number / image[1], 6) for number in seen] == [8, 14]


def test_the_keyboard_reaches_everything(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["resnet50"])
    browser.run("document.querySelector(arguments[0]).focus()", ROWS)
    down, right, left, enter = "\ue015", "\ue014", "\ue012", "\ue007"
    browser.press(down, down, right)

    assert browser.texts(NAMES)[2:4] == ["conv2_x", "1"]
    browser.press(right, enter)
    assert browser.texts(".panel h2")[0] == "conv2_x/1"
    browser.press(left, left)
    assert browser.texts(NAMES)[3] == "conv3_x"
    assert browser.run("return document.activeElement.getAttribute('aria-expanded')") == "false"


def test_drawing_and_table_are_linked_both_ways(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["resnet50"])
    click = "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    (box,) = browser.driver.find_elements("css selector", ".frame [data-layer=conv4_x]")
    browser.run(click, box)
    assert browser.texts(".panel h2")[0] == "conv4_x"
    browser.click(ROWS, 0)
    assert browser.run("return document.querySelector('.frame .chosen').dataset.layer") == "conv1"
    width = "return document.querySelector('.frame svg').getBoundingClientRect().width"
    before = browser.run(width)
    browser.click(".drawing .tools button", 1)
    assert browser.run(width) > 1.2 * before
    browser.click(".enlarge")
    assert browser.run("return document.querySelector('.drawing').clientWidth") > 1300
    browser.press("\ue00c")  # Escape
    assert browser.run("return document.querySelector('.drawing').clientWidth") < 500


def test_a_drawing_leaves_out_what_the_page_says(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["resnet50"])
    said = browser.texts(".frame text")
    assert said[0] == "input"
    assert not [text for text in said if "ResNet" in text or "whole network" in text]
    tops = "return ['.frame', '.frame text'].map((e) => %s(e).getBoundingClientRect().top)"
    frame, first = browser.run(tops % "document.querySelector")
    assert 0 < first - frame < 40
    drawn = drawings(count("resnet50-v1.5"))  # as a download has it
    assert "whole network</text>" in drawn.found[drawn.first]


def test_names_beside_points_have_room(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["long"])
    places = browser.run(
        "return [...document.querySelectorAll('.plot, .plot .label')]"
        ".map((e) => e.getBoundingClientRect()).map((e) => [e.left, e.right])"
    )
    (left, right), *labels = places
    assert len(labels) == 2
    assert all(left < start < end < right for start, end in labels)


def test_a_wide_drawing_lies_above_the_table(browser: Browser, pages: dict[str, str]) -> None:
    places = "return [...document.querySelectorAll('.drawing, .table')].map((e) => e.className)"
    browser.open(pages["lenet5"])
    assert browser.run(places) == ["drawing", "table"]
    browser.open(pages["resnet50"])
    assert browser.run(places) == ["table", "drawing"]


def test_charts_are_as_wide_as_the_shares(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["lenet5"])
    script = """
      const cell = document.querySelector(".icicle [data-path=C5]");
      return cell.getBoundingClientRect().width / cell.parentElement.getBoundingClientRect().width;
    """
    assert browser.run(script) == pytest.approx(48120 / 60000, abs=0.01)
    browser.click(".icicle [data-path=C5]")
    assert browser.texts(".panel h2")[0] == "C5"


def test_names_stay_text(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["hostile"])

    assert browser.texts("h1")[0].startswith(HOSTILE)
    assert browser.driver.title.startswith(HOSTILE)
    assert browser.run("return document.querySelectorAll('script, img').length") == 2
    assert cells(browser, "macs") == {"a": "324", "b": "unknown"}
    assert "≥ 324" in browser.texts("[role=treegrid] tfoot td.number")


def test_several_networks_are_compared(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["two"])
    totals = [count(name).total for name in ("resnet18", "vgg16", "lenet5")]

    assert browser.texts(".compare tbody td:nth-child(3)") == [
        f"{totals[0].parameters:,}",
        f"{totals[1].parameters:,}× 11.8",  # 138,357,544 / 11,689,512
        f"{totals[2].parameters:,}× 0.00513",
    ]
    assert len(browser.texts(".plot circle")) == 3
    changes = dict(
        zip(browser.texts(".difference h2"), browser.texts(".difference tfoot"), strict=True)
    )
    assert changes["From ResNet (resnet18) to LeNet-5"].startswith(
        f"total{totals[2].parameters - totals[0].parameters:+,}"
    )
    browser.click("nav button", 2)
    assert browser.texts("h1") == ["VGG (vgg16)"]
    assert "network=1" in browser.driver.current_url


def test_on_a_phone_the_parts_of_a_comparison_stand_apart(
    browser: Browser, pages: dict[str, str]
) -> None:
    browser.open(pages["two"], width=500)
    ends = browser.run(
        "return [...document.querySelectorAll('.several > section')]"
        ".map((e) => e.getBoundingClientRect()).map((e) => [e.top, e.bottom])"
    )
    assert len(ends) == 4  # side by side, the chart, and two networks beside the first
    assert all(below[0] - above[1] >= 8 for above, below in pairwise(ends))


def test_a_network_of_nothing_is_shown(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["empty"])

    assert browser.texts(NAMES) == []
    assert browser.texts("[role=treegrid] tfoot td.number") == ["0", "0"]
    assert browser.texts(".notes li") == [
        "no layers: none are written, or all of them are switched off"
    ]


def test_on_paper_all_is_shown_and_nothing_lies_over_another(
    browser: Browser, pages: dict[str, str]
) -> None:
    browser.open(f"{pages['resnet50']}#row=conv3_x/2/conv1", width=800)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        script = """
          const names = [".table table", ".panel", ".drawing"];
          const found = names.map((each) => document.querySelector(each));
          const places = found.map((each) => each.getBoundingClientRect()), panel = found[1];
          return [panel.scrollHeight - panel.clientHeight, getComputedStyle(panel).position,
            ...places.slice(1).map((each, i) => each.top >= places[i].bottom)];
        """
        hidden, position, *below = browser.run(script)
        assert (hidden, position, below) == (0, "static", [True, True])
        assert browser.run("return document.querySelector('.tools').offsetParent") is None
        ends = "return ['.frame svg', 'footer'].map((e) => document.querySelector(e)"
        picture, foot = browser.run(f"{ends}.getBoundingClientRect())")
        assert picture["bottom"] <= foot["top"]
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_what_is_shown_can_be_kept(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["resnet50"])
    browser.click(".twisty", 2)
    for number in range(4):
        browser.click(".downloads button", number)
    report = count("resnet50-v1.5")
    lines = list(csv.DictReader(StringIO(saved(browser, "resnet50-v1.5.csv"))))
    data = loads(saved(browser, "resnet50-v1.5.json"))

    assert [line["layer"] for line in lines][2:5] == ["conv2_x", "conv2_x/1", "conv2_x/2..3"]
    assert lines[2]["parameters"] == str(report["conv2_x"].parameters)
    assert data["rows"][2]["macs"] == report["conv2_x"].macs
    assert data["total"]["thop"] == report.figure("thop")
    assert data["partial"] == []
    again = count(load(StringIO(saved(browser, "resnet50-v1.5.yaml"))))
    assert again.total == report.total
    assert saved(browser, "resnet50-v1.5.svg").startswith("<svg ")


def test_no_name_is_a_formula_of_a_spreadsheet(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["sheet"])
    browser.click(".downloads button")
    lines = saved(browser, "spec.csv").split("\n")

    assert [line[:10] for line in lines[1:4]] == ["'@sum,conv", "'-2,conv,1", '"a;b, c",c']


@pytest.mark.parametrize("name", ["lenet5", "two"])
def test_all_that_acts_has_a_name(browser: Browser, pages: dict[str, str], name: str) -> None:
    browser.open(pages[name])
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    acting = "button, input, select, summary, section, aside, nav, [role=treegrid], svg[role=img]"
    found = browser.driver.find_elements("css selector", acting)

    assert len(found) > 10
    assert [e.get_attribute("outerHTML")[:90] for e in found if not e.accessible_name] == []
    assert browser.run("return document.querySelectorAll('h1, main').length") == 2


@pytest.mark.parametrize("name", ["googlenet", "lenet5", "two"])
def test_a_telephone_is_wide_enough(browser: Browser, pages: dict[str, str], name: str) -> None:
    browser.open(pages[name], width=400, height=800)

    assert browser.run("return document.documentElement.scrollWidth") == 400


def test_what_is_chosen_is_not_hidden_by_what_is_said_of_it(
    browser: Browser, pages: dict[str, str]
) -> None:
    browser.open(pages["googlenet"], width=400, height=800)
    browser.click(ROWS, 19)
    script = """
      const [row, panel] = ["[aria-selected=true]", ".panel"].map((e) => document.querySelector(e));
      return [row.getBoundingClientRect().bottom, panel.getBoundingClientRect().top];
    """
    row, panel = browser.run(script)

    assert 0 < row <= panel < 500
    assert browser.run("return document.activeElement.matches('[aria-selected=true]')")


def test_an_address_leads_to_a_row(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(f"{pages['resnet50']}#by=thop&row=conv3_x/2/conv1")

    assert browser.texts(".panel h2")[0] == "conv3_x/2/conv1"
    assert browser.run("return document.getElementById('convention').value") == "thop"


ASK = """
  const done = arguments[1];
  setTimeout(() => { throw new Error("so"); }, 0);
  setTimeout(() => fetch(arguments[0]).catch(() => 0).then(done), 0);
"""


def test_even_its_own_script_reaches_nobody(browser: Browser, pages: dict[str, str]) -> None:
    browser.open(pages["lenet5"])
    browser.driver.execute_async_script(ASK, "http://127.0.0.1:8080/")
    said = browser.errors()

    assert sum("violates the following Content Security Policy" in each for each in said) == 1
    assert browser.requests() == []


def test_the_tests_see_what_must_not_be(browser: Browser) -> None:
    browser.open("about:blank")
    browser.driver.execute_async_script(ASK, "http://127.0.0.1:8080/")

    assert any("Uncaught Error: so" in each for each in browser.errors())
    assert browser.requests() == ["http://127.0.0.1:8080/"]
