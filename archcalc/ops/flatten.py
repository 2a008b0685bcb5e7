"""Flatten feature maps into one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.window import whole_map

if TYPE_CHECKING:
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Flatten(Op):
    """Lay all maps out as one vector, channel by channel, row by row.

        x  C  H  W
        y  C·H·W 1 1

    >>> str(Flatten().shape(Shape(16, 5, 5)))
    '400x1x1'

    Source: none; linear layers flatten by themselves.
    """

    reason: ClassVar[str] = "flattening only renames positions: nothing is computed"
    role: ClassVar[Role] = "movement"

    def shape(self, *xs: Shape) -> Shape:
        """Give every element its own channel."""
        return Shape(xs[0].size)

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: the whole map, for its places have become channels."""
        return whole_map(x)
