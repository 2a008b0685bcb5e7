"""What is counted: the figures of one layer, and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from archcalc.arithmetic import known
from archcalc.ops.op import NO_WORK, Weighted, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archcalc.graph import Node
    from archcalc.ops.op import Op, Shape

KINDS = Work._fields
QUANTITIES = (
    "parameters", "weights", "biases", "gamma", "beta", "fixed", "statistics", "connections",
    "connections_in_bounds", "neurons", "activations", "macs", "flops",
)  # fmt: skip
Tally: TypeAlias = "tuple[int, ...]"
"""The figures of one node: what `Counts` has, with the kinds of work at the end."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted. Work is per batch, everything else per sample or per network.

    `activations` are the elements of all outputs, of whatever op.
    """

    weights: int = 0
    biases: int = 0
    gamma: int = 0
    beta: int = 0
    fixed: int = 0
    statistics: int = 0
    connections: int = 0
    connections_in_bounds: int = 0
    neurons: int = 0
    activations: int = 0
    work: Work = NO_WORK

    @property
    def parameters(self) -> int:
        """Trainable numbers of every kind."""
        return self.weights + self.biases + self.gamma + self.beta

    @property
    def stored(self) -> int:
        """Numbers that a network keeps: parameters, fixed weights and running statistics."""
        return self.parameters + self.fixed + self.statistics

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers, without bias."""
        return self.work.mac

    @property
    def flops(self) -> int:
        """The whole work: 2 per multiply-accumulate, 1 per every other elementary operation."""
        return 2 * self.work.mac + sum(self.work[1:])


def tally_nodes(nodes: Iterable[Node], batch: int) -> list[Tally]:
    """Measure each node; equal ops on equal shapes are measured once."""
    seen: dict[tuple[int, tuple[Shape, ...]], Tally] = {}
    tallies = []
    for node in nodes:
        key = (id(node.op), node.xs)
        found = seen.get(key)
        if found is None:
            found = seen[key] = _measure(node.op, node.xs[0], node.y, batch)
        tallies.append(found)
    return tallies


def measure(op: Op, x: Shape, y: Shape) -> Counts:
    """Apply the rules of an op to one input and its output.

    >>> from archcalc.ops.conv import Conv
    >>> from archcalc.ops.op import Shape
    >>> measure(Conv(filters=6, kernel=(5, 5)), Shape(1, 32, 32), Shape(6, 28, 28)).parameters
    156
    """
    return add_up([_measure(op, x, y, 1)])


def _measure(op: Op, x: Shape, y: Shape, batch: int) -> Tally:
    """Apply the rules of an op: the fields of `Counts` in their order, then the kinds of work."""
    parameters, biases = op.parameters(x, y), op.biases(x, y)
    scales, shifts = op.scales(x), op.shifts(x)
    weights = known(parameters) - known(biases) - known(scales) - known(shifts)
    frozen = isinstance(op, Weighted) and not op.trainable
    kinds = (0, 0, 0, 0, parameters) if frozen else (weights, biases, scales, shifts, 0)
    work = op.work(x, y)
    return (
        *kinds,
        op.statistics(x),
        op.connections(x, y),
        op.connections_in_bounds(x, y),
        op.neurons(y),
        y.size,
        *(work if batch == 1 else [batch * n for n in work]),
    )


def add_up(tallies: Sequence[Tally]) -> Counts:
    """Add up tallies."""
    if not tallies:
        return Counts()
    figures = list(map(sum, zip(*tallies, strict=True)))
    quantities = dict(zip(Counts.__slots__, figures[: -len(KINDS)], strict=False))
    return Counts(**quantities, work=Work(*figures[-len(KINDS) :]))


def counts_to_dict(counts: Counts) -> dict[str, Any]:
    """Give counts as plain values; work by kind, without the kinds that do not occur."""
    values: dict[str, Any] = {name: getattr(counts, name) for name in QUANTITIES}
    values["work"] = {kind: n for kind, n in counts.work._asdict().items() if n}
    return values
