"""The power of e."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Exp(Activation):
    """Raise e to the power of each element.

        x  C  H  W
        y  C  H  W        y = exp(x)

    Work per element: an exp.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Exp().work(x, x).exp
    4704

    Source: Kingma, Welling 2014, appendix C.2 (a variance from its logarithm).
    """

    label: ClassVar[str] = "exponential"
    each: ClassVar[Work] = Work(exp=1)
