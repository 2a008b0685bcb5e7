"""Report → a picture with a row for each size of the maps, as U-Net is drawn: smaller is lower.

A layer that keeps the size stands right of what it reads; one that halves or doubles it, below or
above. So an encoder and a decoder are the sides of a U, and what is copied across is level.
"""

from __future__ import annotations

from collections import Counter
from math import log2, prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc.graph import INPUT
from archcalc.render.pictures import svg
from archcalc.render.pictures.boxes import boxed
from archcalc.render.pictures.drawing import boxes_of
from archcalc.render.pictures.flow import flow
from archcalc.render.pictures.labels import heading, kind, what
from archcalc.render.pictures.layering import Point
from archcalc.render.pictures.page import FILLS, HEAD, STROKES, Piece, framed, of_layer
from archcalc.render.tables.columns import shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.ops.shape import Shape
    from archcalc.render.pictures.flow import Edge, Flow
    from archcalc.report import Report

BESIDE, BELOW, LANE = 22.0, 34.0, 9.0
"""Room between columns, between rows, and between the ways that pass over a row."""
ROOM = 100
"""More boxes than this nobody looks at in such a picture, unless he asks for it."""


class Cell(NamedTuple):
    """Where a box stands: its row from the top, its column from the left."""

    level: int
    column: int


def sketch(report: Report) -> Piece:
    """Place every layer and the arrows between them, with what stands above and below.

    Raises UsageError for a picture too large to be looked at.

    >>> from archcalc.report import count
    >>> piece = sketch(count("unet"))
    >>> piece.width > 3 * piece.height
    True
    """
    folded = boxes_of(report, None)
    cells = arrange(report, folded)
    return framed(report, _Picture(_bodies(report, folded), cells, folded.edges).piece())


def grows_again(report: Report) -> bool:
    """Tell whether maps become larger somewhere, of a network that has room on such a picture.

    >>> from archcalc.report import count
    >>> grows_again(count("unet")), grows_again(count("vgg16"))
    (True, False)
    """
    grows = any(node.y.places > node.xs[0].places > 1 for node in report.nodes if node.xs)
    return grows and sum(1 for _ in flow(report, None).boxes()) <= ROOM


def arrange(report: Report, folded: Flow) -> dict[int, Cell]:
    """Give each box its cell, those of the inputs first.

    >>> from archcalc.report import count
    >>> report = count("unet")
    >>> cells = arrange(report, boxes_of(report, None))
    >>> max(cell.level for cell in cells.values()), cells[len(cells) - 2].level
    (4, 0)
    """
    sources: dict[int, list[int]] = {}
    for source, target in folded.edges:
        sources.setdefault(target, []).append(source)
    sides = {INPUT - i: _side(x) for i, x in enumerate(report.inputs.values())}
    heights = dict.fromkeys(sides, 0)
    for box in folded.boxes():
        sides[box.number] = side = _side(box.row.output)
        steps = {read: log2(sides[read] / side) for read in sources.get(box.number, ())}
        nearest = min(steps, key=lambda read: abs(steps[read]), default=None)
        heights[box.number] = 0 if nearest is None else heights[nearest] + round(steps[nearest])
    rows = {height: row for row, height in enumerate(sorted(set(heights.values())))}
    return _placed({number: rows[height] for number, height in heights.items()}, sources)


def _side(x: Shape | None) -> float:
    """Give the mean extent of a map; a vector is a single place."""
    return prod(x.extents) ** (1 / x.rank) if x is not None and x.rank else 1.0


def _placed(levels: Mapping[int, int], sources: Mapping[int, list[int]]) -> dict[int, Cell]:
    cells: dict[int, Cell] = {}
    taken: set[Cell] = set()
    for number, level in levels.items():
        read = [cells[source] for source in sources.get(number, ())]
        column = max((cell.column + (cell.level == level) for cell in read), default=0)
        while Cell(level, column) in taken:
            column += 1
        cells[number] = Cell(level, column)
        taken.add(cells[number])
    return cells


def _bodies(report: Report, folded: Flow) -> dict[int, Piece]:
    """Draw the boxes: what they are and what comes out."""
    found = {
        INPUT - i: boxed([name, shape(x)], FILLS["input"], "input")
        for i, (name, x) in enumerate(report.inputs.items())
    }
    for box in folded.boxes():
        said = [heading(box.title, box.times), what(box.row, box.title), shape(box.row.output)]
        of_kind = kind(box.row)
        style = FILLS[of_kind] | {"stroke-width": "1.2"} | of_layer(box.row.path)
        style |= HEAD if box.row.head else {}
        found[box.number] = boxed([line for line in said if line], style, of_kind)
    return found


class _Picture:
    """Boxes in their cells, and the ways between them.

    A way is straight where no box stands between. Else it goes by a channel right of the column
    that it leaves, and by a lane above the row that it reaches; each way has its own.
    """

    def __init__(
        self, bodies: Mapping[int, Piece], cells: Mapping[int, Cell], edges: Sequence[Edge]
    ) -> None:
        self.bodies, self.cells, self.edges = bodies, cells, edges
        self.filled = set(cells.values())
        self.lanes: dict[Edge, int] = {}
        self.channels: dict[Edge, int] = {}
        self.above, self.right = dict[int, list[list[range]]](), Counter[int]()
        for edge in edges:
            (level, column), (other, end) = cells[edge.source], cells[edge.target]
            if self._is_barred(edge):
                lanes = self.above.setdefault(other, [])
                self.lanes[edge] = _free(lanes, range(min(column, end), max(column, end) + 1))
                if level != other:
                    self.right[column] += 1
                    self.channels[edge] = self.right[column]
        widths, heights = dict[int, float](), dict[int, float]()
        for number, (level, column) in cells.items():
            widths[column] = max(widths.get(column, 0), bodies[number].width)
            heights[level] = max(heights.get(level, 0), bodies[number].height)
        above = Counter({level: len(lanes) for level, lanes in self.above.items()})
        self.rows, self.height = _along(heights, BELOW, above, before=True)
        self.columns, self.width = _along(widths, BESIDE, self.right, before=False)

    def _is_barred(self, edge: Edge) -> bool:
        (level, column), (other, end) = self.cells[edge.source], self.cells[edge.target]
        if level == other:
            between = {Cell(level, each) for each in range(column + 1, end)}
        else:
            between = {
                Cell(each, column) for each in range(min(level, other) + 1, max(level, other))
            }
        return (level != other and column != end) or not between.isdisjoint(self.filled)

    def piece(self) -> Piece:
        """Draw it all."""
        whole = Piece(self.width, self.height)
        for number, body in self.bodies.items():
            whole.put(body, Point(*self._rectangle(number)[:2]))
        whole.shapes += [
            svg.Path(tuple(self._way(edge)), STROKES, arrow=True, curved=False)
            for edge in self.edges
        ]
        return whole

    def _rectangle(self, number: int) -> svg.Rectangle:
        (level, column), body = self.cells[number], self.bodies[number]
        x, y = self.columns[column].middle, self.rows[level].middle
        return svg.Rectangle(x - body.width / 2, y - body.height / 2, body.width, body.height, {})

    def _way(self, edge: Edge) -> Iterator[Point]:
        """Lead right along a row, down or up along a column, or around what stands between."""
        source, target = self._rectangle(edge.source), self._rectangle(edge.target)
        (level, column), (other, _) = self.cells[edge.source], self.cells[edge.target]
        if edge in self.lanes:
            top = self.rows[other].start - LANE * self.lanes[edge]
            reached = target.x + 0.25 * target.width
            if edge in self.channels:
                aside = self.columns[column].end + LANE * self.channels[edge]
                height = source.y + 0.75 * source.height
                yield Point(source.x + source.width, height)
                yield Point(aside, height)
            else:
                aside = source.x + 0.75 * source.width
                yield Point(aside, source.y)
            yield from (Point(aside, top), Point(reached, top), Point(reached, target.y))
        elif level == other:
            yield Point(source.x + source.width, self.rows[level].middle)
            yield Point(target.x, self.rows[level].middle)
        else:
            falls = level < other
            x = self.columns[column].middle
            yield Point(x, source.y + (source.height if falls else 0))
            yield Point(x, target.y + (0 if falls else target.height))


def _free(lanes: list[list[range]], columns: range) -> int:
    """Take the first lane that is free over these columns, and give its number from 1 on."""
    for number, taken in enumerate(lanes, start=1):
        if all(columns.stop <= other.start or other.stop <= columns.start for other in taken):
            taken.append(columns)
            return number
    lanes.append([columns])
    return len(lanes)


class Stretch(NamedTuple):
    """Where a row or a column begins, and where it ends."""

    start: float
    end: float

    @property
    def middle(self) -> float:
        """Where its boxes have their middle."""
        return (self.start + self.end) / 2


def _along(
    sizes: Mapping[int, float], gap: float, ways: Mapping[int, int], *, before: bool
) -> tuple[list[Stretch], float]:
    """Put sizes one behind the other, with room for the ways before or behind each."""
    found, edge = list[Stretch](), 0.0
    for number in sorted(sizes):
        room = LANE * ways[number]
        start = edge + room * before
        found.append(Stretch(start, start + sizes[number]))
        edge += room + sizes[number] + gap
    return found, edge - gap
