"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import known
from archcalc.ops.op import Shape, Weight, Weighted, Work
from archcalc.ops.weight import bias
from archcalc.ops.window import one_place, whole_map

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Over
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Linear(Weighted):
    """Connect each of `units` outputs to every element of x, which is flattened.

        x  C  H  W        weight  units  C·H·W      (without `flatten`: units C)
        y  units 1 1      bias    units             (without `flatten`: y is units H W)

    Without `flatten` the layer is applied at each place by itself, with the same weights; `over`
    places it mixes the places of each map by itself, with the weights units  H·W, and y is C units.
    Work: a mac for each weight and an add for each bias, at each place.

    >>> f6 = Linear(units=84)
    >>> x = Shape(120, 1, 1)
    >>> f6.parameters(x, f6.shape(x))
    10164

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B (layer F6).
    """

    main: ClassVar[str] = "units"
    reason: ClassVar[str] = "a linear layer has no running statistics"
    label: ClassVar[str] = "linear layers"
    manner: ClassVar[str] = "full connection"
    grows: ClassVar[str] = "a linear layer has a weight for every element that reaches it"

    units: Count
    bias: bool = True
    flatten: bool = True
    over: Over | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Give one element a unit, in all, at each place or in each map."""
        if self.over:
            return Shape(xs[0].channels, self.units)
        return Shape(self.units) if self.flatten else Shape(self.units, *xs[0].extents)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: the whole map, or a place; none if units take the place of places."""
        if self.over:
            return None
        return whole_map(x) if self.flatten else one_place(x)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a weight for each input of each unit, and the biases."""
        if not self.bias:
            return self.units * self._inputs(x)
        return self.units * (self._inputs(x) + 1)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the matrix and the biases."""
        weight = Weight("weight", "weight", (self.units, self._inputs(x)))
        return (weight, bias(self.units)) if self.bias else (weight,)

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count the units, at each place."""
        return y.size

    def connections(self, x: Shape, y: Shape) -> int:
        """Count one connection for each parameter; places share them."""
        parameters = self.parameters(x, y)
        if self.over:
            return known(parameters) * x.channels
        return parameters if self.flatten else known(parameters) * y.places

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a mac for each weight, an add for each bias, at each place."""
        return Work(mac=y.size * self._inputs(x), add=y.size if self.bias else 0)

    def _inputs(self, x: Shape) -> int:
        if self.over:
            return x.places
        return x.size if self.flatten else x.channels
