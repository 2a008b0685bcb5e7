"""Report → Flow: the boxes of a drawing and what flows between them, folded at a depth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc.paths import cut, turn, turns
from archcalc.row import content, row_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.graph import Graph, Node
    from archcalc.report import Report
    from archcalc.row import Row


class Edge(NamedTuple):
    """What flows from one box to another, by their numbers; those of inputs are below 0."""

    source: int
    target: int


class Box(NamedTuple):
    """A layer, or all layers below one path; `times` equal ones in a row are drawn as one."""

    number: int
    title: str
    times: int
    row: Row


class Frame(NamedTuple):
    """A block or group that is drawn open; `row` sums what is inside, once."""

    title: str
    times: int
    row: Row
    items: tuple[Item, ...]


Item: TypeAlias = "Box | Frame"
Member: TypeAlias = "tuple[str, list[int]]"
"""A path, and the positions of its nodes."""


@dataclass(frozen=True)
class Flow:
    """The boxes as a tree of frames, and the edges between boxes, both in order of execution.

    `passed` are the edges by which an output reaches a box through the concatenations of others.
    """

    items: tuple[Item, ...]
    edges: tuple[Edge, ...]
    passed: tuple[Edge, ...] = ()

    def boxes(self) -> Iterator[Box]:
        """Walk over all boxes in order of execution."""
        waiting = list(reversed(self.items))
        while waiting:
            item = waiting.pop()
            if isinstance(item, Box):
                yield item
            else:
                waiting.extend(reversed(item.items))


class Run(NamedTuple):
    """`times` stretches of `size` boxes each that are equal and follow each other as a chain."""

    start: int
    size: int
    times: int

    def locate(self, number: int) -> tuple[int, int]:
        """Tell in which stretch a box is, and which box of the first stretch it equals."""
        stretch, place = divmod(number - self.start, self.size)
        if not 0 <= stretch < self.times:
            return -1, number
        return stretch, self.start + place


def flow(report: Report, depth: int | None = 1) -> Flow:
    """Fold a network at a depth; equal repetitions that follow each other become one.

    >>> from archcalc.report import count
    >>> found = flow(count("resnet18"), 1)
    >>> [box.title for box in found.boxes()][:3], found.edges[:3]
    (['conv1', 'pool1', 'conv2_x'], (Edge(source=-1, target=0), Edge(source=0, target=1),
    Edge(source=1, target=2)))
    """
    owners, members = _stretches(report.graph, report.nodes, depth)
    edges = fold_edges(report.nodes, owners)
    tree = _Tree(report, members, edges)
    items = tuple(tree.items(range(len(members)), 0))
    passed = tuple(edge for edge in pass_edges(report.nodes, owners) if tree.holds(edge))
    return Flow(items, tuple(merge_edges(edges, tree.runs)), passed)


def fold_edges(nodes: Sequence[Node], owners: Sequence[int]) -> tuple[Edge, ...]:
    """Carry the edges between nodes over to the boxes that own them; each edge once.

    >>> from archcalc.spec.unroll import expand
    >>> from archcalc.spec.library import load
    >>> fold_edges(expand(load("lenet5")).nodes[:4], [0, 0, 1, 1])
    (Edge(source=-1, target=0), Edge(source=0, target=1))
    """
    found = dict.fromkeys(
        Edge(i if i < 0 else owners[i], owner)
        for node, owner in zip(nodes, owners, strict=True)
        for i in node.inputs
    )
    return tuple(edge for edge in found if edge.source != edge.target)


def pass_edges(nodes: Sequence[Node], owners: Sequence[int]) -> tuple[Edge, ...]:
    """Tell what reaches a box through others, which only set outputs of their own beside it.

    So does each layer of a dense block see the outputs of all layers before it.

    >>> from archcalc.report import count
    >>> passed = flow(count("densenet121"), 2).passed
    >>> [tuple(edge) for edge in passed if edge.target == 4]
    [(1, 4), (2, 4)]
    """
    carried: list[frozenset[int]] = []
    found: dict[Edge, None] = {}
    for node, owner in zip(nodes, owners, strict=True):
        through = {box for i in node.inputs if i >= 0 for box in carried[i]}
        found |= dict.fromkeys(Edge(box, owner) for box in sorted(through) if box != owner)
        before = {owners[i] for i in node.inputs if i >= 0 and owners[i] != owner}
        beside = any(i >= 0 and owners[i] == owner for i in node.inputs)
        passes = node.op.name == "concat" and before and beside
        carried.append(frozenset(before | through) if passes else frozenset())
    direct = fold_edges(nodes, owners)
    return tuple(edge for edge in found if edge not in direct)


def merge_edges(edges: Iterable[Edge], runs: Iterable[Run]) -> list[Edge]:
    """Carry edges over to the first stretch of each run; those from one to the next disappear.

    >>> chain = [Edge(0, 1), Edge(1, 2), Edge(2, 3), Edge(3, 4), Edge(4, 5)]
    >>> [tuple(edge) for edge in merge_edges(chain, [Run(start=1, size=2, times=2)])]
    [(0, 1), (1, 2), (2, 5)]
    """
    kept = list(edges)
    for run in runs:
        carried = []
        for source, target in kept:
            (one, start), (other, end) = run.locate(source), run.locate(target)
            if one == other or one < 0 or other < 0:
                carried.append(Edge(start, end))
        kept = list(dict.fromkeys(carried))
    return kept


def _stretches(
    graph: Graph, nodes: Sequence[Node], depth: int | None
) -> tuple[list[int], list[Member]]:
    """Give each node the box that owns it: nodes in a row with the same path at that depth."""
    owners: list[int] = []
    members: list[Member] = []
    paths = [node.path if depth is None else graph.place(node.path) for node in nodes]
    for path, stretch in groupby(range(len(nodes)), lambda i: cut(paths[i], depth)):
        positions = list(stretch)
        owners += [len(members)] * len(positions)
        members.append((path, positions))
    return owners, members


class _Tree:
    """Groups boxes by their paths, and notes the runs of equal repetitions."""

    def __init__(self, report: Report, members: Sequence[Member], edges: Sequence[Edge]) -> None:
        self.report = report
        self.members = [positions for _, positions in members]
        self.rows = rows = [row_at(report, path, positions) for path, positions in members]
        self.segments = [path.split("/") for path, _ in members]
        self.runs: list[Run] = []
        self.sources: list[list[int]] = [[] for _ in rows]
        self.targets: list[list[int]] = [[] for _ in rows]
        for source, target in edges:
            self.sources[target].append(source)
            if source >= 0:
                self.targets[source].append(target)

    def holds(self, edge: Edge) -> bool:
        """Tell whether both boxes of an edge stand for themselves alone."""
        ranges = [range(run.start, run.start + run.size * run.times) for run in self.runs]
        return not any(number in stretch for number in edge for stretch in ranges)

    def items(self, numbers: range, level: int) -> Iterator[Item]:
        """Group boxes that agree up to `level` segments."""
        groups = list(self._groups(numbers, level))
        while groups:
            equal = self._equal(groups, level)
            first = groups[0]
            if equal > 1:
                self.runs.append(Run(first.start, len(first), equal))
            yield self._item(first, level, equal)
            del groups[:equal]

    def _groups(self, numbers: range, level: int) -> Iterator[range]:
        key = lambda number: self.segments[number][level : level + 1]  # noqa: E731
        for _, stretch in groupby(numbers, key):
            members = list(stretch)
            yield range(members[0], members[-1] + 1)

    def _item(self, numbers: range, level: int, times: int) -> Item:
        """Make a box of one box, a frame of several; a frame never holds a single item."""
        first = numbers.start
        title = self._title(numbers, level, times)
        if len(numbers) == 1:
            return Box(first, title, times, self.rows[first])
        inner = tuple(self.items(numbers, level + 1))
        if len(inner) == times == 1:
            return inner[0]
        path = "/".join(self.segments[first][: level + 1])
        positions = [i for number in numbers for i in self.members[number]]
        return Frame(title, times, row_at(self.report, path, positions), inner)

    def _title(self, numbers: range, level: int, times: int) -> str:
        """Give the path from this level on; from the top on where it is but a number."""
        path = self.segments[numbers.start]
        if level >= len(path):
            return path[-1]
        ends = level + 1 if len(numbers) > 1 else len(path)
        start = 0 if path[level].isdecimal() else level
        if times > 1:
            last = self.segments[numbers.start + (times - 1) * len(numbers)][level]
            path = [*path[:level], turns(path[level], last), *path[level + 1 :]]
        return "/".join(path[start:ends])

    def _equal(self, groups: Sequence[range], level: int) -> int:
        """Count how many groups from the first on are the same, each fed by the one before."""
        times = 1
        while times < len(groups) and self._follows(groups[times - 1], groups[times], level):
            times += 1
        return times

    def _follows(self, before: range, after: range, level: int) -> bool:
        if self._signature(before, level) != self._signature(after, level):
            return False
        entries = {i for n in after for i in self.sources[n] if i < after.start}
        leaving = {t for n in before for t in self.targets[n]}
        chained = len(entries) == 1 and next(iter(entries)) in before
        return chained and all(target < after.stop for target in leaving)

    def _signature(self, numbers: range, level: int) -> object:
        """Say what repetitions must share; one without a number is like no other."""
        first = self.segments[numbers.start]
        layer = len(numbers) == 1 and self.rows[numbers.start].layer is not None
        shared = turn(first[level], layer=layer) if level < len(first) else ""
        if not shared:
            return numbers
        return shared, [
            (
                self.segments[number][level + 1 :],
                content(self.rows[number]),
                [max(source - numbers.start, -1) for source in self.sources[number]],
            )
            for number in numbers
        ]
