"""Max pooling."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape, Work
from archcalc.ops.shape import sides
from archcalc.ops.window import spans, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Padding, Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Maxpool(Op):
    """Keep the largest value of each window; the stride is the kernel by default.

        x  C  H  W
        y  C  H' W'

    Padding never wins. Work: kh·kw - 1 cmps per output, padded taps included. Raises a `Reason` if
    a window does not fit, or has nothing but padding to choose from.

    >>> pool = Maxpool(kernel=(3, 3), stride=(2, 2))  # overlapping, as in AlexNet
    >>> x = Shape(96, 55, 55)
    >>> str(pool.shape(x)), pool.work(x, pool.shape(x)).cmp
    ('96x27x27', 559872)

    Source: Krizhevsky, Sutskever, Hinton 2012, section 3.4 (overlapping pooling).
    """

    main: ClassVar[str] = "kernel"
    reason: ClassVar[str] = "max pooling has no weights and compares instead of multiplying"
    role: ClassVar[Role] = "pool"
    label: ClassVar[str] = "max pool"
    manner: ClassVar[str] = "max pooling"

    kernel: Size
    stride: Size | None = None
    padding: Padding = (0, 0)
    ceil: bool = False

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps; give one unit for each place of the window."""
        window = self.window(xs[0])
        for span, side in zip(window, sides(len(window)), strict=True):
            if span.on_padding_alone:
                raise _nothing_to_choose(span, side)
        return Shape(xs[0].channels, *[span.outputs for span in window])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window along each extent."""
        stride = self.stride or self.kernel
        return spans(x, self.kernel, stride, self.padding, ceil=self.ceil)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the comparisons."""
        return Work(cmp=y.size * (prod(spread(self.kernel, x.rank)) - 1))


def _nothing_to_choose(span: Span, side: str) -> Reason:
    return Reason(
        "window-on-padding",
        f"a window of {span.kernel} lies wholly on padding, {span.before} + {span.after} around "
        f"the {side} {span.size}: no value there is the largest",
        "less padding than the kernel",
        key="padding",
    )
