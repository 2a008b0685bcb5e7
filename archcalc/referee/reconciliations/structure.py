"""What two networks owe to their layers: terms under one convention, by what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from archcalc.paths import cut, prefixes
from archcalc.referee.comparisons.matching import layers, match, names_in_new
from archcalc.referee.phrases import Detail, details, shared_weights

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from archcalc.convention.figure import Figure
    from archcalc.graph import Node
    from archcalc.report import Report

Kind: TypeAlias = Literal["changed", "added", "removed", "input"]


class Cause(NamedTuple):
    """What differs: a layer, all that stands below a path of one network alone, or the input."""

    kind: Kind
    path: str


class Part(NamedTuple):
    """What layers of one kind of cause, below one first segment of the path, amount to.

    `details` are of each cause that is a layer which changed; `other_inputs` tells whether one of
    these has another input besides.
    """

    kind: Kind
    causes: tuple[str, ...]
    details: tuple[tuple[Detail, ...], ...]
    other_inputs: bool
    layers: int
    amount: int


def parts(before: Report, after: Report, a: Figure, b: Figure) -> Iterator[Part]:
    """Split the difference of two figures of one convention by what differs in the layers.

    A layer whose fields are the same and whose input is not is put down to the layer that changed
    its input.
    """
    walk = _Walk(before, after)
    groups: dict[tuple[Kind, str], dict[Cause, list[int]]] = {}
    for cause, amount in walk.amounts(a.values, b.values):
        stage = cut(cause.path, 1)
        amounts = groups.setdefault((cause.kind, stage), {}).setdefault(cause, [])
        amounts += [amount] if amount else []
    for (kind, _), causes in groups.items():
        part = walk.part(kind, {cause: found for cause, found in causes.items() if sum(found)})
        if part.amount:
            yield part


class _Walk:
    """Finds the cause of every layer that is not the same in both.

    The nodes of both networks go by one name: a layer of the first that is another's pair by that
    of its pair.
    """

    def __init__(self, before: Report, after: Report) -> None:
        old, new = layers(before), layers(after)
        found = match(old, new)
        pairs = {old[was].row.path: new[now].row.path for now, was in found.pairs.items()}
        self.other_input = before.input != after.input
        self.before = _names(before, pairs, names_in_new(old, new, found))
        self.first, self.after = before.nodes, after.nodes
        self.old = dict(zip(self.before, before.nodes, strict=True))
        self.new = {node.path: node for node in after.nodes}
        self.old_prefixes = _all_prefixes(self.before)
        self.new_prefixes = _all_prefixes([*self.new, *pairs])
        self.removed: dict[str, str] = {}
        self.causes: dict[str, Cause | None] = {}
        self.shapes: dict[str, Cause | None] = {}
        for node in after.nodes:
            self._find(node)

    def amounts(
        self, before: Sequence[int | None], after: Sequence[int | None]
    ) -> Iterator[tuple[Cause, int]]:
        """Give the cause of each difference, and the difference."""
        old = dict(zip(self.old, before, strict=True))
        for path, value in zip(self.new, after, strict=True):
            amount = (value or 0) - (old.pop(path, 0) or 0)
            cause = self.causes[path] or (Cause("changed", path) if amount else None)
            if cause:
                yield cause, amount
        for path, value in old.items():
            yield self._removed(path), -(value or 0)

    def part(self, kind: Kind, amounts: Mapping[Cause, list[int]]) -> Part:
        """Tell what causes of one kind amount to together, in the order of the network."""
        causes = sorted(amounts, key=self._place)
        changed = [cause.path for cause in causes if kind == "changed"]
        pairs = [(self.old[path], self.new[path]) for path in changed]
        return Part(
            kind,
            tuple(map(self._called, causes)),
            tuple((*details(old, new), *shared_weights(old, new)) for old, new in pairs),
            any(old.xs != new.xs for old, new in pairs),
            sum(map(len, amounts.values())),
            sum(map(sum, amounts.values())),
        )

    def _place(self, cause: Cause) -> int:
        """Tell where a cause stands among those of its kind."""
        known = self.old_prefixes if cause.kind == "removed" else self.new_prefixes
        return known.get(cause.path, -1)

    def _removed(self, name: str) -> Cause:
        """Put a node of the first network down to the highest path that the second has not."""
        root, path = _root(name, self.new_prefixes), self.old[name].path
        self.removed.setdefault(root, _cut_alike(path, name, root))
        return Cause("removed", root)

    def _called(self, cause: Cause) -> str:
        """Name a cause as its network does, and what it was called in the first."""
        if cause.kind == "removed":
            return self.removed[cause.path]
        was = self.old[cause.path].path if cause.kind == "changed" else cause.path
        return cause.path if was == cause.path else f"{cause.path} (was {was})"

    def _find(self, node: Node) -> None:
        """Find why a node differs, and why its output has another shape; None if it has not."""
        old = self.old.get(node.path)
        handed = self._handed(node, old)
        cause = handed
        if old is None:
            cause = Cause("added", _root(node.path, self.old_prefixes))
        elif any(details(old, node)) or (handed is None and node.xs != old.xs):
            cause = Cause("changed", node.path)
        self.causes[node.path] = cause
        if old is None or node.y != old.y:
            keeps = _keeps_shape(node) and (old is None or _keeps_shape(old))
            self.shapes[node.path] = handed if keeps else cause

    def _handed(self, node: Node, old: Node | None) -> Cause | None:
        """Find what changed the input of a layer: a layer that left, or one before it."""
        if old is not None and node.xs == old.xs:
            return None
        left = map(self._left, old.inputs) if old else ()
        return next(filter(None, (*left, *map(self._reshaped, node.inputs))), None)

    def _reshaped(self, node: int) -> Cause | None:
        """Tell why the output of a node, or the network's input, has another shape."""
        if node < 0:
            return Cause("input", "") if self.other_input else None
        return self.shapes.get(self.after[node].path)

    def _left(self, node: int) -> Cause | None:
        """Tell what left, where a node of the first network that gave a shape is gone."""
        while node >= 0 and self.before[node] not in self.new:
            if not _keeps_shape(self.first[node]):
                return self._removed(self.before[node])
            node = self.first[node].inputs[0]
        return None


def _cut_alike(path: str, name: str, root: str) -> str:
    """Cut the path of a node as deep as its name was cut to a root.

    >>> _cut_alike("H1/2.tanh", "C1/2.tanh", "C1/2")
    'H1/2'
    """
    ends = list(prefixes(name))
    own = list(prefixes(path))
    return own[ends.index(root)] if len(own) == len(ends) else path


def _keeps_shape(node: Node) -> bool:
    return node.y in node.xs


def _names(before: Report, pairs: Mapping[str, str], known: Mapping[int, str]) -> list[str]:
    """Call every node of the first network as its pair is called; two never by one name."""
    taken = set(known.values())
    found = []
    for position, node in enumerate(before.nodes):
        layer, dot, rest = node.path.partition(".")
        name = f"{pairs.get(layer, layer)}{dot}{rest}"
        if position not in known and name in taken:
            name = f"{name} (that was)"
        found.append(known.get(position, name))
    return found


def _all_prefixes(paths: Iterable[str]) -> dict[str, int]:
    """Give a number to every path at and above some layers, in their order."""
    found: dict[str, int] = {}
    for path in paths:
        for prefix in prefixes(path):
            found.setdefault(prefix, len(found))
    return found


def _root(path: str, known: Container[str]) -> str:
    """Find the highest path above a layer that the other network does not have."""
    return next((prefix for prefix in prefixes(path) if prefix not in known), path)
