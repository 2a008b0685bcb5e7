"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Placewise, Role

if TYPE_CHECKING:
    from archcalc.ops.fields import Rate


@dataclass(frozen=True, kw_only=True)
class Dropout(Placewise):
    """Drop elements at random while training; do nothing at inference.

        x  C  H  W
        y  C  H  W

    >>> from archcalc.ops.op import Shape
    >>> str(Dropout(rate=Fraction(1, 2)).shape(Shape(4096, 1, 1)))
    '4096x1x1'

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014.
    """

    main: ClassVar[str] = "rate"
    reason: ClassVar[str] = "dropout is the identity at inference"
    role: ClassVar[Role] = "movement"

    rate: Rate = Fraction(1, 2)
