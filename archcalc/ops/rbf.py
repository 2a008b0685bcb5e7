"""Euclidean radial basis function units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Outcome, Shape, Weight, Weighted, Work
from archcalc.ops.window import whole_map

if TYPE_CHECKING:
    from archcalc.ops.fields import Count
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Rbf(Weighted):
    """Give the squared distance of x, flattened, to the centre of each of `units` classes.

        x  C  H  W        centres  units  C·H·W      (fixed unless `trainable: true`)
        y  units 1 1

    There is no bias, so a unit has as many connections as inputs. Work per unit of fan-in m:
    m adds for the differences, m muls for the squares, m - 1 adds for the sum.

    >>> output = Rbf(units=10)
    >>> x = Shape(84, 1, 1)
    >>> output.trainable, output.parameters(x, output.shape(x))
    (False, 840)

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B, equation 7.
    """

    main: ClassVar[str] = "units"
    reason: ClassVar[str] = "its products are squares of differences: muls, not macs"
    label: ClassVar[str] = "radial basis functions"
    manner: ClassVar[str] = "Gaussian connections"
    outcome: ClassVar[Outcome] = "distances"

    units: Count
    trainable: bool = False

    def shape(self, *xs: Shape) -> Shape:
        """Give one distance a unit."""
        return Shape(self.units)

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: the whole map."""
        return whole_map(x)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a coordinate of each centre for each input."""
        return self.units * x.size

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the centres."""
        return (Weight("centres", "centre", (self.units, x.size)),)

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count the units."""
        return self.units

    def connections(self, x: Shape, y: Shape) -> int:
        """Count every input of every unit."""
        return self.units * x.size

    def work(self, x: Shape, y: Shape) -> Work:
        """Count differences, squares and sums."""
        differences = self.units * x.size
        return Work(add=differences + self.units * (x.size - 1), mul=self.units * x.size)
