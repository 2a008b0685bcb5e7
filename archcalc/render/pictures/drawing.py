"""Report → a picture in SVG: boxes and arrows, with shapes and counts on them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archcalc.errors import UsageError
from archcalc.graph import INPUT
from archcalc.render.pictures import svg
from archcalc.render.pictures.boxes import around, boxed
from archcalc.render.pictures.flow import Box, flow
from archcalc.render.pictures.labels import about, kind, lines
from archcalc.render.pictures.layering import Link, Point, Size, arrange
from archcalc.render.pictures.page import FILLS, HEAD, PASSED, STROKES, Piece, framed, of_layer
from archcalc.render.tables.columns import shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.render.pictures.flow import Flow, Frame, Item
    from archcalc.report import Report

BOXES = 2_000
"""More boxes than this are no picture."""
LABEL = 16.0
PASS = 5.0
"""Between the lanes of outputs that others pass on."""


def draw(report: Report, depth: int | None = 1, *, sideways: bool = False) -> str:
    """Draw a network in SVG, downwards or to the right; blocks below a depth are one box each.

    Raises UsageError for a picture too large to be looked at.

    >>> from archcalc.report import count
    >>> draw(count("lenet5")).startswith("<svg ")
    True
    """
    piece = sketch(report, depth, sideways=sideways)
    return svg.document(piece.shapes, piece.width, piece.height, about(report))


def sketch(report: Report, depth: int | None = 1, *, sideways: bool = False) -> Piece:
    """Place everything of the picture, with what stands above and below it."""
    folded = boxes_of(report, depth)
    piece = _Pen(report, folded, sideways=sideways).network(folded.items)
    return framed(report, piece.turned() if sideways else piece)


def boxes_of(report: Report, depth: int | None) -> Flow:
    """Fold a network into the boxes of a picture. Raises UsageError for too many."""
    folded = flow(report, depth)
    many = sum(1 for _ in folded.boxes())
    if many > BOXES:
        message = f"{report.name} has {many:,} boxes at this depth; {BOXES:,} are drawn at most"
        raise UsageError.of("too-large", message, "draw less with --depth 1")
    return folded


class _Pen:
    """Draws items of the tree, the inner ones first, so that sizes are known.

    All is placed downwards. `sideways` draws boxes and frames for a picture that is then turned.
    """

    def __init__(self, report: Report, folded: Flow, *, sideways: bool = False) -> None:
        self.sideways = sideways
        self.report = report
        self.edges = edges = folded.edges
        self.passed = folded.passed
        self.read = {edge.source for edge in edges}
        self.sources: dict[int, list[int]] = {}
        for source, target in edges:
            self.sources.setdefault(target, []).append(source)

    def network(self, items: Sequence[Item]) -> Piece:
        """Draw the whole, from the input on."""
        inputs = list(enumerate(self.report.inputs))
        entering = [self._input(name, INPUT - i) for i, name in inputs]
        pieces = [*entering, *map(self._item, items)]
        inside = [*({INPUT - i} for i, _ in inputs), *map(_numbers, items)]
        return self._level(pieces, inside, [], [])

    def _item(self, item: Item) -> Piece:
        return self._box(item) if isinstance(item, Box) else self._frame(item)

    def _input(self, name: str, number: int) -> Piece:
        return self._boxed([name], "input", number, shape(self.report.inputs[name]))

    def _box(self, box: Box) -> Piece:
        more = of_layer(box.row.path) | (HEAD if box.row.head else {})
        output = shape(box.row.output)
        piece = self._boxed(lines(box), kind(box.row), box.number, output, more)
        piece.aside = box.row.head is not None
        return piece

    def _boxed(
        self, said: list[str], of_kind: str, number: int, output: str, more: svg.Style | None = None
    ) -> Piece:
        """Draw a box, the shape of its output beside the line that leaves it."""
        body = boxed(said, {**FILLS[of_kind], "stroke-width": "1.2", **(more or {})}, of_kind)
        label = svg.Text(0, 0, output, 10, "start", color="#333333")
        room = label.box().width
        if self.sideways:
            axis, corner = body.height / 2, Point(0, 0)
            start, end = Point(body.width, axis), Point(body.width + room + 10, axis)
            whole, beside = Piece(end.x, body.height), Point(body.width + 5, axis - 4)
        else:
            whole = Piece(max(body.width, 2 * (room + 8), 64.0), body.height + LABEL)
            axis, corner = whole.width / 2, Point((whole.width - body.width) / 2, 0)
            start, end = Point(axis, body.height), Point(axis, whole.height)
            beside = Point(axis + 6, whole.height - 4)
        whole.put(body, corner)
        arrow = number not in self.read
        whole.shapes += [label.moved(*beside), svg.Path((start, end), STROKES, arrow=arrow)]
        whole.enters = dict.fromkeys(self.sources.get(number, ()), axis)
        whole.leaves = {number: axis}
        return whole.turned() if self.sideways else whole

    def _frame(self, frame: Frame) -> Piece:
        """Draw what is in a frame, and around it the frame with its name."""
        inside = _numbers(frame)
        entering = dict.fromkeys(
            edge.source
            for edge in self.edges
            if edge.target in inside and edge.source not in inside
        )
        leaving = dict.fromkeys(
            edge.source
            for edge in self.edges
            if edge.source in inside and edge.target not in inside
        )
        level = self._level(
            [self._item(item) for item in frame.items],
            [_numbers(item) for item in frame.items],
            list(entering),
            list(leaving),
        )
        return around(frame, level, sideways=self.sideways)

    def _level(
        self,
        pieces: list[Piece],
        inside: list[set[int]],
        entering: list[int],
        leaving: list[int],
    ) -> Piece:
        """Arrange pieces side by side and below each other, and draw the edges between them."""
        doors = len(entering)
        here = {n: doors + i for i, numbers in enumerate(inside) for n in numbers}
        ways_in = {source: i for i, source in enumerate(entering)}
        ways_out = {source: doors + len(pieces) + i for i, source in enumerate(leaving)}
        height = 0.1 if self.sideways else 0.0  # with a height there is room to fan out behind it
        sizes = [
            *(Size(1, height) for _ in entering),
            *(Size(piece.width, piece.height) for piece in pieces),
            *(Size(1, 0, last=True) for _ in leaving),
        ]
        links = self._links(dict(enumerate(pieces, doors)), here, ways_in, ways_out)
        aside = {doors + i for i, piece in enumerate(pieces) if piece.aside}
        boxes = {doors + i for i, piece in enumerate(pieces) if not piece.open}
        layout = arrange(sizes, _weighted(links, aside))
        whole = Piece(layout.width, layout.height)
        for link, way in zip(links, layout.ways, strict=True):
            whole.shapes.append(svg.Path(way, STROKES, arrow=link.target in boxes))
        for piece, corner in zip(pieces, layout.corners[doors:], strict=False):
            whole.put(piece, corner)
        whole.enters = {source: layout.corners[i].x + 0.5 for source, i in ways_in.items()}
        whole.leaves = {source: layout.corners[i].x + 0.5 for source, i in ways_out.items()}
        placed = zip(pieces, layout.corners[doors:], strict=False)
        bodies = [_body_of(piece, corner) for piece, corner in placed]
        self._pass(whole, {n: bodies[i - doors] for n, i in here.items() if i in boxes})
        return whole

    def _pass(self, whole: Piece, bodies: dict[int, svg.Rectangle]) -> None:
        """Draw a lane at the right for each output that is passed on, to every box that it reaches.

        `bodies` are the boxes of this level, by number.
        """
        reached: dict[int, list[int]] = {}
        for source, target in self.passed:
            if target in bodies and (source in bodies or source in whole.enters):
                reached.setdefault(source, []).append(target)
        arrived = Counter[int]()
        expected = Counter(target for targets in reached.values() for target in targets)
        for number, (source, targets) in enumerate(reached.items(), start=1):
            x = whole.width + PASS * number
            body = bodies.get(source)
            start = Point(whole.enters.get(source, 0), 2)
            if body is not None:
                start = Point(body.x + body.width, body.y + body.height - 5)
            for target in targets:
                body = bodies[target]
                arrived[target] += 1
                share = arrived[target] / (expected[target] + 1)
                end = Point(body.x + body.width, body.y + share * (body.height - 10))
                way = (start, Point(x, start.y), Point(x, end.y), end)
                whole.shapes.append(svg.Path(way, PASSED, arrow=True, curved=False))
        if reached:
            whole.width += PASS * (len(reached) + 1)

    def _links(
        self,
        pieces: dict[int, Piece],
        here: dict[int, int],
        ways_in: dict[int, int],
        ways_out: dict[int, int],
    ) -> list[Link]:
        """Link what stands on a level; edges of one source to one piece are one link."""
        links: dict[tuple[int, int, int], Link] = {}
        for source, target in self.edges:
            start = here.get(source, ways_in.get(source))
            end = here.get(target, ways_out.get(source))
            if start is None or end is None or start == end:
                continue
            leaves = pieces[start].leaves[source] if start in pieces else 0.5
            enters = pieces[end].enters[source] if end in pieces else 0.5
            links[source, start, end] = Link(start, end, leaves, enters)
        return list(links.values())


def _body_of(piece: Piece, corner: Point) -> svg.Rectangle:
    """Give the box of a piece where it stands; of a frame, the frame."""
    body = next(shape for shape in piece.shapes if isinstance(shape, svg.Rectangle))
    return body.moved(*corner)


def _weighted(links: Sequence[Link], aside: set[int]) -> list[Link]:
    """Keep chains straight and let side ways give: to a head, or past what comes between."""
    leaving = Counter(link.source for link in links)
    entering = Counter(link.target for link in links)
    found = []
    for link in links:
        chained = leaving[link.source] == entering[link.target] == 1
        passes = leaving[link.source] > 1 and entering[link.target] > 1
        weight = 0.001 if link.target in aside or passes else 4.0 if chained else 1.0
        found.append(link._replace(weight=weight))
    return found


def _numbers(item: Item) -> set[int]:
    if isinstance(item, Box):
        return {item.number}
    found: set[int] = set()
    for inner in item.items:
        found |= _numbers(inner)
    return found
