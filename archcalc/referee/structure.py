"""What two networks owe to their layers: terms under one convention, by what differs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from archcalc.graph import INPUT
from archcalc.referee.wording import Detail, details

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.convention.figure import Figure
    from archcalc.graph import Node

Kind: TypeAlias = Literal["changed", "added", "removed", "input"]


class Cause(NamedTuple):
    """What differs: a layer, all that stands below a path of one network alone, or the input."""

    kind: Kind
    path: str


class Part(NamedTuple):
    """What layers of one kind of cause, below one first segment of the path, amount to."""

    kind: Kind
    causes: tuple[str, ...]
    details: tuple[tuple[Detail, ...], ...]
    layers: int
    amount: int


def parts(a: Figure, b: Figure) -> Iterator[Part]:
    """Split the difference of two figures of one convention by what differs in the layers.

    Layers are matched by path. A layer whose fields are the same and whose input is not is put down
    to the layer that changed its input.
    """
    walk = _Walk(a.report.nodes, b.report.nodes)
    amounts, layers = defaultdict[Cause, int](int), defaultdict[Cause, int](int)
    for cause, amount in walk.amounts(a.values, b.values):
        amounts[cause] += amount
        layers[cause] += bool(amount)
    groups = defaultdict[tuple[Kind, str], list[Cause]](list)
    for cause in amounts:
        groups[cause.kind, cause.path.split("/")[0].partition(".")[0]].append(cause)
    for (kind, _), causes in groups.items():
        felt = [cause for cause in causes if amounts[cause]]
        amount = sum(amounts[cause] for cause in felt)
        if amount:
            yield Part(
                kind,
                tuple(cause.path for cause in felt),
                tuple(walk.details(cause.path) for cause in felt if kind == "changed"),
                sum(layers[cause] for cause in felt),
                amount,
            )


class _Walk:
    """Finds the cause of every layer that is not the same in both."""

    def __init__(self, before: Sequence[Node], after: Sequence[Node]) -> None:
        self.before, self.after = before, after
        self.old = {node.path: node for node in before}
        self.new = {node.path: node for node in after}
        self.old_prefixes = set(_all_prefixes(self.old))
        self.new_prefixes = set(_all_prefixes(self.new))
        self.causes: dict[str, Cause] = {}
        for node in after:
            cause = self._cause(node)
            if cause is not None:
                self.causes[node.path] = cause

    def amounts(
        self, before: Sequence[int | None], after: Sequence[int | None]
    ) -> Iterator[tuple[Cause, int]]:
        """Give the cause of each difference, and the difference."""
        old = dict(zip(self.old, before, strict=True))
        for (path, _), value in zip(self.new.items(), after, strict=True):
            amount = (value or 0) - (old.pop(path, 0) or 0)
            cause = self.causes.get(path)
            if cause or amount:
                yield cause or Cause("changed", path), amount
        for path, value in old.items():
            yield Cause("removed", _root(path, self.new_prefixes)), -(value or 0)

    def details(self, path: str) -> tuple[Detail, ...]:
        """Tell which fields of a layer differ."""
        old, new = self.old.get(path), self.new.get(path)
        return tuple(details(old.op, new.op)) if old and new else ()

    def _cause(self, node: Node) -> Cause | None:
        old = self.old.get(node.path)
        if old is None:
            return Cause("added", _root(node.path, self.old_prefixes))
        if node.op != old.op:
            return Cause("changed", node.path)
        if node.xs == old.xs:
            return None
        return self._inherited(node, old) or Cause("changed", node.path)

    def _inherited(self, node: Node, old: Node) -> Cause | None:
        """Find what changed the input of a layer: the input, an earlier layer, or one that left."""
        changed = [i for i, x in zip(node.inputs, node.xs, strict=True) if x not in old.xs]
        for i in (*changed, *node.inputs):
            if i == INPUT:
                return Cause("input", "")
            cause = self.causes.get(self.after[i].path)
            if cause is not None:
                return cause
        for i in old.inputs:
            if i != INPUT and self.before[i].path not in self.new:
                return Cause("removed", _root(self.before[i].path, self.new_prefixes))
        return None


def _all_prefixes(paths: Mapping[str, Node]) -> Iterator[str]:
    for path in paths:
        yield from _prefixes(path)


def _prefixes(path: str) -> Iterator[str]:
    """Give every path at and above a layer: a block, a group, the layer that it comes after."""
    for position, character in enumerate(path):
        if character in "/.":
            yield path[:position]
    yield path


def _root(path: str, known: set[str]) -> str:
    """Find the highest path above a layer that the other network does not have."""
    return next((prefix for prefix in _prefixes(path) if prefix not in known), path)
