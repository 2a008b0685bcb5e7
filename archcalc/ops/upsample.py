"""Upsampling without weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape, Work
from archcalc.ops.window import extents_under, one_place, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Interpolation, Outputs, Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Upsample(Op):
    """Enlarge each map, `scale` times or to the size `output`.

        x  C  H  W
        y  C  H' W'       H' = scale·H, or as given

    `nearest` copies cells. `bilinear` weighs the two nearest cells along each extent, four on an
    image, with centres aligned. Work of `bilinear` per element of y: a mul for each of them, and
    an add for each but one. Raises a `Reason` unless either `scale` or `output` is given.

    >>> up = Upsample(scale=(2,), mode="bilinear")
    >>> x = Shape(16, 16, 16)
    >>> str(up.shape(x)), up.work(x, up.shape(x)).mul  # 4·16·32·32
    ('16x32x32', 65536)

    Source: Long, Shelhamer, Darrell 2014, Fully convolutional networks, section 3.3.
    """

    main: ClassVar[str] = "scale"
    reason: ClassVar[str] = "interpolation weighs by fixed distances: it has no weights"
    role: ClassVar[Role] = "movement"
    label: ClassVar[str] = "upsampling"
    manner: ClassVar[str] = "upsampling"

    scale: Size | None = None
    output: Outputs | None = None
    mode: Interpolation = "nearest"

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps; enlarge every extent that is told, the last ones."""
        (x,) = xs
        if (self.scale is None) == (self.output is None):
            raise Reason("missing-key", "`upsample` needs either a `scale` or an `output` size")
        told = spread(self.scale or self.output or (), x.rank)
        extents = extents_under(x, told, "scale" if self.scale else "output")
        earlier, last = extents[: -len(told)], extents[-len(told) :]
        if self.scale:
            told = tuple([n * extent for n, extent in zip(told, last, strict=True)])
        return Shape(x.channels, *earlier, *told)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: a place where nothing changes, else there is no one stride."""
        y = self.shape(x)
        return one_place(x) if y.extents == x.extents else None

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the products with the nearest cells, and their sum."""
        if self.mode == "nearest":
            return Work()
        cells = 2**y.rank
        return Work(mul=cells * y.size, add=(cells - 1) * y.size)
