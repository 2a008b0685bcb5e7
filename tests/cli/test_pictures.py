"""`archcalc draw` and `archcalc plot` as a user types them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archcalc.cli.completion import complete_drawings, complete_styles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_drawing_goes_to_its_file(archcalc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    outcome = archcalc("draw", "googlenet", "--depth", "2", "--heads", "-o", str(path))
    assert (outcome.status, outcome.output, outcome.errors) == (0, "", f"wrote {path}\n")
    assert "aux1" in path.read_text("utf-8")


def test_a_drawing_without_a_file_is_printed(archcalc: Callable[..., Any]) -> None:
    outcome = archcalc("draw", "vgg16")
    assert outcome.output.startswith("<svg ")
    assert outcome.output.endswith("</svg>\n")


def test_a_small_chain_is_drawn_as_planes_unless_boxes_are_wanted(
    archcalc: Callable[..., Any],
) -> None:
    assert "C1: f. maps 6@28x28" in archcalc("draw", "lenet5").output
    assert "conv 5x5" in archcalc("draw", "lenet5", "--style", "boxes").output
    assert "f. maps" not in archcalc("draw", "lenet5", "--style", "boxes").output
    assert "f. maps 96@55x55" in archcalc("draw", "alexnet", "--style", "planes").output


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
@pytest.mark.parametrize("command", ["draw", "plot"])
def test_pictures_and_charts_come_in_the_same_formats(
    archcalc: Callable[..., Any], tmp_path: Path, command: str, suffix: str
) -> None:
    path = tmp_path / f"net{suffix}"
    assert archcalc(command, "lenet5", "-o", str(path)).status == 0
    first = path.read_bytes()
    archcalc(command, "lenet5", "-o", str(path))
    assert path.read_bytes() == first
    begins = {".svg": (b"<svg ", b"<?xml"), ".png": (b"\x89PNG\r\n",), ".pdf": (b"%PDF-",)}
    assert first.startswith(begins[suffix])


@pytest.mark.parametrize("style", ["planes", "boxes"])
def test_a_drawing_for_papers_is_tikz(
    archcalc: Callable[..., Any], tmp_path: Path, style: str
) -> None:
    path = tmp_path / "net.tex"
    assert archcalc("draw", "lenet5", "--style", style, "-o", str(path)).status == 0
    assert r"\begin{tikzpicture}" in path.read_text("utf-8")
    assert path.read_text("utf-8") == (
        archcalc("draw", "lenet5", "--style", style, "-f", "tikz").output
    )


def test_mermaid_by_suffix_and_by_name(archcalc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "net.mmd"
    assert archcalc("draw", "resnet18", "-o", str(path)).status == 0
    assert path.read_text("utf-8") == archcalc("draw", "resnet18", "-f", "mermaid").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["draw", "lenet5", "-o", "x.jpg"], "the suffix of `x.jpg` names no drawing"),
        (["draw", "lenet5", "--style", "plane"], "there is no `--style plane`"),
        (["draw", "lenet5", "--format", "csv"], "there is no `--format csv`"),
        (["draw", "resnet18", "--style", "planes"], "ResNet is no chain of layers"),
        (["plot", "lenet5", "-o", "x.txt"], "no chart is written to `.txt`"),
        (["plot", "lenet5"], "missing option"),
        (["plot", "lenet5", "lenet1", "-s", "a=1", "-o", "x.svg"], "`--set` goes with one network"),
    ],
)
def test_mistakes(archcalc: Callable[..., Any], arguments: list[str], message: str) -> None:
    outcome = archcalc(*arguments)
    assert outcome.status == 2
    assert message in outcome.errors
    assert not outcome.output


def test_a_chart_goes_to_its_file(archcalc: Callable[..., Any], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for networks in (["lenet5"], ["lenet5", "lenet1"]):
        path = tmp_path / "net.PNG"
        outcome = archcalc("plot", *networks, "-o", str(path))
        assert (outcome.status, outcome.errors) == (0, f"wrote {path}\n")
        assert path.read_bytes().startswith(b"\x89PNG")


def test_a_few_blocks_whose_maps_grow_again_are_drawn_as_a_u(archcalc: Callable[..., Any]) -> None:
    drawn = archcalc("draw", "unet").output
    assert drawn == archcalc("draw", "unet", "--style", "u").output
    boxes = archcalc("draw", "unet", "--style", "boxes").output
    assert boxes != drawn
    assert archcalc("draw", "unet", "--depth", "2").output not in {drawn, boxes}
    for network in ("resnet18", "fcn-8s"):  # maps do not grow; more than a few blocks
        usual = archcalc("draw", network).output
        assert usual == archcalc("draw", network, "--style", "boxes").output


def test_completion_offers_styles_and_kinds() -> None:
    assert complete_styles("") == ["auto", "boxes", "planes", "u"]
    assert complete_drawings("") == ["svg", "tikz", "mermaid"]


def test_a_picture_of_no_layers_has_its_name_for_a_title(
    archcalc: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "off.yaml").write_text("input: 1x2x2\nlayers: []\n")
    network = str(tmp_path / "off.yaml")
    picture = archcalc("draw", network).output
    assert "<title>off</title>" in picture
    assert "no layers: none are written, or all of them are switched off" in picture
    assert archcalc("draw", network, "-f", "mermaid").output.startswith("%% off\n")


def test_nothing_is_printed_beside_a_picture_in_a_file(
    archcalc: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "net.svg"
    for arguments in (["draw", "lenet5"], ["plot", "lenet5"]):
        assert archcalc(*arguments, "-o", str(path)) == (0, "", f"wrote {path}\n")


def test_a_drawing_may_lead_to_the_right(archcalc: Callable[..., Any]) -> None:
    down, right = archcalc("draw", "vgg16"), archcalc("draw", "vgg16", "--sideways")
    assert right.status == 0
    assert right.output != down.output
    assert "flowchart LR" in archcalc("draw", "vgg16", "--sideways", "-f", "mermaid").output
