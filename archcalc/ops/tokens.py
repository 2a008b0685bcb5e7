"""Maps laid out as a row of places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.window import one_place

if TYPE_CHECKING:
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Tokens(Op):
    """Lay all places of the maps out in a row, each with its channels: a sequence of tokens.

        x  C  H  W
        y  C  H·W

    >>> str(Tokens().shape(Shape(768, 14, 14)))
    '768x196'

    Source: Dosovitskiy et al. 2020, An image is worth 16x16 words, section 3.1.
    """

    reason: ClassVar[str] = "a row of places only renames positions: nothing is computed"
    role: ClassVar[Role] = "movement"

    def shape(self, *xs: Shape) -> Shape:
        """Give one extent to all places."""
        return Shape(xs[0].channels, xs[0].places)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: none, for rows and columns are one extent; of a sequence a place."""
        return one_place(x) if x.rank == 1 else None
