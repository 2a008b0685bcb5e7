"""Graph → facts: what the rules say of an op on its shapes, read once however many ask.

>>> from archcalc.ops.conv import Conv
>>> from archcalc.ops.op import Shape
>>> c1 = Facts.of(Conv(filters=6, kernel=(5, 5)), (Shape(1, 32, 32),), Shape(6, 28, 28))
>>> c1.counts.parameters, c1.counts.macs, c1.bias
(156, 117600, 4704)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import prod
from typing import TYPE_CHECKING

from archcalc.arithmetic import known
from archcalc.counts import Counts, add_up
from archcalc.ops.op import Weighted
from archcalc.ops.shape import first_of
from archcalc.uncounted import Case, Uncounted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archcalc.counts import Tally
    from archcalc.graph import Node
    from archcalc.ops.op import Op, Shape, Weight

NOTHING_ELSE = (0,) * 6
NOTHING: frozenset[str] = frozenset()
COLUMNS = {
    "weight": "weights",
    "slope": "slope",
    "centre": "weights",
    "value": "weights",
    "bias": "biases",
    "scale": "gamma",
    "shift": "beta",
    "statistic": "statistics",
}
"""What the arrays of each kind count as."""
SIZE = Counts.__slots__.index("activations")


@dataclass(frozen=True, eq=False)
class Facts:
    """What an op counts on inputs of these shapes, per sample."""

    op: Op
    xs: tuple[Shape, ...]
    y: Shape
    tally: Tally
    shared: frozenset[str] = frozenset()
    """The weights that count at an earlier layer."""

    @classmethod
    def of(
        cls, op: Op, xs: tuple[Shape, ...], y: Shape, shared: frozenset[str] = frozenset()
    ) -> Facts:
        """Read the rules of an op, on whatever integers it holds, without what it shares."""
        x = first_of(xs)
        tally = _tally(op, x, y)
        return cls(op, xs, y, _without(shared, tally, op, x, y) if shared else tally, shared)

    @cached_property
    def counts(self) -> Counts:
        """The figures by their names."""
        return add_up([self.tally])

    @property
    def unknown(self) -> tuple[str, ...]:
        """The quantities of it that are not known."""
        return self.op.unknown

    @property
    def is_free(self) -> bool:
        """Whether it counts nothing but its output, by its rules."""
        return not (any(self.tally[:SIZE]) or any(self.tally[SIZE + 1 :]) or self.unknown)

    @property
    def bias(self) -> int:
        """The connections that carry no product: one for each unit that has a bias."""
        stored = self.counts.work.mac - self.counts.interactions
        return self.counts.connections - stored if stored else 0

    @property
    def borrowed(self) -> int:
        """The trained or fixed numbers that count at an earlier layer."""
        weights = self.op.weights(first_of(self.xs), self.y) if self.shared else ()
        return sum(weight.size for weight in weights if weight.name in self.shared)

    @property
    def inputs(self) -> int:
        """The elements of all inputs together."""
        return sum(shape.size for shape in self.xs)

    @cached_property
    def taps(self) -> int | Fraction:
        """The taps of one window of a pool, else 1; a fraction where windows differ in size."""
        if self.op.role != "pool":
            return 1
        window = self.op.window(self.xs[0])
        if window is None:
            return Fraction(self.counts.work.add + self.y.size, self.y.size)
        return prod(span.kernel for span in window)


def read_facts(nodes: Iterable[Node]) -> tuple[Facts, ...]:
    """Give the facts of each node; equal ops on equal shapes share theirs."""
    seen: dict[tuple[int, tuple[Shape, ...], frozenset[str]], Facts] = {}
    facts = []
    for node in nodes:
        shared = frozenset(tie.weight for tie in node.shared) if node.shared else NOTHING
        key = (id(node.op), node.xs, shared)  # its hash takes long where an op has a table
        found = seen.get(key)
        if found is None:
            found = seen[key] = facts_of(node.op, node.xs, node.y, shared)
        facts.append(found)
    return tuple(facts)


@lru_cache(maxsize=4096)
def facts_of(
    op: Op, xs: tuple[Shape, ...], y: Shape, shared: frozenset[str] = frozenset()
) -> Facts:
    """Read the rules for a network: what one has told need not be read for the next.

    Not for integers that remember, which equal those that do not.
    """
    return Facts.of(op, xs, y, shared)


def unknown(nodes: Sequence[Node], facts: Sequence[Facts]) -> dict[int, Uncounted]:
    """Tell what is not known of a node, by its position."""
    if not any(found.unknown for found in set(facts)):
        return {}
    pairs = enumerate(zip(nodes, facts, strict=True))
    return {
        position: Uncounted(node.path, node.op.name, Case.UNKNOWN, found.unknown)
        for position, (node, found) in pairs
        if found.unknown
    }


def free(nodes: Sequence[Node], facts: Sequence[Facts]) -> tuple[Uncounted, ...]:
    """List the nodes that count nothing by their rules, each with the reason."""
    return tuple(
        Uncounted(node.path, node.op.name, Case.FREE, (), node.op.reason)
        for node, found in zip(nodes, facts, strict=True)
        if found.is_free
    )


def _without(shared: frozenset[str], tally: Tally, op: Op, x: Shape, y: Shape) -> Tally:
    """Take out of a tally the arrays that count elsewhere."""
    left = list(tally)
    frozen = isinstance(op, Weighted) and not op.trainable
    for weight in op.weights(x, y):
        if weight.name in shared:
            kept = "fixed" if frozen and weight.kind != "statistic" else COLUMNS[weight.kind]
            left[Counts.__slots__.index(kept)] -= weight.size
    return tuple(left)


def _tally(op: Op, x: Shape, y: Shape) -> Tally:
    """Apply the rules: the fields of `Counts` in their order, then the kinds of work."""
    parameters, arrays = op.parameters(x, y), op.weights(x, y)
    return (
        *(_kinds(op, parameters, arrays) if arrays else (parameters, *NOTHING_ELSE)),
        op.connections(x, y),
        op.connections_in_bounds(x, y),
        op.neurons(x, y),
        op.interactions(x, y),
        y.size,
        *op.work(x, y),
    )


def _kinds(op: Op, parameters: int, arrays: tuple[Weight, ...]) -> tuple[int, ...]:
    """Split parameters into weights, biases, gamma, beta, slope, fixed; then the statistics."""
    sums = {"bias": 0, "scale": 0, "shift": 0, "slope": 0}
    statistics = []
    for _, kind, shape, *_ in arrays:
        if kind in sums:
            sums[kind] += prod(shape)
        elif kind == "statistic":
            statistics.append(prod(shape))
    if len(set(statistics)) == 1:
        statistics = [statistics[0] * len(statistics)]
    if isinstance(op, Weighted) and not op.trainable:
        return 0, 0, 0, 0, 0, parameters, sum(statistics)
    weights = known(parameters)
    for other in filter(None, sums.values()):
        weights -= known(other)
    return weights, *sums.values(), 0, sum(statistics)
