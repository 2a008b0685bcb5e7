"""The rectifier with a threshold of its own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Number


@dataclass(frozen=True, kw_only=True)
class Threshold(Activation):
    """Keep what is above a threshold; put a value in the place of the rest.

        x  C  H  W
        y  C  H  W        y = x if x > theta else value

    Work per element: a cmp.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Threshold(theta=1).work(x, x).cmp
    4704

    Source: Konda, Memisevic, Krueger 2015, Zero-bias autoencoders and the benefits of co-adapting
    features (with a value of 0).
    """

    main: ClassVar[str] = "theta"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(cmp=1)

    theta: Number = Fraction(1)
    value: Number = Fraction(0)
