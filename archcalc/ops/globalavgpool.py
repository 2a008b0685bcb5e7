"""Global average pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Op, Role, Shape, Work
from archcalc.ops.window import whole_map

if TYPE_CHECKING:
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Globalavgpool(Op):
    """Average each map into one number.

        x  C  H  W
        y  C  1  1

    Work: H·W - 1 adds and one div per map.

    >>> x = Shape(512, 7, 7)
    >>> Globalavgpool().work(x, Globalavgpool().shape(x)).add  # 512·(49 - 1)
    24576

    Source: Lin, Chen, Yan 2013, Network in Network, section 3.2.
    """

    reason: ClassVar[str] = "averaging has no weights and adds instead of multiplying"
    role: ClassVar[Role] = "pool"
    label: ClassVar[str] = "global average pool"
    manner: ClassVar[str] = "average pooling"

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps, one unit each."""
        return Shape(xs[0].channels)

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: the whole map."""
        return whole_map(x)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the sums and the divisions."""
        return Work(add=y.channels * (x.places - 1), div=y.channels)
