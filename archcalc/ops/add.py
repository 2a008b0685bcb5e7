"""Elementwise addition of branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.broadcast import Broadcast
from archcalc.ops.op import Shape, Work


@dataclass(frozen=True, kw_only=True)
class Add(Broadcast):
    """Add branches of equal shape, element by element.

        x  C  H  W   of each branch; C 1 1 or 1 H W is spread over the others
        y  C  H  W

    Work: branches - 1 adds per element of y. Raises a `Reason` if the shapes differ otherwise.

    >>> x = Shape(256, 56, 56)
    >>> Add(branches=2).work(x, Add(branches=2).shape(x, x)).add == x.size
    True

    Source: He, Zhang, Ren, Sun 2015, section 3.2, equation 1.
    """

    reason: ClassVar[str] = "an addition joins units that are there: no weights, no macs"
    label: ClassVar[str] = "additions of branches"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the additions."""
        return Work(add=y.size * (self.branches - 1))
