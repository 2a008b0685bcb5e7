"""The complement of a gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work


@dataclass(frozen=True, kw_only=True)
class OneMinus(Placewise):
    """Subtract every element from 1: what a gate keeps back.

        x  C  H  W
        y  C  H  W        y = 1 - x

    Work per element: an add.

    >>> x = Shape(64, 28, 28)
    >>> OneMinus().work(x, x).add == x.size
    True

    Source: Srivastava, Greff, Schmidhuber 2015, Highway networks, section 2, equation 3.
    """

    reason: ClassVar[str] = "a complement has no weights: it is one fixed function of each element"
    role: ClassVar[Role] = "activation"
    label: ClassVar[str] = "complement to 1"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count one subtraction per element."""
        return Work(add=y.size)
