"""Global max pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape, Work
from archcalc.ops.window import whole_map

if TYPE_CHECKING:
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Globalmaxpool(Op):
    """Keep the largest value of each map.

        x  C  H  W
        y  C  1  1

    Work: H·W - 1 cmps per map.

    >>> x = Shape(512, 7, 7)
    >>> Globalmaxpool().work(x, Globalmaxpool().shape(x)).cmp  # 512·(49 - 1)
    24576

    Source: Oquab, Bottou, Laptev, Sivic 2015, Is object localization for free?, section 3.2.
    """

    reason: ClassVar[str] = "max pooling has no weights and compares instead of multiplying"
    role: ClassVar[Role] = "pool"
    label: ClassVar[str] = "global max pool"
    manner: ClassVar[str] = "max pooling"

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps, one unit each."""
        return Shape(xs[0].channels)

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: the whole map."""
        return whole_map(x)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the comparisons."""
        return Work(cmp=y.channels * (x.places - 1))
