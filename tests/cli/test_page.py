"""`archcalc page`."""

from __future__ import annotations

import re
from json import loads
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Archcalc = Callable[..., Outcome]

NET = "name: N\ninput: 1x8x8\nlayers: [{name: c, conv: 4, kernel: 3}]\n"
RECORD = """\
---
sources: {notes: my notes}
published: [{network: n, figure: =parameters, printed: "40", match: exact, source: notes}]
"""


def data(text: str) -> Any:  # noqa: ANN401
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert found
    return loads(found[1])


def test_a_page_is_written(archcalc: Archcalc, tmp_path: Path) -> None:
    file = tmp_path / "net.html"
    outcome = archcalc("page", "lenet5", "-o", str(file))
    found = data(file.read_text("utf-8"))

    assert (outcome.status, outcome.output, outcome.errors) == (0, "", f"wrote {file}\n")
    assert [net["id"] for net in found["networks"]] == ["lenet5"]
    assert len(found["networks"][0]["published"]) == 22


def test_a_page_is_printed(archcalc: Archcalc) -> None:
    outcome = archcalc("page", "lenet1")

    assert outcome.output.startswith("<!doctype html>\n")
    assert outcome.output.endswith("</html>\n")


def test_several_networks_at_another_input(archcalc: Archcalc, tmp_path: Path) -> None:
    file = tmp_path / "two.html"
    archcalc("page", "resnet18", "resnet34", "-i", "3x32x32", "-b", "2", "-o", str(file))
    found = data(file.read_text("utf-8"))["networks"]

    assert [(net["id"], net["input"], net["batch"]) for net in found] == [
        ("resnet18", "3x32x32", 2),
        ("resnet34", "3x32x32", 2),
    ]
    assert [net["published"] for net in found] == [[], []]  # they are of another input


def test_a_file_with_figures_of_its_own(archcalc: Archcalc, tmp_path: Path) -> None:
    spec = tmp_path / "n.yaml"
    spec.write_text(NET + RECORD)
    outcome = archcalc("page", str(spec))
    (found,) = data(outcome.output)["networks"]

    assert [each["verdict"] for each in found["published"]] == ["= equal"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("lenet5", "-o", "net.pdf"),
            (
                "error[unknown-suffix]: the suffix of `net.pdf` names no page\n"
                "  hint: one of .html, .htm\n"
            ),
        ),
        (
            ("lenet5", "lenet1", "-s", "a=1"),
            (
                "error[conflict]: `--set` goes with one network\n"
                "  hint: name a variant: `archcalc page mine.yaml#small mine.yaml#large`\n"
            ),
        ),
        (
            ("lenet7",),
            (
                "error[unknown-network]: there is no network `lenet7`\n"
                "  hint: did you mean `lenet5`?\n"
            ),
        ),
    ],
)
def test_what_is_no_page(archcalc: Archcalc, arguments: tuple[str, ...], said: str) -> None:
    outcome = archcalc("page", *arguments)

    assert (outcome.status, outcome.output, outcome.errors) == (2, "", said)
