"""LeCun's scaled hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work


@dataclass(frozen=True, kw_only=True)
class LecunTanh(Placewise):
    """Squash each element into -1.7159 to 1.7159, with f(1) = 1 and f(-1) = -1.

        x  C  H  W
        y  C  H  W        y = 1.7159 · tanh(2x/3)

    Work per element: a tanh, and a mul for each of the two constants.

    >>> x = Shape(6, 28, 28)
    >>> LecunTanh().work(x, x).mul
    9408

    Source: LeCun, Bottou, Bengio, Haffner 1998, appendix A.
    """

    reason: ClassVar[str] = "an activation has no weights: it is one fixed function of each element"
    role: ClassVar[Role] = "activation"
    label: ClassVar[str] = "scaled tanh"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count one tanh and two muls per element."""
        return Work(tanh=y.size, mul=2 * y.size)
