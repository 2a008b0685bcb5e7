"""Pixel shuffle: maps become places."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.window import on_last, one_place

if TYPE_CHECKING:
    from archcalc.ops.fields import Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class PixelShuffle(Op):
    """Deal the maps out in blocks of `scale` cells: a map of y is woven from as many maps of x.

        x  C  H  W
        y  C/(sh·sw)  sh·H  sw·W

    Raises a `Reason` if the cells of a block do not divide the maps.

    >>> str(PixelShuffle(scale=(2,)).shape(Shape(64, 28, 28)))
    '16x56x56'

    Source: Shi, Caballero, Huszár et al. 2016, Real-time single image super-resolution, equation 4.
    """

    main: ClassVar[str] = "scale"
    reason: ClassVar[str] = "a pixel shuffle reorders elements: nothing is computed"
    role: ClassVar[Role] = "movement"
    manner: ClassVar[str] = "pixel shuffle"

    scale: Size

    def shape(self, *xs: Shape) -> Shape:
        """Give each block of cells a share of the maps."""
        (x,) = xs
        scale = on_last(x, self.scale, "scale")
        cells = prod(scale)
        if x.channels % cells:
            message = f"blocks of {cells} cells do not divide {x.channels} maps evenly"
            raise Reason("groups-do-not-divide", message, key="scale")
        extents = [n * extent for n, extent in zip(scale, x.extents, strict=True)]
        return Shape(x.channels // cells, *extents)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: none, for neighbours see the same place."""
        return one_place(x) if prod(self.scale) == 1 else None
