"""Elementwise addition of branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Placewise, Shape, Work


@dataclass(frozen=True, kw_only=True)
class Add(Placewise):
    """Add branches of equal shape, element by element.

        x  C  H  W   of each branch
        y  C  H  W

    Work: branches - 1 adds per element. Raises a `Reason` if the shapes differ.

    >>> x = Shape(256, 56, 56)
    >>> Add(branches=2).work(x, Add(branches=2).shape(x, x)).add == x.size
    True

    Source: He, Zhang, Ren, Sun 2015, section 3.2, equation 1.
    """

    main: ClassVar[str] = "branches"
    reason: ClassVar[str] = "an addition joins units that are there: no weights, no macs"

    branches: int

    def shape(self, *xs: Shape) -> Shape:
        """Keep the common shape."""
        if any(x != xs[0] for x in xs):
            shapes = " and ".join(map(str, xs))
            raise Reason("unlike-shapes", f"`add` needs branches of equal shape, not {shapes}")
        return xs[0]

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the additions."""
        return Work(add=y.size * (self.branches - 1))
