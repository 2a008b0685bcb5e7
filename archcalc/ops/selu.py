"""The self-normalising exponential linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Selu(Activation):
    """Bend as an ELU does, with two constants that keep mean 0 and variance 1.

        x  C  H  W
        y  C  H  W        y = λ · (x if x > 0 else α · (exp(x) - 1))

    Work per element: a cmp, an exp, an add, and a mul for each constant.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Selu().work(x, x).mul
    9408

    Source: Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 2; λ = 1.0507, α = 1.6733.
    """

    label: ClassVar[str] = "SELU"
    each: ClassVar[Work] = Work(cmp=1, exp=1, add=1, mul=2)
