"""`archcalc draw`: the picture of a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import Depth, Heads, Input, Network, Set, open_network
from archcalc.cli.completion import complete_drawings, complete_styles
from archcalc.cli.options import check_choice
from archcalc.cli.picture import keep
from archcalc.errors import UsageError

if TYPE_CHECKING:
    from archcalc.render.pictures.page import Piece
    from archcalc.report import Report

FEW = 3
"""So few blocks show nothing of what is in them."""
STYLES = ("auto", "boxes", "planes", "u")
DRAWINGS = {".svg": "svg", ".tex": "tikz", ".mmd": "mermaid", ".mermaid": "mermaid"}
"""What is drawn as text, by the suffix of the file."""
RASTERS = (".png", ".pdf")

Style = Annotated[
    str,
    typer.Option(
        "--style",
        metavar="STYLE",
        autocompletion=complete_styles,
        help="boxes; planes, as LeNet-5 was drawn in 1998; u: a level for each size "
        "of the maps, as U-Net was drawn; auto: planes for a small chain, u for a few blocks in "
        "which maps grow again.",
    ),
]
File = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write a file: .svg, .png or .pdf, .tex for TikZ, or .mmd for Mermaid.",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="svg, tikz or mermaid.",
        autocompletion=complete_drawings,
        show_default=False,
    ),
]
Sideways = Annotated[bool, typer.Option("--sideways", help="Lead to the right, not downwards.")]


def draw(  # noqa: PLR0913 - one for each option
    network: Network,
    *,
    output: File = None,
    format: Format = "",  # noqa: A002 - the option's name
    style: Style = "auto",
    sideways: Sideways = False,
    input: Input = None,  # noqa: A002
    set: Set = None,  # noqa: A002
    depth: Depth = 1,
    heads: Heads = False,
) -> Answer:
    """Draw a network: boxes and arrows with shapes and counts on them, or planes.

    \b
    Examples:
      archcalc draw lenet5 -o lenet5.svg
      archcalc draw googlenet --depth 2 -o googlenet.svg
      archcalc draw resnet50 --sideways -o resnet50.pdf
      archcalc draw unet --style u -o unet.tex
      archcalc draw resnet18 --depth 3 -o resnet18.mmd
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.render.pictures import mermaid  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.report import count  # noqa: PLC0415

    check_choice("--style", style, STYLES)
    check_choice("--format", format or "svg", tuple(dict.fromkeys(DRAWINGS.values())))
    suffix = Path(str(output)).suffix.lower()
    of_kind = format or _by_suffix(output)
    report = count(open_network(network, set, input), input=input, heads=heads)
    if of_kind == "mermaid":
        picture: str | bytes = mermaid.draw(report, depth or None, sideways=sideways)
    else:
        piece = _sketch(report, style, depth or None, sideways=sideways)
        picture = _written(report, piece, suffix if of_kind == "raster" else of_kind)
    if isinstance(picture, str) and output in {None, "-"}:
        return Answer((picture,))
    return keep(str(output), picture)


def _by_suffix(output: str | None) -> str:
    if output in {None, "-"}:
        return "svg"
    suffix = Path(str(output)).suffix.lower()
    if suffix in RASTERS:
        return "raster"
    if suffix not in DRAWINGS:
        hint = f"one of {', '.join([*DRAWINGS, *RASTERS])}"
        raise UsageError.of("unknown-suffix", f"the suffix of `{output}` names no drawing", hint)
    return DRAWINGS[suffix]


def _sketch(report: Report, style: str, depth: int | None, *, sideways: bool) -> Piece:
    from archcalc.render.pictures import drawing, levels, planes  # noqa: PLC0415

    if style == "planes" or (style == "auto" and planes.is_small_chain(report)):
        return planes.sketch(report)
    if style == "u" or (style == "auto" and depth == 1 and not sideways and _is_u(report)):
        return levels.sketch(report)
    return drawing.sketch(report, depth, sideways=sideways)


def _is_u(report: Report) -> bool:
    """Tell whether maps grow again within the few blocks that a network is written as."""
    from archcalc.render.pictures.flow import flow  # noqa: PLC0415
    from archcalc.render.pictures.levels import grows_again  # noqa: PLC0415

    return sum(1 for _ in flow(report, 1).boxes()) <= FEW and grows_again(report)


def _written(report: Report, piece: Piece, of_kind: str) -> str | bytes:
    from archcalc.render.pictures import raster, svg, tikz  # noqa: PLC0415
    from archcalc.render.pictures.labels import about  # noqa: PLC0415

    if of_kind == "svg":
        return svg.document(piece.shapes, piece.width, piece.height, about(report))
    if of_kind == "tikz":
        return tikz.document(piece.shapes, about(report))
    return raster.picture(piece, of_kind)
