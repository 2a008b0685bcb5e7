"""The logistic function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Sigmoid(Activation):
    """Squash each element into 0 to 1.

        x  C  H  W
        y  C  H  W        y = 1 / (1 + exp(-x))

    Work per element: an exp, an add and a div.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Sigmoid().work(x, x).exp
    4704

    Source: Rumelhart, Hinton, Williams 1986, equation 2.
    """

    each: ClassVar[Work] = Work(exp=1, add=1, div=1)
