"""Which layers of two networks are the same layer: what every difference is told by."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from archcalc.paths import layer_of
from archcalc.referee.wording import details

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.graph import Node
    from archcalc.report import Report, Row


class Layer(NamedTuple):
    """A row and its nodes: the layer's own, and what comes before and after it."""

    row: Row
    nodes: tuple[Node, ...]

    @property
    def own(self) -> Node | None:
        """The layer's own node; None if it has none, as a join of one branch."""
        return next((node for node in self.nodes if node.path == self.row.path), None)

    @property
    def before(self) -> tuple[Node, ...]:
        """What comes before it; nothing where it has no node of its own."""
        return self.nodes[: self.nodes.index(self.own)] if self.own else ()

    @property
    def after(self) -> tuple[Node, ...]:
        """What comes after it."""
        return self.nodes[len(self.before) + (self.own is not None) :]


def layers(report: Report) -> tuple[Layer, ...]:
    """List the layers of a report with their nodes, in execution order."""
    nodes = defaultdict(list)
    for node in report.nodes:
        nodes[layer_of(node.path)].append(node)
    return tuple(Layer(row, tuple(nodes[row.path])) for row in report.rows)


def match(old: Sequence[Layer], new: Sequence[Layer]) -> dict[int, int]:
    """Map positions in `new` to positions in `old`, each at most once.

    Layers of one path are a pair. What stands between two pairs under other names is looked through
    from both ends inwards as far as layers are alike: first those that are equal, then those of
    one block and equal fields, then those with one field at most that differs.

    >>> from archcalc.report import count
    >>> before, after = layers(count("lenet1")), layers(count("lenet5"))
    >>> [(before[was].row.path, after[now].row.path) for now, was in match(before, after).items()]
    [('H1', 'C1'), ('H2', 'S2'), ('H3', 'C3'), ('H4', 'S4')]
    """
    paths = {layer.row.path: position for position, layer in enumerate(old)}
    pairs = {
        position: paths[layer.row.path]
        for position, layer in enumerate(new)
        if layer.row.path in paths
    }
    gaps = _gaps(len(old), {was: now for now, was in pairs.items()})
    for after, run in _gaps(len(new), {now: now for now in pairs}).items():
        pairs |= _inwards(old, new, gaps[after], run)
    return dict(sorted(pairs.items()))


def _gaps(length: int, pairs: Mapping[int, int]) -> defaultdict[int, deque[int]]:
    """List the positions without a pair, by the pair that they follow (-1: none)."""
    gaps, after = defaultdict[int, deque[int]](deque), -1
    for position in range(length):
        if position in pairs:
            after = pairs[position]
        else:
            gaps[after].append(position)
    return gaps


def _inwards(
    old: Sequence[Layer], new: Sequence[Layer], was: deque[int], now: deque[int]
) -> dict[int, int]:
    """Pair two runs of positions from both ends, as far as their layers are alike."""
    pairs: dict[int, int] = {}
    for alike in (_equal, _same_fields, _nearly):
        for end, take in ((0, deque.popleft), (-1, deque.pop)):
            while was and now and alike(old[was[end]], new[now[end]]):
                pairs[take(now)] = take(was)
    return pairs


def _equal(old: Layer, new: Layer) -> bool:
    return [(n.op, n.xs) for n in old.nodes] == [(n.op, n.xs) for n in new.nodes]


def _same_fields(old: Layer, new: Layer) -> bool:
    return _akin(old.row.path, new.row.path) and _distance(old, new) == 0


def _nearly(old: Layer, new: Layer) -> bool:
    return _akin(old.row.path, new.row.path) and _distance(old, new) in {0, 1}


def _akin(old: str, new: str) -> bool:
    """Tell whether two paths are of one block, or of one name in blocks that lie equally deep."""
    (above, *_, name), (other_above, *_, other_name) = old.rpartition("/"), new.rpartition("/")
    return above == other_above or (name == other_name and old.count("/") == new.count("/"))


def _distance(old: Layer, new: Layer) -> int | None:
    """Count the fields that differ; None between layers of unlike ops, or without one."""
    a, b = old.own, new.own
    if a is None or b is None or type(a.op) is not type(b.op):
        return None
    return len(list(details(a, b)))
