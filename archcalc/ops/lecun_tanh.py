"""LeCun's scaled hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class LecunTanh(Activation):
    """Squash each element into -1.7159 to 1.7159, with f(1) = 1 and f(-1) = -1.

        x  C  H  W
        y  C  H  W        y = 1.7159 · tanh(2x/3)

    Work per element: a tanh, and a mul for each of the two constants.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> LecunTanh().work(x, x).mul
    9408

    Source: LeCun, Bottou, Bengio, Haffner 1998, appendix A.
    """

    label: ClassVar[str] = "scaled tanh"
    each: ClassVar[Work] = Work(tanh=1, mul=2)
