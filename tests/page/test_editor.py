"""The editor in a real browser: what is typed is counted, mistakes stand at their lines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from archcalc.cli.serve import draft
from tests.page.serving import Served, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.page.conftest import Browser

pytestmark = pytest.mark.browser

NET = "name: Mine\ninput: 1x8x8\nlayers:\n- {conv: 4, kernel: 3}\n- {linear: 10}\n"
HOSTILE = "name: </script><script>alert(1)</script>\ninput: 1x8x8\nlayers: [relu]\n"
TYPE = """
  const area = document.querySelector("textarea");
  area.focus();
  area.select();
  document.execCommand("insertText", false, arguments[0]);
"""


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    path: Path = tmp_path / "mine.yaml"
    path.write_text(NET)
    return path


@pytest.fixture(name="server")
def _server(file: Path, browser: Browser) -> Iterator[Served]:
    """Serve a file and open it; no script fails, and nobody else is asked for anything."""
    with served(draft(str(file))) as found:
        browser.open(found.address)
        yield found
        assert browser.errors() == []
        asked = [url for url in browser.requests() if not url.startswith(found.address)]
        assert asked == []


def until(read: Callable[[], Any], expected: object) -> None:
    """Wait for what is expected; show what is there instead when it does not come."""
    for _ in range(600):
        if read() == expected:
            return
        time.sleep(0.05)
    assert read() == expected


def headline(browser: Browser) -> list[str]:
    return browser.texts(".headlines small")[1:3]


PARAMETERS = 4 * (9 + 1) + 10 * (4 * 36 + 1)
MACS = 4 * 36 * 9 + 10 * 4 * 36


@pytest.mark.usefixtures("server")
def test_what_is_typed_is_counted(browser: Browser) -> None:
    until(lambda: headline(browser), [f"{PARAMETERS:,}", f"{MACS:,}"])
    browser.run(TYPE, NET.replace("conv: 4", "conv: 8"))
    until(lambda: headline(browser)[:1], [f"{8 * 10 + 10 * (8 * 36 + 1):,}"])
    assert browser.texts("h1") == ["Mine"]
    assert browser.driver.title.startswith("• ")
    assert browser.run("return document.activeElement.tagName") == "TEXTAREA"


@pytest.mark.usefixtures("server")
def test_mistakes_stand_at_their_lines_and_go(browser: Browser) -> None:
    until(lambda: headline(browser)[:1], [f"{PARAMETERS:,}"])
    browser.run(TYPE, NET.replace("kernel", "kernl"))
    said = ["line 4 `kernl` is not a key of `conv`did you mean `kernel`?"]
    until(lambda: browser.texts(".mistakes li")[:1], said)

    assert browser.texts(".marks mark")[0] == "kernl"
    assert browser.texts(".marks .said")[0] == (
        "`kernl` is not a key of `conv` — did you mean `kernel`?"
    )
    assert browser.texts(".gutter .bad") == ["4\n"]
    top = "return document.querySelector(arguments[0]).getBoundingClientRect().top"
    mark, number = (browser.run(top, place) for place in (".marks mark", ".gutter .bad"))
    assert abs(mark - number) <= 3
    assert headline(browser)[:1] == [f"{PARAMETERS:,}"]  # what could be counted last stays
    assert browser.run("return document.getElementById('page').className").endswith("stale")
    browser.click(".mistakes button")
    assert browser.run("return getSelection().toString()") == "kernl"
    browser.run(TYPE, NET)
    until(lambda: browser.texts(".mistakes li"), [])
    assert "stale" not in browser.run("return document.getElementById('page').className")


@pytest.mark.usefixtures("server")
def test_what_was_open_and_chosen_stays(browser: Browser) -> None:
    net = "input: 1x8x8\nlayers:\n- {name: s, layers: [{name: a, conv: %d, kernel: 3}, relu]}\n"
    browser.run(TYPE, net % 4)
    until(lambda: browser.texts(".name"), ["s"])
    browser.click(".twisty")
    browser.click("[role=treegrid] tbody tr", 1)
    assert browser.texts(".panel h2")[0] == "s/a"
    browser.run(TYPE, net % 5)
    until(lambda: browser.texts("[role=treegrid] tfoot td.number")[:1], ["50"])
    assert browser.texts(".name") == ["s", "a", "relu1"]
    assert browser.texts(".panel h2")[0] == "s/a"


@pytest.mark.usefixtures("server")
def test_names_stay_text(browser: Browser) -> None:
    browser.run(TYPE, HOSTILE)
    until(lambda: browser.texts("h1"), ["</script><script>alert(1)</script>"])
    assert browser.run("return document.scripts.length") == 2


def test_a_draft_is_saved_to_its_file(browser: Browser, server: Served, file: Path) -> None:
    until(lambda: headline(browser)[:1], [f"{PARAMETERS:,}"])
    browser.run(TYPE, NET.replace("10", "20"))
    browser.click("button.save")
    until(lambda: browser.texts(".state"), [f"Saved {file}."])
    assert file.read_text() == NET.replace("10", "20")
    assert not browser.driver.title.startswith("•")
    assert server.port


@pytest.mark.usefixtures("server")
def test_a_network_of_the_library_is_a_start(browser: Browser) -> None:
    until(lambda: headline(browser)[:1], [f"{PARAMETERS:,}"])
    browser.click(".editor option[value=resnet34]")
    until(lambda: browser.texts(".headlines small")[1:2], ["21,797,672"])
    assert browser.run("return document.querySelector('textarea').value").count("resnet34:") == 1
    assert browser.texts("h1") == ["ResNet (resnet34)"]


def test_a_link_holds_the_spec(browser: Browser, server: Served) -> None:
    until(lambda: headline(browser)[:1], [f"{PARAMETERS:,}"])
    text = NET.replace("Mine", "Größe · 大")
    browser.run(TYPE, text)
    browser.run("[...document.querySelectorAll('.editor button')].at(-1).click()")
    until(lambda: "#spec=" in browser.driver.current_url, expected=True)
    link = browser.driver.current_url
    browser.open(link)
    until(lambda: browser.texts("h1"), ["Größe · 大"])
    assert browser.run("return document.querySelector('textarea').value") == text
    browser.open(f"{server.address}#spec=AAAA")
    until(lambda: browser.texts("h1"), ["Mine"])


@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_the_window(browser: Browser, server: Served, width: int) -> None:
    browser.open(server.address, width=width, height=800)
    until(lambda: headline(browser)[:1], [f"{PARAMETERS:,}"])
    assert browser.run("return document.documentElement.scrollWidth") == width
