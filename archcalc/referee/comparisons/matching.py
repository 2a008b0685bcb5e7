"""Which layers of two networks are the same layer: what every difference is told by."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from archcalc.paths import layer_of
from archcalc.referee.comparisons.alignment import (
    Gathering,
    align,
    computation,
    has_parameters,
    identity,
    is_anchor,
    is_anything,
    outcome,
    shapes,
)
from archcalc.referee.phrases import details

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from archcalc.graph import Node
    from archcalc.report import Report
    from archcalc.row import Row


class CountedLayer(NamedTuple):
    """A row and its nodes: the layer's own, and what comes before and after it.

    `positions` are those of the nodes in the report.
    """

    row: Row
    nodes: tuple[Node, ...]
    positions: tuple[int, ...]

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


def layers(report: Report) -> tuple[CountedLayer, ...]:
    """List the layers of a report with their nodes, in execution order."""
    found = defaultdict(list)
    for position, node in enumerate(report.nodes):
        found[layer_of(node.path)].append(position)
    return tuple(_layer(report, row, found[row.path]) for row in report.rows)


def _layer(report: Report, row: Row, positions: Sequence[int]) -> CountedLayer:
    return CountedLayer(row, tuple(report.nodes[i] for i in positions), tuple(positions))


def join(report: Report, layer: CountedLayer, others: Sequence[CountedLayer]) -> CountedLayer:
    """Make one layer of a layer and rows that stand before and after it."""
    positions = sorted(i for each in (layer, *others) for i in each.positions)
    return _layer(report, report.row(layer.row.path, positions), positions) if others else layer


class Matching(NamedTuple):
    """Positions in the new network by those in the old one that they are a pair of, in order.

    What stands before or after a layer of the one network may be rows by themselves in the other:
    `old` and `new` list these rows, by the layer that they belong to.
    """

    pairs: dict[int, int]
    old: dict[int, list[int]]
    new: dict[int, list[int]]


def match(old: Sequence[CountedLayer], new: Sequence[CountedLayer]) -> Matching:
    """Pair the layers of two networks, each with one at most.

    Layers of one path are a pair. What stands between two pairs under other names is looked through
    from both ends inwards as far as layers are alike: first those that are equal, then those of
    one block and equal fields, then those with one field at most that differs. Of the rest, those
    with weights and the joins are paired by op, shapes and window in their order, whatever their
    names, first those that hold as much; in much the same network by op and shapes alone, and then
    by what comes out. They take along what stands around them; then so are the others.

    >>> from archcalc.report import count
    >>> before, after = layers(count("lenet1")), layers(count("lenet5"))
    >>> pairs = match(before, after).pairs
    >>> [(before[was].row.path, after[now].row.path) for now, was in pairs.items()]
    [('H1', 'C1'), ('H2', 'S2'), ('H3', 'C3'), ('H4', 'S4')]
    """
    paths = {layer.row.path: position for position, layer in enumerate(old)}
    pairs = {
        position: paths[layer.row.path]
        for position, layer in enumerate(new)
        if layer.row.path in paths
    }
    for was, now in _runs(old, new, pairs):
        pairs |= _inwards(old, new, was, now, (_equal, _same_fields, _nearly))
    rows = Gathering(old, new)
    for by in (identity, computation):
        pairs |= _aligned(rows, pairs, is_anchor, by)
    alike = 2 * len(pairs) > sum(map(is_anchor, old))  # much the same network: names may differ
    if alike:
        for was, now in _runs(old, new, pairs):
            left = deque(i for i in was if is_anchor(old[i]))
            right = deque(i for i in now if is_anchor(new[i]))
            pairs |= _inwards(old, new, left, right, (_nearly_by_any_name,))
        pairs |= _replaced(old, new, pairs)
        pairs |= _aligned(rows, pairs, is_anchor, outcome)
    rows.gather(pairs)
    for wanted in (has_parameters, is_anything):
        pairs |= _aligned(rows, pairs, wanted)
        rows.gather(pairs)
    if alike:
        pairs |= _aligned(rows, pairs, is_anything, outcome)
    pairs = {now: was for now, was in pairs.items() if rows.are_free(was, now)}
    return Matching(dict(sorted(pairs.items())), rows.old.taken, rows.new.taken)


def names_in_new(
    old: Sequence[CountedLayer], new: Sequence[CountedLayer], found: Matching
) -> dict[int, str]:
    """Call old nodes as their pairs are called, by position, where rows were put together."""
    names: dict[int, str] = {}
    for now, was in found.pairs.items():
        if was in found.old or now in found.new:
            a = _sides(old, was, found.old.get(was, ()))
            b = _sides(new, now, found.new.get(now, ()))
            for one, other in zip(a, b, strict=True):
                for (i, node), (_, called) in zip(one, other, strict=False):
                    if node.op.name == called.op.name:
                        names[i] = called.path
    return names


def _sides(
    layers: Sequence[CountedLayer], place: int, parts: Sequence[int]
) -> tuple[list[tuple[int, Node]], list[tuple[int, Node]]]:
    """List a layer and what follows it, then what leads to it, nearest first, with positions."""
    rows = [layers[place], *(layers[part] for part in parts)]
    nodes = sorted(
        (i, node) for row in rows for i, node in zip(row.positions, row.nodes, strict=True)
    )
    own = next(n for n, (_, node) in enumerate(nodes) if node is layers[place].own)
    return nodes[own:], nodes[:own][::-1]


def _aligned(
    rows: Gathering,
    pairs: Mapping[int, int],
    wanted: Callable[[CountedLayer], bool],
    by: Callable[[CountedLayer], Hashable] = identity,
) -> dict[int, int]:
    """Pair layers without a pair that are equal but for their names, or in one respect."""
    found: dict[int, int] = {}
    old, new = rows.old.layers, rows.new.layers
    for was, now in _runs(old, new, pairs):
        left = [i for i in was if i not in rows.old.gone and wanted(old[i])]
        right = [i for i in now if i not in rows.new.gone and wanted(new[i])]
        a, b = ([by(run[i]) for i in at] for run, at in ((old, left), (new, right)))
        found |= align(a, left, b, right)
    return found


def _replaced(
    old: Sequence[CountedLayer], new: Sequence[CountedLayer], pairs: Mapping[int, int]
) -> dict[int, int]:
    """Pair anchors without a pair that make the same of the same, wherever they are written."""
    paired = set(pairs.values())
    left = [i for i, layer in enumerate(old) if i not in paired and is_anchor(layer)]
    right = [i for i, layer in enumerate(new) if i not in pairs and is_anchor(layer)]
    return align([shapes(old[i]) for i in left], left, [shapes(new[i]) for i in right], right)


def _runs(
    old: Sequence[CountedLayer], new: Sequence[CountedLayer], pairs: Mapping[int, int]
) -> Iterator[tuple[deque[int], deque[int]]]:
    """Go through what has no pair, between one pair and the next, in both networks."""
    gaps = _gaps(len(old), {was: now for now, was in pairs.items()})
    for after, run in _gaps(len(new), {now: now for now in pairs}).items():
        yield gaps[after], run


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
    old: Sequence[CountedLayer],
    new: Sequence[CountedLayer],
    was: deque[int],
    now: deque[int],
    kinds: Iterable[Callable[[CountedLayer, CountedLayer], bool]],
) -> dict[int, int]:
    """Pair two runs of positions from both ends, as far as their layers are alike."""
    pairs: dict[int, int] = {}
    for alike in kinds:
        for end, take in ((0, deque.popleft), (-1, deque.pop)):
            while was and now and alike(old[was[end]], new[now[end]]):
                pairs[take(now)] = take(was)
    return pairs


def _equal(old: CountedLayer, new: CountedLayer) -> bool:
    return [(n.op, n.xs) for n in old.nodes] == [(n.op, n.xs) for n in new.nodes]


def _same_fields(old: CountedLayer, new: CountedLayer) -> bool:
    return _akin(old.row.path, new.row.path) and _distance(old, new) == 0


def _nearly(old: CountedLayer, new: CountedLayer) -> bool:
    return _akin(old.row.path, new.row.path) and _nearly_by_any_name(old, new)


def _nearly_by_any_name(old: CountedLayer, new: CountedLayer) -> bool:
    return _distance(old, new) in {0, 1}


def _akin(old: str, new: str) -> bool:
    """Tell whether two paths are of one block, or of one name in blocks that lie equally deep."""
    (above, *_, name), (other_above, *_, other_name) = old.rpartition("/"), new.rpartition("/")
    return above == other_above or (name == other_name and old.count("/") == new.count("/"))


def _distance(old: CountedLayer, new: CountedLayer) -> int | None:
    """Count the fields that differ; None between layers of unlike ops, or without one."""
    a, b = old.own, new.own
    if a is None or b is None or type(a.op) is not type(b.op):
        return None
    return len(list(details(a, b)))
