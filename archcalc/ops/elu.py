"""The exponential linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Number


@dataclass(frozen=True, kw_only=True)
class Elu(Activation):
    """Keep what is positive; bend the rest smoothly towards -alpha.

        x  C  H  W
        y  C  H  W        y = x if x > 0 else alpha · (exp(x) - 1)

    Work per element: a cmp, an exp, an add and a mul.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Elu().work(x, x).exp
    4704

    Source: Clevert, Unterthiner, Hochreiter 2016, equation 15.
    """

    main: ClassVar[str] = "alpha"
    label: ClassVar[str] = "ELU"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(cmp=1, exp=1, add=1, mul=1)

    alpha: Number = Fraction(1)
