"""The mean along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape, Work
from archcalc.ops.shape import place_of
from archcalc.ops.span import Span
from archcalc.ops.window import one_place, whole_map

if TYPE_CHECKING:
    from archcalc.ops.fields import Axis


@dataclass(frozen=True, kw_only=True)
class Mean(Op):
    """Average along one axis, which then has an extent of 1; without an axis, over all places.

        x  C  H  W
        y  C  1  1        of the channels: 1  H  W; of the height: C  1  W

    Work: an add for each element that is averaged but one, and a div, for each element of y.

    >>> x = Shape(64, 7, 7)
    >>> str(Mean(axis="channels").shape(x)), Mean().work(x, Shape(64)).add  # 64·(49 - 1)
    ('1x7x7', 3072)

    Source: Woo, Park, Lee, Kweon 2018, CBAM, section 3 (average along the channels).
    """

    main: ClassVar[str] = "axis"
    reason: ClassVar[str] = "averaging has no weights and adds instead of multiplying"
    role: ClassVar[Role] = "pool"
    manner: ClassVar[str] = "averages"

    axis: Axis | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Leave one of the axis."""
        (x,) = xs
        if self.axis is None:
            return Shape(x.channels)
        place = place_of(self.axis, x)
        return Shape(*x[:place], 1, *x[place + 1 :])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: a place, or all along the axis."""
        if self.axis is None:
            return whole_map(x)
        found = list(one_place(x))
        place = place_of(self.axis, x)
        if place:
            found[place - 1] = Span(x[place], x[place])
        return tuple(found)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the sums and the divisions."""
        return Work(add=x.size - y.size, div=y.size)
