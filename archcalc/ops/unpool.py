"""Unpooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.window import on_last, one_place

if TYPE_CHECKING:
    from archcalc.ops.fields import Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Unpool(Op):
    """Put each value at the first cell of a block of `scale` cells, and zeros at the others.

        x  C  H  W
        y  C  sh·H  sw·W

    Where a pool has remembered the places of its maxima, the values go there instead: that changes
    no shape and no count.

    >>> str(Unpool(scale=(2,)).shape(Shape(64, 14, 14)))
    '64x28x28'

    Source: Dosovitskiy, Springenberg, Brox 2014, Learning to generate chairs, section 4.1.
    """

    main: ClassVar[str] = "scale"
    reason: ClassVar[str] = "unpooling puts zeros beside what is there: nothing is computed"
    role: ClassVar[Role] = "movement"
    label: ClassVar[str] = "unpooling"

    scale: Size

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps, each larger."""
        (x,) = xs
        pairs = zip(on_last(x, self.scale, "scale"), x.extents, strict=True)
        return Shape(x.channels, *[n * extent for n, extent in pairs])

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: none, for most places see nothing."""
        return one_place(x) if max(self.scale) == 1 else None
