"""The logistic function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work


@dataclass(frozen=True, kw_only=True)
class Sigmoid(Placewise):
    """Squash each element into 0 to 1.

        x  C  H  W
        y  C  H  W        y = 1 / (1 + exp(-x))

    Work per element: an exp, an add and a div.

    >>> x = Shape(6, 28, 28)
    >>> Sigmoid().work(x, x).exp
    4704

    Source: Rumelhart, Hinton, Williams 1986, equation 2.
    """

    reason: ClassVar[str] = "an activation has no weights: it is one fixed function of each element"
    role: ClassVar[Role] = "activation"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count one exp, one add and one div per element."""
        return Work(exp=y.size, add=y.size, div=y.size)
