"""The same elements, arranged anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape

if TYPE_CHECKING:
    from archcalc.ops.fields import Map
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Reshape(Op):
    """Arrange the elements anew, in the order in which they are: map after map, row by row.

        x  C  H  W
        y  output         as many elements

    Raises a `Reason` if the output has another number of elements.

    >>> str(Reshape(output=(8, 16)).shape(Shape(8, 4, 4)))
    '8x16'

    Source: none; numpy.reshape.
    """

    main: ClassVar[str] = "output"
    reason: ClassVar[str] = "arranging anew only renames positions: nothing is computed"
    role: ClassVar[Role] = "movement"

    output: Map

    def shape(self, *xs: Shape) -> Shape:
        """Give the output that is stated."""
        (x,) = xs
        y = Shape(*self.output)
        if y.size != x.size:
            message = f"{x} has {x.size:,} elements, and {y} has {y.size:,}"
            raise Reason("unlike-sizes", message, key="output")
        return y

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: none, for places are not what they were."""
        return None
