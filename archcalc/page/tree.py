"""Report → the tree of its rows: blocks, equal repetitions, layers, and the ops of each layer.

The rows below one row add up to it, at every depth: each is summed from the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from archcalc.errors import UsageError
from archcalc.paths import layer_of, turn, turns
from archcalc.row import content, row_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.report import Report
    from archcalc.row import Row

Kind = Literal["block", "repeats", "layer", "op"]
ROWS = 20_000
"""More rows than this no page opens."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A row and what is below it, at its place; `times` equal ones are the branches of one."""

    name: str
    kind: Kind
    place: str
    row: Row
    positions: Sequence[int]
    times: int = 1
    below: tuple[Branch, ...] = field(default=(), repr=False)

    @property
    def is_leaf(self) -> bool:
        """Whether it is a layer or an op, and no sum of several layers."""
        return self.kind in {"layer", "op"}

    def walk(self, level: int = 0) -> Iterator[tuple[int, Branch]]:
        """Go through it and all below it, each with its level."""
        yield level, self
        for branch in self.below:
            yield from branch.walk(level + 1)


def tree(report: Report) -> tuple[Branch, ...]:
    """Give the rows of a report as a tree. Raises UsageError for more than a page can show.

    >>> from archcalc.report import count
    >>> [(branch.name, branch.kind, branch.times) for branch in tree(count("resnet18"))][1:3]
    [('pool1', 'layer', 1), ('conv2_x', 'block', 1)]
    >>> [(branch.name, branch.kind, branch.times) for branch in tree(count("resnet18"))[2].below]
    [('1..2', 'repeats', 2)]
    """
    if len(report.nodes) > ROWS:
        message = f"{report.name} has {len(report.nodes):,} ops; a page shows {ROWS:,} at most"
        raise UsageError.of("too-large", message, "`archcalc show` folds them at any --depth")
    return _Tree(report).below("", range(len(report.nodes)), 0)


class _Tree:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.places = [layer_of(report.graph.place(node.path)) for node in report.nodes]
        self.segments = [place.split("/") for place in self.places]

    def below(self, path: str, positions: Iterable[int], level: int) -> tuple[Branch, ...]:
        """Branch out what lies below a path: by the next segment of the paths."""
        groups: dict[str, list[int]] = {}
        for i in positions:
            segments = self.segments[i]
            groups.setdefault(segments[level] if level < len(segments) else "", []).append(i)
        found = [self._branch(path, name, members, level) for name, members in groups.items()]
        return tuple(_folded(self.report, found))

    def _branch(self, path: str, name: str, positions: list[int], level: int) -> Branch:
        """Make the branch of a name; that of no name is the join of the branches beside it."""
        whole = "/".join(filter(None, (path, name)))
        row = row_at(self.report, whole, positions)
        if name and any(self.places[i] != whole for i in positions):
            below = self.below(whole, positions, level + 1)
            return Branch(name, "block", whole, row, positions, 1, below)
        ops = tuple(self._op(i) for i in positions) if len(positions) > 1 else ()
        called = name or self.report.nodes[positions[-1]].op.name
        return Branch(called, "layer", whole, row, positions, 1, ops)

    def _op(self, position: int) -> Branch:
        node = self.report.nodes[position]
        row = self.report.row(node.path, [position])
        name = node.path.rpartition("/")[2]
        return Branch(name, "op", node.path, row, [position])


def _folded(report: Report, branches: list[Branch]) -> Iterator[Branch]:
    """Put equal repetitions that follow each other below one branch, which sums them."""
    start = 0
    while start < len(branches):
        first, end = branches[start], start + 1
        while end < len(branches) and _repeats(first, branches[end]):
            end += 1
        equal = branches[start:end]
        yield _together(report, equal) if len(equal) > 1 else first
        start = end


def _together(report: Report, equal: list[Branch]) -> Branch:
    first, last = equal[0], equal[-1]
    positions = [i for branch in equal for i in branch.positions]
    name = turns(first.name, last.name)
    row = replace(report.row(first.row.path, positions), op=first.row.op)
    place = "/".join([*first.place.split("/")[:-1], name])
    return Branch(name, "repeats", place, row, positions, len(equal), tuple(equal))


def _repeats(first: Branch, other: Branch) -> bool:
    """Tell whether a branch repeats another: numbered, with equal rows throughout."""
    shared, also = (turn(each.name, layer=each.kind == "layer") for each in (first, other))
    return shared != "" and shared == also and _equal(first, other)


def _equal(first: Branch, other: Branch) -> bool:
    if len(first.below) != len(other.below) or content(first.row) != content(other.row):
        return False
    pairs = zip(first.below, other.below, strict=True)
    return all(one.name == two.name and _equal(one, two) for one, two in pairs)
