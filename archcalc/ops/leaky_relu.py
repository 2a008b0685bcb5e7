"""The rectifier that leaks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Number


@dataclass(frozen=True, kw_only=True)
class LeakyRelu(Activation):
    """Keep what is positive, and a small part of what is not.

        x  C  H  W
        y  C  H  W        y = x if x > 0 else slope · x

    Work per element: a cmp and a mul.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> LeakyRelu().work(x, x).mul
    4704

    Source: Maas, Hannun, Ng 2013, section 2.
    """

    main: ClassVar[str] = "slope"
    label: ClassVar[str] = "leaky ReLU"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(cmp=1, mul=1)

    slope: Number = Fraction(1, 100)
