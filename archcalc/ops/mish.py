"""Mish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Mish(Activation):
    """Let each element through by the tanh of its softplus.

        x  C  H  W
        y  C  H  W        y = x · tanh(log(1 + exp(x)))

    Work per element: an exp, an add, a log, a tanh and a mul.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Mish().work(x, x).log
    4704

    Source: Misra 2019, equation 2.
    """

    label: ClassVar[str] = "Mish"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(exp=1, add=1, log=1, tanh=1, mul=1)
