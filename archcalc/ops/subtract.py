"""Elementwise subtraction of branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.broadcast import Broadcast
from archcalc.ops.op import Shape, Work


@dataclass(frozen=True, kw_only=True)
class Subtract(Broadcast):
    """Subtract from the first branch all others, element by element.

        x  C  H  W   of each branch; C 1 1 or 1 H W is spread over the others
        y  C  H  W

    Work: branches - 1 adds per element of y. Raises a `Reason` if the shapes differ otherwise.

    >>> x = Shape(64, 28, 28)
    >>> Subtract(branches=2).work(x, Subtract(branches=2).shape(x, x)).add == x.size
    True

    Source: none; an addition with the sign turned.
    """

    reason: ClassVar[str] = "a subtraction joins units that are there: no weights, no macs"
    label: ClassVar[str] = "differences of branches"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the subtractions."""
        return Work(add=y.size * (self.branches - 1))
