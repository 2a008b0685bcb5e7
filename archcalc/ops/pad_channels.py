"""The parameter-free shortcut of residual networks (option A)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.window import extents_under, spans, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class PadChannels(Op):
    """Take every stride-th pixel and append maps of zeros until there are `filters`.

        x  C  H  W
        y  filters H' W'       H' = floor((H - 1) / stride) + 1

    Raises a `Reason` if x has more maps than `filters`.

    >>> str(PadChannels(filters=32, stride=(2, 2)).shape(Shape(16, 32, 32)))
    '32x16x16'

    Source: He, Zhang, Ren, Sun 2015, section 3.3, option A.
    """

    main: ClassVar[str] = "filters"
    reason: ClassVar[str] = "picking pixels and appending zeros moves data: nothing is computed"
    role: ClassVar[Role] = "movement"
    label: ClassVar[str] = "zero channels"

    filters: Count
    stride: Size = (1,)

    def shape(self, *xs: Shape) -> Shape:
        """Give `filters` maps of every stride-th pixel."""
        (x,) = xs
        if x.channels > self.filters:
            raise Reason(
                "too-many-channels",
                f"{x.channels} maps cannot be padded to {self.filters}: there are more already",
                key="filters",
            )
        return Shape(self.filters, *[span.outputs for span in self.window(x)])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: one pixel, every stride."""
        stride = spread(self.stride, x.rank)
        rank = min(len(stride), len(extents_under(x, stride, "stride")), x.rank)
        return spans(x, (1,) * rank, stride[-rank:])
