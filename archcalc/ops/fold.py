"""An extent folded into the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.shape import place_of
from archcalc.ops.window import whole_map

if TYPE_CHECKING:
    from archcalc.ops.fields import Axis
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Fold(Op):
    """Lay the lines along one extent in maps of their own: there is one extent less.

        x  C  H  W
        y  C·H  W         of another axis: C·W  H

    Of a sequence nothing but a vector is left. Raises a `Reason` for an axis that x has not.

    >>> str(Fold().shape(Shape(512, 2, 26)))
    '1024x26'

    Source: Shi, Bai, Yao 2015, CRNN, section 2.1 (map to sequence).
    """

    main: ClassVar[str] = "axis"
    reason: ClassVar[str] = "folding only renames positions: nothing is computed"
    role: ClassVar[Role] = "movement"

    axis: Axis = "height"

    def shape(self, *xs: Shape) -> Shape:
        """Give each line along the axis maps of its own."""
        (x,) = xs
        place = place_of(self.axis, x)
        if not place:
            return x
        return Shape(x.channels * x[place], *x[1:place], *x[place + 1 :])

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: none, for there is an extent less; of a sequence all of it."""
        return whole_map(x) if x.rank == 1 else None
