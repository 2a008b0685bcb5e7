"""Axes that change places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.window import one_place

if TYPE_CHECKING:
    from archcalc.ops.composites import Order
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Permute(Op):
    """Let the axes change places: `order` names for each axis of y the one of x that it was.

        x  C  H  W        order  an axis of x for each of y; 0 are the channels
        y  as ordered

    Raises a `Reason` if the order does not name each axis of x once.

    >>> str(Permute(order=(2, 0, 1)).shape(Shape(3, 28, 20)))
    '20x3x28'

    Source: none; numpy.transpose.
    """

    main: ClassVar[str] = "order"
    reason: ClassVar[str] = "axes only change places: nothing is computed"
    role: ClassVar[Role] = "movement"

    order: Order

    def shape(self, *xs: Shape) -> Shape:
        """Put the sizes in order."""
        (x,) = xs
        if sorted(self.order) != [*range(len(x))]:
            message = f"{list(self.order)} does not name each of the {len(x)} axes of {x} once"
            raise Reason("bad-order", message, f"they are 0 to {len(x) - 1}", "order")
        return Shape(*[x[axis] for axis in self.order])

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: a place if all stay as they are, else none."""
        return one_place(x) if list(self.order) == [*range(len(x))] else None
