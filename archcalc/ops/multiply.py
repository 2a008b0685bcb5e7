"""Elementwise multiplication of branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.broadcast import Broadcast
from archcalc.ops.op import Shape, Work


@dataclass(frozen=True, kw_only=True)
class Multiply(Broadcast):
    """Multiply branches of equal shape, element by element: a gate, for one.

        x  C  H  W   of each branch; C 1 1 or 1 H W is spread over the others
        y  C  H  W

    Work: branches - 1 muls per element of y. Raises a `Reason` if the shapes differ otherwise.

    >>> x = Shape(256, 56, 56)
    >>> Multiply(branches=2).work(x, Multiply(branches=2).shape(x, Shape(256))).mul == x.size
    True

    Source: Hu, Shen, Sun 2017, Squeeze-and-excitation networks, section 3.2, equation 4.
    """

    reason: ClassVar[str] = (
        "a gate rescales units that are there: nothing stored, nothing summed, no macs"
    )
    label: ClassVar[str] = "products of branches"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the products."""
        return Work(mul=y.size * (self.branches - 1))
