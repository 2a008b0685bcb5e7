"""The rectifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work


@dataclass(frozen=True, kw_only=True)
class Relu(Placewise):
    """Keep what is positive.

        x  C  H  W
        y  C  H  W        y = max(x, 0)

    Work per element: a cmp.

    >>> x = Shape(6, 28, 28)
    >>> Relu().work(x, x).cmp
    4704

    Source: Nair, Hinton 2010; Krizhevsky, Sutskever, Hinton 2012, section 3.1.
    """

    reason: ClassVar[str] = "an activation has no weights: it is one fixed function of each element"
    role: ClassVar[Role] = "activation"
    label: ClassVar[str] = "ReLU"
    rectifies: ClassVar[bool] = True

    def work(self, x: Shape, y: Shape) -> Work:
        """Count one comparison per element."""
        return Work(cmp=y.size)
