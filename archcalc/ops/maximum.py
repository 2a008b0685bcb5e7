"""The largest of branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.broadcast import Broadcast
from archcalc.ops.op import Shape, Work


@dataclass(frozen=True, kw_only=True)
class Maximum(Broadcast):
    """Keep the largest of branches of equal shape, element by element.

        x  C  H  W   of each branch; C 1 1 or 1 H W is spread over the others
        y  C  H  W

    Work: branches - 1 cmps per element of y. Raises a `Reason` if the shapes differ otherwise.

    >>> x = Shape(64, 28, 28)
    >>> Maximum(branches=2).work(x, Maximum(branches=2).shape(x, x)).cmp == x.size
    True

    Source: Goodfellow, Warde-Farley, Mirza, Courville, Bengio 2013, Maxout networks, section 3.
    """

    reason: ClassVar[str] = "a maximum compares units that are there: no weights, no macs"
    label: ClassVar[str] = "maxima of branches"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the comparisons."""
        return Work(cmp=y.size * (self.branches - 1))
