"""The hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work


@dataclass(frozen=True, kw_only=True)
class Tanh(Placewise):
    """Squash each element into -1 to 1.

        x  C  H  W
        y  C  H  W        y = tanh(x)

    Work per element: a tanh.

    >>> x = Shape(6, 28, 28)
    >>> Tanh().work(x, x).tanh
    4704

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B.
    """

    reason: ClassVar[str] = "an activation has no weights: it is one fixed function of each element"
    role: ClassVar[Role] = "activation"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count one tanh per element."""
        return Work(tanh=y.size)
