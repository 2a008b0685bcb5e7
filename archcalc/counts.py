"""What is counted: the figures of one layer, and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from archcalc.ops.op import NO_WORK, Work
from archcalc.uncounted import Gaps

if TYPE_CHECKING:
    from collections.abc import Sequence


KINDS = Work._fields
QUANTITIES = (
    "parameters", "weights", "biases", "gamma", "beta", "slope", "fixed", "statistics",
    "connections", "connections_in_bounds", "neurons", "interactions", "activations",
    "macs", "flops",
)  # fmt: skip
Tally: TypeAlias = "tuple[int, ...]"
"""The figures of one node and one sample: what `Counts` has, with the kinds of work at the end."""


NO_GAPS = Gaps()


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted. Work is per batch, everything else per sample or per network.

    `slope` are trained slopes of activations, as gamma and beta are of normalisations.
    `interactions` are products of two activations, summed: multiply-accumulates without a stored
    number, so that they connect nothing. `activations` are the elements of all outputs.
    """

    weights: int = 0
    biases: int = 0
    gamma: int = 0
    beta: int = 0
    slope: int = 0
    fixed: int = 0
    statistics: int = 0
    connections: int = 0
    connections_in_bounds: int = 0
    neurons: int = 0
    interactions: int = 0
    activations: int = 0
    work: Work = NO_WORK
    uncounted: Gaps = NO_GAPS
    """The layers of which something is not known: these counts are what is known."""

    @property
    def parameters(self) -> int:
        """Trainable numbers of every kind."""
        return self.weights + self.biases + self.gamma + self.beta + self.slope

    @property
    def stored(self) -> int:
        """Numbers that a network keeps: parameters, fixed weights and running statistics."""
        return self.parameters + self.fixed + self.statistics

    @property
    def macs(self) -> int:
        """Multiply-accumulates: of stored numbers, without bias, and of two activations."""
        return self.work.mac

    @property
    def flops(self) -> int:
        """The whole work: 2 per multiply-accumulate, 1 per every other elementary operation."""
        return 2 * self.work.mac + sum(self.work[1:])

    @property
    def unknown(self) -> dict[str, tuple[str, ...]]:
        """By quantity that is at least what is counted: the layers whose share is not known."""
        return self.uncounted.by_quantity


def add_up(tallies: Sequence[Tally], batch: int = 1) -> Counts:
    """Add up tallies; the work of a batch is that of so many samples."""
    if not tallies:
        return Counts()
    alone = len(tallies) == 1
    figures = list(tallies[0] if alone else map(sum, zip(*tallies, strict=True)))
    work = figures[-len(KINDS) :]
    if batch != 1:
        work = [batch * n for n in work]
    counts: dict[str, Any] = dict(zip(Counts.__slots__, figures[: -len(KINDS)], strict=False))
    return Counts(**counts, work=Work(*work))


def counts_to_dict(counts: Counts) -> dict[str, Any]:
    """Give counts as plain values; work by kind, without the kinds that do not occur.

    `partial` names by quantity the layers whose share is not known: there is at least as much.
    """
    values: dict[str, Any] = {name: getattr(counts, name) for name in QUANTITIES}
    values["partial"] = {name: list(paths) for name, paths in counts.unknown.items()}
    values["work"] = {kind: n for kind, n in counts.work._asdict().items() if n}
    return values
