"""`archcalc published`, as a user types it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from archcalc.render.almanac import anchor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]

RECORD = "  - {network: mine, figure: =parameters, printed: %s, match: %s, source: me, note: %s}\n"
SPEC = "input: 1x4x4\nlayers: [{name: C1, conv: 2, kernel: 3}]\n---\nsources: {me: My notes}\n"


PAGE = """\
  stands what is set otherwise, or *heads*, where auxiliary classifiers are counted too

## The families

| family | figures | ≈ |
| --- | ---: | ---: |
| [ResNet (2015)](#resnet-2015) | 1 | 1 |

## ResNet (2015)

| network | figure | printed | exact | it is | why | source |
| --- | --- | ---: | ---: | --- | --- | --- |
| plain34 | macs | 3.6 × 10^9 | 3,644,493,824 | ≈ rounded | 18.6 percent of VGG-19 | {} |

## Sources

- **he2015**: [He, Zhang, Ren, Sun 2015, {}, arXiv:1512.03385](https://arxiv.org/abs/1512.03385)
""".format(
    "[he2015](https://arxiv.org/abs/1512.03385), section 3.3 and Figure 3",
    "Deep residual learning for image recognition",
)


def own(folder: Path, *records: tuple[str, str]) -> str:
    """Write a network of 20 parameters with figures of its own."""
    path = folder / "mine.yaml"
    lines = [RECORD % (printed, match, "said so") for printed, match in records]
    path.write_text(f"{SPEC}published:\n{''.join(lines)}", "utf-8")
    return str(path)


def test_printed_and_exact_stand_side_by_side(archcalc: Call) -> None:
    status, output, errors = archcalc("published", "alexnet", "resnet50")
    said = " ".join(output.split())

    assert (status, errors) == (0, "")
    assert "alexnet conv2 neurons 186,624 186,624 = equal krizhevsky2012, Figure 2" in said
    assert "alexnet parameters 60 million 60,965,224 ≈ cut off" in said
    assert "resnet50 macs 3.8 × 10^9 3,857,973,248 ≈ cut off" in said
    assert "krizhevsky2012: Krizhevsky, Sutskever, Hinton 2012" in said


def test_all_figures_hold(archcalc: Call) -> None:
    status, output, _ = archcalc("published")

    assert status == 0
    assert "FAILS" not in output
    said = re.search(r"(\d+) figures of \d+ records: (.*)", output)
    assert said
    assert {"equal", "rounded", "differs"} <= set(re.findall(r"[a-z]+", said[2]))
    assert int(said[1]) == sum(int(number) for number in re.findall(r"\d+", said[2]))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("googlenet", "12x fewer than AlexNet"),
        ("googlenet", "112K of 1024"),
        ("googlenet", "googlenet (heads)"),
        ("resnet34", "resnet34 (option=A)"),
        ("densenet264", "31.79 × 2^20"),
        ("lenet5", "28x28x6"),
        ("inception-v3", "≈ within bound"),
        ("LeNet-4", "· not computed  C5"),
        ("LeNet-4", "no connection table fits"),
    ],
)
def test_units_variants_and_reasons_are_said(archcalc: Call, name: str, said: str) -> None:
    output = " ".join(archcalc("published", name, "--wide").output.split())

    assert said.replace("  C5", "") in output


def test_a_figure_that_fails_its_match_fails_the_command(archcalc: Call, tmp_path: Path) -> None:
    status, output, _ = archcalc("published", own(tmp_path, ("'20'", "exact"), ("'21'", "exact")))

    assert status == 1
    assert "≠ differs: FAILS, stated as equal" in output
    assert "1 fails what its record states" in output


def test_a_discrepancy_that_is_gone_fails_too(archcalc: Call, tmp_path: Path) -> None:
    status, output, _ = archcalc("published", own(tmp_path, ("'20'", "none")))

    assert status == 1
    assert "= equal: FAILS, stated as differing" in output


def test_a_figure_of_what_is_known_in_part_cannot_be_judged(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    record = "{network: mine, figure: =macs, printed: '20', match: exact, source: me}"
    layers = "layers: [{opaque: 10}]\n---\nsources: {me: My notes}\n"
    path.write_text(f"input: 1x4x4\n{layers}published: [{record}]\n", "utf-8")
    status, output, _ = archcalc("published", str(path))

    assert status == 1
    assert "≥ at least: cannot be judged, stated as equal" in output


def test_colour_only_repeats_what_words_say(archcalc: Call, tmp_path: Path) -> None:
    path = own(tmp_path, ("'21'", "exact"))
    plain = archcalc("published", path).output
    coloured = archcalc("published", path, "--color", "always").output

    assert [line for line in coloured.splitlines() if line.startswith("\x1b[31m")] == [
        f"\x1b[31m{line}\x1b[0m" for line in plain.splitlines() if "FAILS" in line
    ]


def test_json_has_the_whole_finding(archcalc: Call) -> None:
    data = json.loads(archcalc("published", "resnet34", "--json").output)
    finding = next(one for one in data["findings"] if one["with"])

    assert data["schema"] == 1
    assert finding["note"]
    assert {key: finding[key] for key in finding if key != "note"} == {
        "network": "resnet34",
        "with": {"option": "A"},
        "heads": False,
        "layer": None,
        "figure": "=macs",
        "printed": "3.6",
        "unit": 10**9,
        "exact": 3_644_493_824,
        "match": "round",
        "verdict": "rounded",
        "holds": True,
        "source": "He, Zhang, Ren, Sun 2015, Deep residual learning for image recognition, "
        "arXiv:1512.03385",
        "where": "Table 1",
        "why": "",
    }


def test_networks_without_figures_say_so(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("input: 1x4x4\nlayers: [relu]\n", "utf-8")

    status, output, _ = archcalc("published", "plain18", str(path))
    assert status == 0
    assert "no figures of it are published here" in output


def test_an_unknown_name_is_a_wrong_call(archcalc: Call) -> None:
    status, output, errors = archcalc("published", "lenett5")

    assert (status, output) == (2, "")
    assert "did you mean `lenet5`?" in errors


def test_why_a_figure_differs_is_said_at_80_columns(archcalc: Call) -> None:
    lines = archcalc("published", "resnet50", "--width", "80").output.splitlines()
    assert lines[0] == "resnet50"
    assert lines[1].split() == ["layer", "figure", "printed", "exact", "verdict", "why"]
    assert " 3.86 cut off;" in lines[3]
    both = archcalc("published", "resnet50", "vgg16", "--width", "80").output.splitlines()
    assert both[0].split()[0] == "network"


def test_a_page_has_every_figure_by_family_and_links_that_lead_somewhere(archcalc: Call) -> None:
    status, page, errors = archcalc("published", "--markdown")
    headings = [line[3:] for line in page.splitlines() if line.startswith("## ")]
    findings = json.loads(archcalc("published", "--json").output)["findings"]
    verdicts = Counter(finding["verdict"] for finding in findings)
    first, _, rest = page.partition("\n## LeNet-5 (1998)\n")
    row = re.compile(r"^\| .* \[[^|]+\]\([^|]+\)[^|]* \|$", re.MULTILINE)
    differing = row.findall(first.partition("## What differs")[2])

    assert (status, errors) == (0, "")
    assert page.startswith("# What was printed of networks, and what is so\n")
    assert f"{len(findings):,} figures from " in page
    assert len(row.findall(rest)) == len(findings)
    assert len(differing) == verdicts["differs"] + verdicts["not computed"]
    assert all(each in rest for each in differing)
    assert (
        headings.index("LeNet-5 (1998)")
        < headings.index("ResNet (2015)")
        < headings.index("Sources")
    )
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) == {
        anchor(heading) for heading in headings if heading != "What is counted"
    }


def test_a_page_says_in_words_what_is_counted(archcalc: Call) -> None:
    page = archcalc("published", "googlenet", "yolo-v4-tiny", "mobilenet-v2", "--markdown").output

    assert "| googlenet | parameters of alexnet / parameters | 12x fewer than AlexNet | " in page
    assert "| by convention darknet + comparisons of maxpool | " in page
    assert "| macs + 2 · activations of batchnorm | " in page
    assert "](https://github.com/tensorflow/models/blob/0ba83cf" in page  # the very text


def test_a_page_of_one_network_says_what_is_printed_and_why_it_differs(archcalc: Call) -> None:
    page = archcalc("published", "plain34", "--markdown").output

    assert page.endswith(PAGE)
    assert page.splitlines()[2].startswith("1 figure from 1 source, each beside the exact one, ")
    assert "## What differs" not in page


def test_a_page_of_own_figures_says_what_fails(archcalc: Call, tmp_path: Path) -> None:
    path = own(tmp_path, ("'21'", "exact"))
    status, page, _ = archcalc("published", path, "--markdown")

    row = "| mine | parameters | 21 | 20 | ≠ differs: FAILS, stated as equal | said so "
    assert status == 1
    assert "**1 of them fail what their records state.**" in page
    assert f"{row}| [me](#sources) |" in page
    assert page.endswith("\n## Sources\n\n- **me**: My notes\n")


def test_a_page_without_figures_is_one_too(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("input: 1x4x4\nlayers: [relu]\n", "utf-8")

    page = archcalc("published", str(path), "--markdown").output
    assert "0 figures from 0 sources" in page


def test_the_page_leads_to_every_source_that_is_on_the_web(archcalc: Call) -> None:
    sources = archcalc("published", "--markdown").output.partition("## Sources")[2]
    plain = set(re.findall(r"^- \*\*(\S+)\*\*: [^\[]", sources, re.MULTILINE))

    assert plain == {
        *(
            "lecun1998",
            "nips1989",
            "zip1989",
            "krizhevsky2012",
            "radford2019",
            "sunny2021",
        ),  # in print
        *("lectures", "slides2012"),
    }
    assert (
        "(https://mnchapel.github.io/deep_learning_models)" in sources
    )  # an address, no repository
