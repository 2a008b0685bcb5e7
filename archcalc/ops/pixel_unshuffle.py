"""The inverse of the pixel shuffle: places become maps."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.shape import sides
from archcalc.ops.span import Span
from archcalc.ops.window import on_last

if TYPE_CHECKING:
    from archcalc.ops.fields import Size


@dataclass(frozen=True, kw_only=True)
class PixelUnshuffle(Op):
    """Lay the cells of each block of `scale` cells in maps of their own.

        x  C  H  W
        y  C·sh·sw  H/sh  W/sw

    Raises a `Reason` if the blocks do not divide the extents.

    >>> str(PixelUnshuffle(scale=(2,)).shape(Shape(64, 28, 28)))
    '256x14x14'

    Source: Shi et al. 2016, turned round; Redmon, Farhadi 2016, YOLO9000 (passthrough layer).
    """

    main: ClassVar[str] = "scale"
    reason: ClassVar[str] = "a pixel shuffle reorders elements: nothing is computed"
    role: ClassVar[Role] = "movement"
    manner: ClassVar[str] = "pixel shuffle"

    scale: Size

    def shape(self, *xs: Shape) -> Shape:
        """Give each cell of a block maps of its own."""
        (x,) = xs
        scale = on_last(x, self.scale, "scale")
        for n, extent, side in zip(scale, x.extents, sides(x.rank), strict=True):
            if extent % n:
                message = f"blocks of {n} do not divide the {side} {extent} evenly"
                raise Reason("groups-do-not-divide", message, key="scale")
        cells = prod(scale)
        extents = [extent // n for n, extent in zip(scale, x.extents, strict=True)]
        return Shape(x.channels * cells, *extents)

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: a block, of which all maps together see every cell."""
        pairs = zip(x.extents, on_last(x, self.scale, "scale"), strict=True)
        return tuple([Span(extent, n, n) for extent, n in pairs])
