"""What recurrent layers share: weights that meet every step, and their counts."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import known
from archcalc.ops.op import Shape, Weight, Weighted, Work
from archcalc.ops.window import all_around, up_to_here, whole_map

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Steps, Vectors
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Recurrent(Weighted):
    """Go along a row of places, at each of which units read it and what they were one step before.

    `stack` layers stand upon each other; `bidirectional` ones have as many units again that go from
    the last place to the first. `steps: last` gives the last state of each direction, `all` that of
    every step.
    """

    main: ClassVar[str] = "units"
    reads_a_row: ClassVar[bool] = True
    reason: ClassVar[str] = "a recurrent layer keeps no statistics"
    most_inputs: ClassVar[int] = 1
    gates: ClassVar[int]
    """The weighted sums of a unit."""

    units: Count
    bidirectional: bool = False
    stack: Count = 1
    steps: Steps = "last"

    def shape(self, *xs: Shape) -> Shape:
        """Give a unit of each direction a channel, at every place or at one."""
        channels = self.units * self._directions()
        return Shape(channels, *xs[0].extents) if self.steps == "all" else Shape(channels)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: all places, or those up to each."""
        if self.steps == "last":
            return whole_map(x)
        return all_around(x) if self.bidirectional else up_to_here(x)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count for each gate the weights of input and state, and its biases."""
        one, inner = (self._of_one(x, n) for n in (x.channels, y.channels))
        found = one * self._directions()
        if self.stack > 1:
            found += inner * self._directions() * (self.stack - 1)
        return found

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the matrices of the input, of deeper layers' inputs, of the state; the biases."""
        sums, ways = self.gates * self.units, 2 if self.bidirectional else 1
        each = (self.stack, ways, sums)
        found = [Weight("weight", "weight", (ways, sums, x.channels), stacked=1)]
        if self.stack > 1:
            deeper = (self.stack - 1, ways, sums, self.units * ways)
            found.append(Weight("deeper", "weight", deeper, stacked=2))
        found.append(Weight("state", "weight", (*each, self.units), stacked=2))
        names = ("bias", "state_bias")[: self.vectors()]
        return (*found, *(Weight(name, "bias", each, 0) for name in names))

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count the gates of each unit, at every step."""
        return self.gates * self.units * self._directions() * self.stack * x.places

    def connections(self, x: Shape, y: Shape) -> int:
        """Count every weight and bias at every step: those of the unrolled network."""
        return known(self.parameters(x, y)) * x.places

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the weights and biases at every step, and what the gates do."""
        cells = self.units * self._directions() * self.stack * x.places
        biases = self.neurons(x, y) * self.vectors()
        without = known(self.parameters(x, y)) - self._biases()
        mac = without * x.places
        gated = self.gated()
        return Work(mac, *[known(n) * cells for n in gated[1:]])._replace(
            add=known(biases) + gated.add * cells
        )

    def _of_one(self, x: Shape, entering: int) -> int:
        """Count the parameters of one layer in one direction."""
        fan_in = entering + self.units
        if not self.vectors():
            return self.gates * (self.units * fan_in)
        biases = self.units if self.vectors() == 1 else 2 * self.units
        return self.gates * (self.units * fan_in + biases)

    def _biases(self) -> int:
        return self.gates * self.units * self.vectors() * self._directions() * self.stack

    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    @abstractmethod
    def gated(self) -> Work:
        """Count what a unit does at a step beside its weighted sums."""

    @abstractmethod
    def vectors(self) -> int:
        """Tell how many biases a gate has."""


def vectors(bias: Vectors) -> int:
    """Tell how many biases a gate has.

    >>> vectors(False), vectors(True), vectors("double")
    (0, 1, 2)
    """
    return 2 if bias == "double" else 1 if bias else 0
