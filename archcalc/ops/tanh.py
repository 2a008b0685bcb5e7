"""The hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Tanh(Activation):
    """Squash each element into -1 to 1.

        x  C  H  W
        y  C  H  W        y = tanh(x)

    Work per element: a tanh.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Tanh().work(x, x).tanh
    4704

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B.
    """

    each: ClassVar[Work] = Work(tanh=1)
