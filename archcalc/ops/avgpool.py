"""Average pooling."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import known
from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape, Work
from archcalc.ops.window import extents_under, spans, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Outputs, Padding, Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Avgpool(Op):
    """Average each window. The stride is the kernel by default.

        x  C  H  W
        y  C  H' W'

    With `count_padding` the divisor counts padded cells, without it only cells of x. With `output`
    the size is given instead of the kernel: window i of H' reads rows floor(i·H/H') to
    ceil((i + 1)·H/H'). Work: taps - 1 adds and a div per output, padded taps included.
    Raises a `Reason` unless exactly one of `kernel` and `output` is given, or if `output` stands
    beside what only a kernel has.

    >>> pool = Avgpool(kernel=(2, 2))
    >>> x = Shape(8, 30, 30)
    >>> str(pool.shape(x)), pool.work(x, pool.shape(x)).add
    ('8x15x15', 5400)

    Source: Szegedy et al. 2014, section 5; fixed output sizes as in torch.nn.AdaptiveAvgPool2d.
    """

    main: ClassVar[str] = "kernel"
    reason: ClassVar[str] = "average pooling has no weights and adds instead of multiplying"
    role: ClassVar[Role] = "pool"
    label: ClassVar[str] = "average pool"
    manner: ClassVar[str] = "average pooling"

    kernel: Size | None = None
    stride: Size | None = None
    padding: Padding = (0, 0)
    ceil: bool = False
    count_padding: bool = True
    output: Outputs | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps; give one unit for each place of the window."""
        (x,) = xs
        if self.output is not None:
            self._check_alone()
            return Shape(x.channels, *[outputs for _, outputs in self._fixed(x, self.output)])
        if self.kernel is None:
            raise _one_size()
        return Shape(x.channels, *[span.outputs for span in self._slide(x, self.kernel)])

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window; none if a fixed output size makes windows of unlike sizes."""
        if self.kernel is not None:
            return self._slide(x, self.kernel)
        sides = self._fixed(x, self.output or ())
        if any(size % outputs for size, outputs in sides):
            return None
        return self._slide(x, tuple([size // outputs for size, outputs in sides]))

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the sums and the divisions."""
        return Work(add=x.channels * self._taps(x, y) - y.size, div=y.size)

    def _taps(self, x: Shape, y: Shape) -> int:
        """Count the taps of all windows over one map."""
        if self.kernel is not None:
            return y.places * prod(spread(self.kernel, x.rank))
        return prod([known(_fixed_taps(*side)) for side in self._fixed(x, self.output or ())])

    def _slide(self, x: Shape, kernel: Size) -> tuple[Span, ...]:
        return spans(x, kernel, self.stride or kernel, self.padding, ceil=self.ceil)

    def _fixed(self, x: Shape, output: Size) -> list[tuple[int, int]]:
        """Give for each extent of x its cells and its outputs; earlier ones than told stay."""
        output = spread(output, x.rank)
        extents = extents_under(x, output, "output")
        earlier = extents[: len(extents) - len(output)]
        return list(zip(extents, (*earlier, *output), strict=True))

    def _check_alone(self) -> None:
        """Refuse what an output size leaves no room for."""
        if self.kernel is not None:
            raise _one_size()
        for key in ("stride", "padding", "ceil", "count_padding"):
            own = getattr(self, key)
            if any(own) if isinstance(own, tuple) else own != getattr(Avgpool, key):
                message = f"`{key}` has no meaning beside an `output` size"
                raise Reason("unknown-key", message, key=key)


def _one_size() -> Reason:
    return Reason("missing-key", "`avgpool` needs either a `kernel` or an `output` size")


def _fixed_taps(size: int, outputs: int) -> int:
    """Add up the windows of a fixed output size along one side.

    They cover the side once, and neighbours share a cell wherever their border falls within one.

    >>> _fixed_taps(7, 3)  # 0 to 3, 2 to 5, 4 to 7
    9
    """
    return size + outputs - gcd(size, outputs)
