"""The sigmoid linear unit, or swish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Silu(Activation):
    """Let each element through by its own sigmoid.

        x  C  H  W
        y  C  H  W        y = x / (1 + exp(-x))

    Work per element: an exp, an add, a div, and a mul.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Silu().work(x, x).mul
    4704

    Source: Elfwing, Uchibe, Doya 2018, equation 2; Ramachandran, Zoph, Le 2017 (swish).
    """

    label: ClassVar[str] = "SiLU"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(exp=1, add=1, div=1, mul=1)
