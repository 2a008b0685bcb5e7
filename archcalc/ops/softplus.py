"""The smooth rectifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Softplus(Activation):
    """Keep what is positive, smoothly.

        x  C  H  W
        y  C  H  W        y = log(1 + exp(x))

    Work per element: an exp, an add and a log.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Softplus().work(x, x).log
    4704

    Source: Dugas, Bengio, Belisle, Nadeau, Garcia 2001, section 2.
    """

    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(exp=1, add=1, log=1)
