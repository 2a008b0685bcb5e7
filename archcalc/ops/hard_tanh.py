"""The identity between two bounds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.activation import Activation
from archcalc.ops.fields import written
from archcalc.ops.op import Shape, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Number


@dataclass(frozen=True, kw_only=True)
class HardTanh(Activation):
    """Cut each element off at `low` and at `high`.

        x  C  H  W
        y  C  H  W        y = min(max(x, low), high)

    Work per element: 2 cmps. Raises a `Reason` if `low` is not below `high`.

    >>> x = Shape(6, 28, 28)
    >>> HardTanh().work(x, x).cmp
    9408

    Source: Collobert 2004, Large scale machine learning, section 6.3.
    """

    each: ClassVar[Work] = Work(cmp=2)

    low: Number = Fraction(-1)
    high: Number = Fraction(1)

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape."""
        if self.low >= self.high:
            low, high = written(self.low), written(self.high)
            raise Reason("empty-range", f"no number is above {low} and below {high}", key="high")
        return xs[0]
