"""Cropping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.cut import nothing_left, uncovered
from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.shape import first_of, sides
from archcalc.ops.window import cells_along, extents_under, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Cells, Outputs
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Crop(Op):
    """Take cells away at the ends of each extent, or keep the middle of a size `output`.

        x  C  H  W
        y  C  H' W'       H' = H - top - bottom, or as given, or that of a second input

    Of an odd number of cells to take away, one more is taken behind. Raises a `Reason` unless
    one of `cells`, `output` and a second input (`from: [large, small]`) says what is kept, or if
    nothing is left.

    >>> str(Crop(output=(56,)).shape(Shape(512, 64, 64)))
    '512x56x56'

    Source: Ronneberger, Fischer, Brox 2015, U-Net, figure 1 (copy and crop).
    """

    main: ClassVar[str] = "cells"
    reason: ClassVar[str] = "cropping leaves cells out: nothing is computed"
    role: ClassVar[Role] = "movement"
    most_inputs: ClassVar[int] = 2

    cells: Cells | None = None
    output: Outputs | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps, each smaller."""
        return Shape(xs[0].channels, *[span.outputs for span in self._spans(first_of(xs))])

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: one place, moved along; None where a second input, not told, says it."""
        if self.cells is None and self.output is None and not x.beside:
            return None
        return self._spans(x)

    def _spans(self, x: Shape) -> tuple[Span, ...]:
        """Lay one place over each that is kept, moved along by what is taken away before it."""
        found = []
        ends = self._ends(x)
        for extent, side, (before, after) in zip(x.extents, sides(x.rank), ends, strict=True):
            if before + after >= extent:
                raise nothing_left(extent, side, before, after)
            found.append(uncovered(extent, before, after))
        return tuple(found)

    def _ends(self, x: Shape) -> list[tuple[int, int]]:
        """Tell how many cells are taken away at both ends of each extent."""
        if [self.cells, self.output, x.beside or None].count(None) != 2:
            message = "`crop` needs either its `cells`, an `output` size or a second input"
            raise Reason("missing-key", message, "`from: [a, b]` crops a to the size of b")
        if self.cells is not None:
            return cells_along(x, self.cells)
        output = x.beside[0].extents if x.beside else spread(self.output or (), x.rank)
        extents = extents_under(x, output, "output")
        kept = (*extents[: -len(output)], *output)
        for extent, side, size in zip(extents, sides(len(extents)), kept, strict=True):
            if size > extent:
                message = f"an output of {size} is larger than the {side} {extent}"
                raise Reason("crop-too-large", message, key="output")
        missing = [extent - size for extent, size in zip(extents, kept, strict=True)]
        return [(cells // 2, cells - cells // 2) for cells in missing]
