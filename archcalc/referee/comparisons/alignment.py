"""Which layers are the same where names say nothing: by op, shapes and window, in their order."""

from __future__ import annotations

from collections import defaultdict, deque
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from archcalc.ops.shape import first_of
from archcalc.referee.phrases import over_all

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from archcalc.graph import Node
    from archcalc.referee.comparisons.matching import CountedLayer

LONG = 500
"""Layers of a run that are aligned as sequences; longer runs are paired from their start."""


def identity(layer: CountedLayer) -> Hashable:
    """Say what a layer is, whatever its name and however its fields are written; None for none."""
    own = layer.own
    if own is None:
        return None
    op, x = own.op, first_of(own.xs)
    if pooled := over_all(own):
        return pooled
    weights = op.parameters(x, own.y), op.connections(x, own.y)
    return op.name, own.xs, own.y, op.window(x), weights, getattr(op, "trainable", True)


def computation(layer: CountedLayer) -> Hashable:
    """Say what a layer makes of what over which window: with a bias or without, grouped or not."""
    own = layer.own
    return own and (own.op.name, own.xs, own.y, own.op.window(first_of(own.xs)))


def shapes(layer: CountedLayer) -> Hashable:
    """Say only what a layer makes of what, by which op: so it may stand in another's place."""
    own = layer.own
    return own and (own.op.name, own.xs, own.y)


def outcome(layer: CountedLayer) -> Hashable:
    """Say only what an op makes, whatever the size of its input: padded by itself or before it."""
    own = layer.own
    return own and (own.op.name, len(own.xs), own.xs[0].channels, own.y)


def is_anchor(layer: CountedLayer) -> bool:
    """Tell whether others group around a layer: it connects, or joins branches."""
    own = layer.own
    return own is not None and (len(own.inputs) > 1 or bool(layer.row.connections))


def has_parameters(layer: CountedLayer) -> bool:
    """Tell whether a layer is an anchor, or a normalisation that stands by itself."""
    own = layer.own
    return own is not None and (
        is_anchor(layer) or bool(own.op.parameters(first_of(own.xs), own.y))
    )


def is_anything(_layer: CountedLayer) -> bool:
    """Take every layer."""
    return True


def align(
    old: Sequence[Hashable], was: Sequence[int], new: Sequence[Hashable], now: Sequence[int]
) -> dict[int, int]:
    """Pair equal identities: the longest common sequence, then what only stands elsewhere.

    `was` and `now` are the positions that the pairs are told by.

    >>> align("abcd", [0, 1, 2, 3], "acbd", [0, 1, 2, 3])
    {0: 0, 2: 1, 3: 3, 1: 2}
    """
    pairs: dict[int, int] = {}
    if max(len(old), len(new)) <= LONG:
        for i, j, n in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            pairs |= {now[j + k]: was[i + k] for k in range(n) if new[j + k] is not None}
    paired = set(pairs.values())
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for what, position in zip(old, was, strict=True):
        if what is not None and position not in paired:
            waiting[what].append(position)
    for what, position in zip(new, now, strict=True):
        if position not in pairs and waiting.get(what):
            pairs[position] = waiting[what].popleft()
    return pairs


class Gathering:
    """The rows of two networks that are what stands around a layer's pair in the other one."""

    def __init__(self, old: Sequence[CountedLayer], new: Sequence[CountedLayer]) -> None:
        self.old, self.new = _Rows(old), _Rows(new)
        self.done: set[int] = set()

    def gather(self, pairs: Mapping[int, int]) -> None:
        """Let the layers of new pairs take such rows along."""
        pairs = {now: was for now, was in pairs.items() if now not in self.done}
        self.done.update(pairs)
        self.old.keep(pairs.values())
        self.new.keep(pairs)
        for now, was in pairs.items():
            if self.are_free(was, now):
                self.new.take(now, self.old.layers[was])
                self.old.take(was, self.new.layers[now])

    def are_free(self, was: int, now: int) -> bool:
        """Tell whether neither layer of a pair belongs to another."""
        return was not in self.old.gone and now not in self.new.gone


class _Rows:
    """Rows of one network, and which of them have been taken to a layer."""

    def __init__(self, layers: Sequence[CountedLayer]) -> None:
        self.layers = layers
        self.kept: set[int] = set()
        self.taken: dict[int, list[int]] = {}
        self.gone: set[int] = set()
        self.row_of = {node: i for i, layer in enumerate(layers) for node in layer.positions}
        self.readers: dict[int, list[int]] = defaultdict(list)
        for i, layer in enumerate(layers):
            if len(layer.nodes) == 1 and len(layer.nodes[0].inputs) == 1:
                self.readers[layer.nodes[0].inputs[0]].append(i)

    def keep(self, pairs: Iterable[int]) -> None:
        """Mark layers that stand by themselves, whatever they follow."""
        self.kept.update(i for i in pairs if has_parameters(self.layers[i]))

    def take(self, place: int, other: CountedLayer) -> None:
        """Take to a layer the rows that do what stands around its pair, and not around itself."""
        own = self.layers[place]
        if own.own is None or other.own is None:
            return
        more = _rest(own.after, other.after)
        found = self._following(own.positions[-1], more)
        more = _rest(own.before[::-1], other.before[::-1])
        found += self._leading(own.nodes[0].inputs[0], more)
        if found:
            self.taken[place] = sorted(found)
            self.gone.update(found)

    def _following(self, end: int, wanted: Sequence[Node]) -> list[int]:
        """Follow the rows that read a node, as long as they are the wanted ops.

        A normalisation may be missing among them: exporters fold it into what it follows.
        """
        found: list[int] = []
        for node in wanted:
            row = next((i for i in self.readers[end] if self._is_free(i, node)), None)
            if row is None and node.op.role == "normalisation":
                continue
            if row is None:
                break
            found.append(row)
            (end,) = self.layers[row].positions
        return found

    def _leading(self, feeding: int, wanted: Sequence[Node]) -> list[int]:
        """Go back through the rows that feed a node, as long as they are the wanted ops."""
        found: list[int] = []
        for node in wanted:
            row = self.row_of.get(feeding)
            if row is None or len(self.layers[row].nodes) != 1 or not self._is_free(row, node):
                break
            found.append(row)
            feeding = self.layers[row].nodes[0].inputs[0]
        return found

    def _is_free(self, row: int, node: Node) -> bool:
        op = self.layers[row].nodes[0].op.name
        return op == node.op.name and row not in self.kept and row not in self.gone


def _rest(own: Sequence[Node], other: Sequence[Node]) -> Sequence[Node]:
    """Give what the other has beyond what both have; nothing if they part earlier."""
    names = [node.op.name for node in own]
    return other[len(own) :] if names == [n.op.name for n in other[: len(own)]] else ()
