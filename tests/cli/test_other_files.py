"""Every command on a file of another tool."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.readers.tiny import CFG, KERAS, PARAMETERS, PROTOTXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


@pytest.mark.parametrize(
    "command",
    [
        "show", "explain", "conventions", "confirm", "gradients", "draw", "table",
        "show --depth 0 --all", "budget --max-parameters 1k", "show --input 1x10x10",
        "confirm --input 1x10x10", "explain c", "conventions --input 1x10x10",
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", [PROTOTXT, CFG, KERAS], ids=["caffe", "darknet", "keras"])
def test_every_command_takes_a_file(
    archcalc: Callable[..., Outcome], tmp_path: Path, command: str, text: str
) -> None:
    path = tmp_path / "net.txt"
    path.write_text(text, "utf-8")
    word, *more = command.split()
    if more == ["c"] and text is CFG:
        more = ["0_convolutional"]

    outcome = archcalc(word, str(path), *more)

    assert (outcome.status, outcome.errors) == (0, "")
    assert outcome.output


@pytest.mark.parametrize("other", [CFG, KERAS], ids=["darknet", "keras"])
@pytest.mark.parametrize("command", ["diff", "compare", "reconcile"])
def test_commands_of_two_networks_take_files(
    archcalc: Callable[..., Outcome], tmp_path: Path, command: str, other: str
) -> None:
    paths = [tmp_path / "net.prototxt", tmp_path / "net.txt"]
    for path, text in zip(paths, (PROTOTXT, other), strict=True):
        path.write_text(text, "utf-8")

    outcome = archcalc(command, *map(str, paths))

    assert (outcome.status, outcome.errors) == (0, "")


def test_a_file_of_another_tool_has_no_variants_and_no_parameters(
    archcalc: Callable[..., Outcome], tmp_path: Path
) -> None:
    path = tmp_path / "net.cfg"
    path.write_text(CFG, "utf-8")

    assert archcalc("show", f"{path}#small").errors == (
        f"error[not-a-spec]: `{path}` is a darknet cfg, which has no variant `small`\n"
        "  hint: variants and parameters are those of specs\n"
    )
    assert archcalc("show", str(path), "--set", "n=2").status == 2


def test_a_report_of_a_file_is_whole(archcalc: Callable[..., Outcome], tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(PROTOTXT, "utf-8")

    found = json.loads(archcalc("show", str(path), "--json").output)

    assert found["name"] == "tiny"
    assert found["network"] == "net"
    assert found["total"]["parameters"] == PARAMETERS


def test_sizes_are_shown_as_keras_writes_them(
    archcalc: Callable[..., Outcome], tmp_path: Path
) -> None:
    path = tmp_path / "net.json"
    path.write_text(KERAS, "utf-8")

    outcome = archcalc("show", str(path))

    assert outcome.output.startswith("tiny (net), input 8x8x1\n")
    assert [line.split()[:3] for line in outcome.output.splitlines()[3:7]] == [
        ["c", "conv", "6x6x2"],
        ["r", "relu", "6x6x2"],
        ["flat", "flatten", "72"],
        ["f", "linear", "4"],
    ]


WOBBLE = CFG + "[wobble]\n"
WHY = (
    "what `wobble` does is unknown "
    "(archcalc does not know the section `[wobble]`, line 12): 2_wobble"
)


def test_a_table_names_what_its_totals_lack(
    archcalc: Callable[..., Outcome], tmp_path: Path
) -> None:
    path = tmp_path / "net.cfg"
    path.write_text(WOBBLE, "utf-8")
    said = archcalc("table", str(path)).output
    assert said.endswith(f"\nscope: whole network\nnet: at least, since {WHY}\n")


def test_a_layer_that_is_not_counted_says_why_where_it_is_asked_for(
    archcalc: Callable[..., Outcome], tmp_path: Path
) -> None:
    path = tmp_path / "net.cfg"
    path.write_text(WOBBLE, "utf-8")
    message = "error[unknown-layer]: net has no layer `2_wobble`\n  hint: it is not counted: "
    assert archcalc("explain", str(path), "2_wobble") == (2, "", f"{message}{WHY}\n")
