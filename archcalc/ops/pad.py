"""Padding with zeros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.span import Span
from archcalc.ops.window import cells_along

if TYPE_CHECKING:
    from archcalc.ops.fields import Cells


@dataclass(frozen=True, kw_only=True)
class Pad(Op):
    """Put cells of zeros at the ends of each extent.

        x  C  H  W
        y  C  H' W'       H' = H + top + bottom

    Raises a `Reason` if the cells are told for more extents than x has.

    >>> str(Pad(cells=(3, 3)).shape(Shape(3, 224, 224)))
    '3x230x230'

    Source: none; what a convolution does itself by `padding`.
    """

    main: ClassVar[str] = "cells"
    reason: ClassVar[str] = "padding puts zeros beside what is there: nothing is computed"
    role: ClassVar[Role] = "movement"
    label: ClassVar[str] = "zero padding"

    cells: Cells

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps, each larger."""
        return Shape(xs[0].channels, *[span.outputs for span in self.window(xs[0])])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: one place, or none on the padding."""
        ends = zip(x.extents, cells_along(x, self.cells), strict=True)
        return tuple([Span(extent, 1, 1, *cells) for extent, cells in ends])
