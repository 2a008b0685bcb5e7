"""The boxes of a picture, and the frames around what belongs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.render.pictures import svg
from archcalc.render.pictures.labels import figures, heading
from archcalc.render.pictures.layering import Point
from archcalc.render.pictures.page import FRAME, HEAD, STROKES, Piece, of_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.render.pictures.flow import Frame


PADDING = 8.0


LINE = 14.0


def boxed(said: Sequence[str], style: svg.Style, of_kind: str) -> Piece:
    """Draw a box around what it says."""
    short = [svg.shortened(line) for line in said]
    texts = [
        svg.Text(0, 0, line, 12 if i == 0 else 10.5, bold=i == 0) for i, line in enumerate(short)
    ]
    width = max(part.box().width for part in texts) + 2 * PADDING
    height = LINE * len(texts) + PADDING + 2
    radius = min(height / 2, 16.0) if of_kind in {"join", "input"} else 3.0
    tip = said[0] if short[0] != said[0] else ""
    shapes: list[svg.Shape] = [svg.Rectangle(0, 0, width, height, style, radius, tip)]
    shapes += [
        part.moved(width / 2, PADDING / 2 + LINE * (i + 0.75) + 1) for i, part in enumerate(texts)
    ]
    return Piece(width, height, shapes)


def around(frame: Frame, level: Piece, *, sideways: bool) -> Piece:
    """Put a frame around a level; its words stand left of all that comes in, or sideways above."""
    texts = _words(frame)
    header = LINE * len(texts) + PADDING
    need = max(part.box().width for part in texts) + 2 * PADDING
    if sideways:
        corner = Point(header + PADDING, PADDING)
        width, height = corner.x + level.width + PADDING, max(level.height + 2 * PADDING, need)
    else:
        first = min(level.enters.values(), default=level.width)
        corner = Point(max(PADDING, need - first), header)
        width, height = max(corner.x + level.width + PADDING, need), header + level.height + PADDING
    whole = Piece(width, height, open=True, aside=frame.row.head is not None)
    style = FRAME | of_layer(frame.row.path) | (HEAD if frame.row.head else {})
    whole.shapes = [svg.Rectangle(0, 0, width, height, style, 5, frame.title)]
    whole.shapes += [text.turned() for text in texts] if sideways else texts
    whole.put(level, corner)
    for source, x in level.enters.items():
        whole.enters[source] = x + corner.x
        top = Point(x + corner.x, 0), Point(x + corner.x, corner.y)
        whole.shapes.append(svg.Path(top, STROKES))
    for source, x in level.leaves.items():
        whole.leaves[source] = x + corner.x
        bottom = Point(x + corner.x, corner.y + level.height), Point(x + corner.x, height)
        whole.shapes.append(svg.Path(bottom, STROKES))
    return whole


def _words(frame: Frame) -> list[svg.Text]:
    """Say the name of a frame, the block, and what is in it."""
    name = svg.shortened(heading(frame.title, frame.times))
    label = frame.row.op if frame.row.op not in {"group", frame.title} else ""
    words = [name, *filter(None, [label]), *figures(frame.row, frame.times)]
    return [
        svg.Text(
            PADDING,
            PADDING + LINE * (i + 0.75),
            line,
            11 if i == 0 else 9.5,
            "start",
            bold=i == 0,
            color="#1a1a1a" if i == 0 else "#4d4d4d",
        )
        for i, line in enumerate(words)
    ]
