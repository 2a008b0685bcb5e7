"""The page around a picture: its colours, what stands above and below it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.render.caption import caption
from archcalc.render.pictures import svg
from archcalc.render.pictures.labels import called, figures
from archcalc.render.pictures.layering import Point
from archcalc.render.tables.columns import entering
from archcalc.render.tables.layers import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.report import Report

MARGIN = 16.0
NARROWEST = 340.0
"""A picture is at least so wide, for what stands above and below it."""

STROKES = {"fill": "none", "stroke": "#4d4d4d", "stroke-width": "1.2"}
PASSED = {"fill": "none", "stroke": "#7a7a7a", "stroke-width": "0.6"}
FRAME = {"fill": "#808080", "fill-opacity": "0.06", "stroke": "#808080", "stroke-width": "1"}
HEAD = {"stroke-dasharray": "5 3"}
FILLS = {
    "weights": {"fill": "#dcebf7", "stroke": "#00568c"},
    "pool": {"fill": "#fdebcf", "stroke": "#9a5b00"},
    "block": {"fill": "#dff2ea", "stroke": "#00624a"},
    "join": {"fill": "#ffffff", "stroke": "#333333"},
    "other": {"fill": "#f0f0f0", "stroke": "#666666"},
    "input": {"fill": "#ffffff", "stroke": "#333333"},
}
"""Light enough for black text, apart in grey and for every eye; the words say the same."""


@dataclass
class Piece:
    """A part of the picture with its own corner: shapes, and where edges come in and go out.

    `enters` gives the place along the top for each source box, `leaves` along the bottom for each
    box inside. A frame is `open`; a head stands `aside`.
    """

    width: float
    height: float
    shapes: list[svg.Shape] = field(default_factory=list)
    enters: dict[int, float] = field(default_factory=dict)
    leaves: dict[int, float] = field(default_factory=dict)
    open: bool = False
    aside: bool = False

    def turned(self) -> Piece:
        """Change rows for columns, so that what leads downwards leads to the right."""
        shapes = [part.turned() for part in self.shapes]
        return replace(self, width=self.height, height=self.width, shapes=shapes)

    def put(self, piece: Piece, corner: Point) -> None:
        """Take over the shapes of a piece at a corner."""
        self.shapes += [part.moved(corner.x, corner.y) for part in piece.shapes]


def of_layer(path: str) -> dict[str, str]:
    """Mark a shape as that of a layer, or of a block, by which a page finds it."""
    return {"data-layer": printable(path)}


def framed(report: Report, piece: Piece) -> Piece:
    """Add what the picture is of: name and totals above, convention and version below."""
    width = max(piece.width, NARROWEST)
    above, below = list(_above(report, width)), list(_below(report, width))
    width = max(width, *(part.box().width for part in (*above, *below)))
    whole = Piece(width + 2 * MARGIN, MARGIN)
    _put_lines(whole, above)
    whole.height += MARGIN / 2
    whole.put(piece, Point(MARGIN + (width - piece.width) / 2, whole.height))
    whole.height += piece.height + MARGIN
    _put_lines(whole, below)
    whole.height += MARGIN / 2
    return whole


def _above(report: Report, width: float) -> Iterator[svg.Text]:
    yield svg.Text(MARGIN, 0, svg.shortened(called(report), 48), 16, "start", bold=True, about=True)
    facts = [f"input {entering(report.inputs)}", *figures(report.total), report.scope]
    facts += [] if report.nodes else [NOTHING]
    for line in _wrapped(facts, width, 11):
        yield svg.Text(MARGIN, 0, line, 11, "start", about=True)


def _below(report: Report, width: float) -> Iterator[svg.Text]:
    found = caption(report)
    facts = [found["convention"], found["spec"], f"archcalc {found['archcalc']}"]
    for line in _wrapped(facts, width, 8.5):
        yield svg.Text(MARGIN, 0, line, 8.5, "start", color="#666666")


def _put_lines(page: Piece, lines: Iterable[svg.Text]) -> None:
    """Write lines at the lower end of a page, which grows."""
    for line in lines:
        page.shapes.append(line.moved(0, page.height + line.size))
        page.height += line.size * 1.4


def _wrapped(facts: Iterable[str], width: float, size: float) -> list[str]:
    """Put facts side by side as long as they fit."""
    found: list[str] = []
    for fact in facts:
        joined = f"{found[-1]} · {fact}" if found else ""
        if found and svg.text_width(joined, size) <= width:
            found[-1] = joined
        else:
            found.append(fact)
    return found
