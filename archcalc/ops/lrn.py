"""Local response normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work
from archcalc.ops.window import one_place, spans

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Number, Positive
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Lrn(Placewise):
    """Divide each element by a power of the squares around it in `size` neighbouring maps.

    With `within` the neighbours are those of its own map: `size` places along each extent.

        x  C  H  W
        y  C  H  W        y = x / (k + alpha · Σ x²)^beta

    Work per element: 2 muls, size adds (of a map of two extents size²), a pow and a div.

    >>> x = Shape(96, 55, 55)
    >>> Lrn(size=5).work(x, x).add == 5 * x.size
    True

    Source: Krizhevsky, Sutskever, Hinton 2012, section 3.3; Caffe divides alpha by the size.
    """

    main: ClassVar[str] = "size"
    reason: ClassVar[str] = "a fixed formula over neighbours: no weights, no connections"
    role: ClassVar[Role] = "normalisation"
    label: ClassVar[str] = "local response normalisation"

    size: Count = 5
    alpha: Positive = Fraction(1, 10_000)
    beta: Number = Fraction(3, 4)
    k: Positive = Fraction(2)
    within: bool = False

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: one place, or what lies around it."""
        if not self.within:
            return one_place(x)
        before, after = self.size // 2, (self.size - 1) // 2
        return spans(x, (self.size,) * x.rank, (1,) * x.rank, (before, after) * x.rank)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count squares, sums, powers and quotients."""
        neighbours = prod([self.size] * y.rank) if self.within else self.size
        return Work(mul=2 * y.size, add=y.size * neighbours, pow=y.size, div=y.size)
