"""The gated linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.errors import Reason
from archcalc.ops.activation import Activation
from archcalc.ops.op import Shape, Work


@dataclass(frozen=True, kw_only=True)
class Glu(Activation):
    """Let the first half of the channels through by the sigmoids of the second half.

        x  C    H  W      a, b: the halves of x
        y  C/2  H  W      y = a / (1 + exp(-b))

    Work per element of the output: an exp, an add, a div and a mul. Raises a `Reason` if the
    channels do not halve.

    >>> Glu().shape(Shape(512, 100))
    Shape(256, 100)

    Source: Dauphin, Fan, Auli, Grangier 2017, equation 1.
    """

    reason: ClassVar[str] = "a gate multiplies two units that are there: no weights, no connections"
    label: ClassVar[str] = "gated linear unit"
    each: ClassVar[Work] = Work(exp=1, add=1, div=1, mul=1)

    def shape(self, *xs: Shape) -> Shape:
        """Keep the places, and half of the channels."""
        (x,) = xs
        if x.channels % 2:
            raise Reason("odd-channels", f"{x.channels} channels have no halves")
        return Shape(x.channels // 2, *x.extents)
