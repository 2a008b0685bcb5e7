"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Shape, Weighted, Work
from archcalc.ops.window import whole_map

if TYPE_CHECKING:
    from archcalc.ops.fields import Count
    from archcalc.ops.window import Span


@dataclass(frozen=True, kw_only=True)
class Linear(Weighted):
    """Connect each of `units` outputs to every element of x, which is flattened.

        x  C  H  W        weight  units  C·H·W
        y  units 1 1      bias    units

    Work: a mac for each weight and an add for each bias.

    >>> f6 = Linear(units=84)
    >>> x = Shape(120, 1, 1)
    >>> f6.parameters(x, f6.shape(x))
    10164

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B (layer F6).
    """

    main: ClassVar[str] = "units"
    reason: ClassVar[str] = "a linear layer has no running statistics"

    units: Count
    bias: bool = True

    def shape(self, *xs: Shape) -> Shape:
        """Give one element a unit."""
        return Shape(self.units, 1, 1)

    def window(self, x: Shape) -> tuple[Span, Span]:
        """Tell the window: the whole map."""
        return whole_map(x)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a weight for each input of each unit, and the biases."""
        if not self.bias:
            return self.units * x.size
        return self.units * (x.size + 1)

    def biases(self, x: Shape, y: Shape) -> int:
        """Count one bias for each unit."""
        return self.units if self.bias else 0

    def neurons(self, y: Shape) -> int:
        """Count the units."""
        return self.units

    def connections(self, x: Shape, y: Shape) -> int:
        """Count one connection for each parameter: no weight is shared."""
        return self.parameters(x, y)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a mac for each weight, an add for each bias."""
        return Work(mac=self.units * x.size, add=self.biases(x, y))
