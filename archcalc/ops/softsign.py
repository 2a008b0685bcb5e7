"""The softsign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Softsign(Activation):
    """Squash each element to -1 ... 1, slowly.

        x  C  H  W
        y  C  H  W        y = x / (1 + |x|)

    Work per element: a cmp, as |x| is the larger of x and -x, an add and a div.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Softsign().work(x, x).div
    4704

    Source: Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural
    networks.
    """

    each: ClassVar[Work] = Work(cmp=1, add=1, div=1)
