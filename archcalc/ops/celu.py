"""The exponential linear unit whose slope is continuous."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.activation import Activation
from archcalc.ops.op import Shape, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Number


@dataclass(frozen=True, kw_only=True)
class Celu(Activation):
    """Keep what is positive; bend the rest towards -alpha, with a slope of 1 at 0.

        x  C  H  W
        y  C  H  W        y = x if x > 0 else alpha · (exp(x / alpha) - 1)

    Work per element: a cmp, a div, an exp, an add and a mul. Raises a `Reason` if alpha is 0.

    >>> x = Shape(6, 28, 28)
    >>> Celu().work(x, x).div
    4704

    Source: Barron 2017, Continuously differentiable exponential linear units, arXiv:1704.07483.
    """

    main: ClassVar[str] = "alpha"
    label: ClassVar[str] = "CELU"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(cmp=1, div=1, exp=1, add=1, mul=1)

    alpha: Number = Fraction(1)

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape."""
        if self.alpha == 0:
            raise Reason("empty-range", "`celu` divides by `alpha`: it cannot be 0", key="alpha")
        return xs[0]
