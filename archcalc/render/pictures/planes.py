"""Report → a picture in SVG: maps as stacks of planes, like LeNet-5 in its figure of 1998."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import UsageError
from archcalc.graph import INPUT
from archcalc.ops.linear import Linear
from archcalc.ops.window import whole_map
from archcalc.render.pictures import svg
from archcalc.render.pictures.flow import flow
from archcalc.render.pictures.labels import about, figures, kind, what
from archcalc.render.pictures.layering import Point
from archcalc.render.pictures.page import FILLS, MARGIN, STROKES, Piece, framed, of_layer

if TYPE_CHECKING:
    from archcalc.ops.op import Shape
    from archcalc.report import Report
    from archcalc.row import Row

TALLEST, SHORTEST = 132.0, 7.0
"""The side of the planes of the largest maps, and of the smallest."""
PLANES, DEEPEST = 16, 72.0
"""Planes drawn of a stack at most, and how far a stack reaches back."""
UNITS = (14.0, 120.0)
"""Width and height of a row of single units."""
GAP, LINE = 30.0, 13.5
SMALL_CHAIN = 10
"""So many layers at most, on one map, are drawn as planes unless boxes are asked for."""
WINDOW = {"fill": "#ffffff", "fill-opacity": "0.55", "stroke": "#4d4d4d", "stroke-width": "0.8"}
SIGHT = {"fill": "none", "stroke": "#4d4d4d", "stroke-width": "0.8"}


class Stack(NamedTuple):
    """One output: its name, its shape, the row it comes from (None for the input)."""

    name: str
    shape: Shape
    row: Row | None = None


def is_small_chain(report: Report) -> bool:
    """Tell whether a network is what the figure of 1998 was made for.

    >>> from archcalc.report import count
    >>> is_small_chain(count("lenet5")), is_small_chain(count("resnet20"))
    (True, False)
    """
    small = report.input.channels == 1 and len(report.rows) <= SMALL_CHAIN
    return small and _chain(report)


def draw(report: Report) -> str:
    """Draw a chain of layers as planes. Raises UsageError for a network with branches.

    >>> from archcalc.report import count
    >>> "C1: f. maps 6@28x28" in draw(count("lenet5"))
    True
    """
    piece = sketch(report)
    return svg.document(piece.shapes, piece.width, piece.height, about(report))


def sketch(report: Report) -> Piece:
    """Place the stacks from left to right, words below them and between them."""
    if not _chain(report):
        message = f"{report.name} is no chain of layers: planes cannot show its branches"
        raise UsageError.of("not-a-chain", message, "--style boxes")
    stacks = _stacks(report)
    largest = max(max(stack.shape.height, stack.shape.width) for stack in stacks)
    drawn = [_stack(stack, largest) for stack in stacks]
    floor = max(piece.height for piece in drawn) + MARGIN
    words = [_words(stack) for stack in stacks]
    xs, width = _columns(drawn, words)
    whole = Piece(width, 0)
    fronts = []
    for piece, x in zip(drawn, xs, strict=True):
        corner = Point(x - piece.width / 2, (floor - piece.height) / 2)
        whole.put(piece, corner)
        fronts.append(corner)
    whole.shapes += _sights(stacks, drawn, fronts, largest)
    lowest = floor + LINE
    for said, x in zip(words, xs, strict=True):
        whole.shapes += [part.moved(x, lowest + i * LINE) for i, part in enumerate(said)]
    lowest += LINE * (max(map(len, words)) + 0.5)
    whole.shapes += _between(stacks, xs, lowest)
    whole.height = lowest + 1.5 * LINE
    return framed(report, whole)


def _chain(report: Report) -> bool:
    edges = flow(report, None).edges
    return [tuple(edge) for edge in edges] == [(i, i + 1) for i in range(INPUT, len(edges) - 1)]


def _stacks(report: Report) -> list[Stack]:
    """List the outputs; what only changes the numbers on the maps is no stack of its own."""
    rows = [row for row in report.rows if row.input != row.output or row.parameters or row.fixed]
    return [Stack("INPUT", report.input), *(Stack(row.path, row.output, row) for row in rows)]


def _side(pixels: int, largest: int) -> float:
    """Scale below proportion: small maps stay visible beside large ones."""
    return max(SHORTEST, TALLEST * math.pow(pixels / largest, 0.7))


def _stack(stack: Stack, largest: int) -> Piece:
    """Draw planes one behind the other, the front one last, at the lower right."""
    channels, width, height = stack.shape.channels, stack.shape.width, stack.shape.height
    style = FILLS[kind(stack.row) if stack.row else "input"] | {"stroke-width": "0.9"}
    style |= of_layer(stack.row.path) if stack.row else {}
    if stack.shape.is_vector:
        return _units(channels, style)
    wide, high = _side(width, largest), _side(height, largest)
    shown = channels_drawn(stack.shape)
    step = min(9.0, DEEPEST / shown)
    back = step * (shown - 1)
    shapes: list[svg.Shape] = [
        svg.Rectangle(i * step, i * step, wide, high, style) for i in range(shown)
    ]
    return Piece(wide + back, high + back, shapes)


def _units(channels: int, style: svg.Style) -> Piece:
    """Draw single units as a leaning bar, longer for more of them."""
    wide, most = UNITS
    high = min(most, 30.0 + 0.8 * channels)
    lean = high / 3
    points = Point(0, 0), Point(wide, 0), Point(wide + lean, high), Point(lean, high)
    return Piece(wide + lean, high, [svg.Path(points, style, closed=True, curved=False)])


def _words(stack: Stack) -> list[svg.Text]:
    """Say below a stack what it is, and what it costs."""
    channels, *extents = stack.shape
    size = "x".join(map(str, extents))
    name = svg.shortened(stack.name, 24)
    if stack.shape.is_vector:
        first = f"{name}: layer {channels}"
    elif stack.row is None:
        first = f"{name} {f'{channels}@' if channels > 1 else ''}{size}"
    else:
        first = f"{name}: f. maps {channels}@{size}"
    texts = [svg.Text(0, 0, first, 11.5, bold=True)]
    if stack.row is not None:
        more = [f"{stack.row.connections:,} connections"] if stack.row.connections else []
        said = (what(stack.row, ""), *figures(stack.row), *more, *_not_all(stack.shape))
        texts += [svg.Text(0, 0, line, 10, color="#333333") for line in said]
    return texts


def _not_all(shape: Shape) -> list[str]:
    """Say how many maps are drawn, where these are not all."""
    drawn = channels_drawn(shape)
    single = shape.is_vector
    return (
        [] if single or drawn == shape.channels else [f"{drawn} of {shape.channels:,} maps drawn"]
    )


def channels_drawn(shape: Shape) -> int:
    """Tell how many maps of an output are drawn as planes."""
    return min(shape.channels, PLANES)


def _columns(drawn: list[Piece], words: list[list[svg.Text]]) -> tuple[list[float], float]:
    """Give the middle of each column, wide enough for its stack and its words."""
    middles, x = [], 0.0
    for piece, said in zip(drawn, words, strict=True):
        wide = max(piece.width, *(part.box().width for part in said))
        middles.append(x + wide / 2)
        x += wide + GAP
    return middles, x - GAP


def _sights(
    stacks: list[Stack], drawn: list[Piece], corners: list[Point], largest: int
) -> list[svg.Shape]:
    """Draw the window of a layer on the front plane that it reads, and the lines of sight."""
    shapes: list[svg.Shape] = []
    for i, (before, after) in enumerate(pairwise(stacks)):
        spans = after.row.layer.window(before.shape) if after.row and after.row.layer else None
        if spans is None or before.shape.is_vector:
            continue
        wide, high = (_side(n, largest) for n in (before.shape.width, before.shape.height))
        right = corners[i].x + drawn[i].width
        bottom = corners[i].y + drawn[i].height
        w = wide * min(1.0, spans[-1].kernel / before.shape.width)
        h = high * min(1.0, spans[-2].kernel / before.shape.height if len(spans) > 1 else 1.0)
        x, y = right - wide + (wide - w) * 0.7, bottom - high + (high - h) * 0.3
        end = _target(after, drawn[i + 1], corners[i + 1], largest)
        shapes.append(svg.Rectangle(x, y, w, h, WINDOW))
        shapes += [
            svg.Path((Point(x + w, corner), end), SIGHT, curved=False) for corner in (y, y + h)
        ]
    return shapes


def _target(stack: Stack, piece: Piece, corner: Point, largest: int) -> Point:
    """Find the unit that a window feeds: a point of the front plane, or the middle of a bar."""
    if stack.shape.is_vector:
        return Point(corner.x + piece.width / 2 - UNITS[0] / 4, corner.y + piece.height / 2)
    wide, high = (_side(n, largest) for n in (stack.shape.width, stack.shape.height))
    right, bottom = corner.x + piece.width, corner.y + piece.height
    return Point(right - wide + 0.25 * wide, bottom - high + 0.35 * high)


def _between(stacks: list[Stack], xs: list[float], y: float) -> list[svg.Shape]:
    """Say between two stacks how the one becomes the other."""
    shapes: list[svg.Shape] = []
    for (before, after), (x, to) in zip(pairwise(stacks), pairwise(xs), strict=True):
        line = (Point(x + 4, y), Point(to - 4, y))
        shapes.append(svg.Path(line, STROKES, arrow=True))
        said = _manner(before, after)
        shapes.append(svg.Text((x + to) / 2, y + LINE, said, 10, color="#333333"))
    return shapes


def _manner(before: Stack, after: Stack) -> str:
    layer = after.row.layer if after.row else None
    if layer is None:
        return after.row.op if after.row else ""
    whole = layer.window(before.shape) == whole_map(before.shape)
    slides = layer.role == "weighted" and hasattr(layer, "kernel")
    if slides and whole and not getattr(layer, "table", None):
        return Linear.manner
    return layer.manner
