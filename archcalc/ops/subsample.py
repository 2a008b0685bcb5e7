"""LeCun's trained subsampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import alike
from archcalc.ops.op import Shape, Weighted, Work
from archcalc.ops.window import Span, spans

if TYPE_CHECKING:
    from archcalc.ops.fields import Size


@dataclass(frozen=True, kw_only=True)
class Subsample(Weighted):
    """Add up each window, multiply by a trained coefficient, add a trained bias: one each per map.

        x  C  H  W        coefficient  C
        y  C  H' W'       bias         C

    Connections: each unit has its window and a bias. Work per output: k² - 1 adds for the sum,
    a mul and an add. The stride is the kernel unless given.

    >>> s2 = Subsample(kernel=(2, 2))
    >>> x = Shape(6, 28, 28)
    >>> y = s2.shape(x)
    >>> s2.parameters(x, y), s2.connections(x, y)
    (12, 5880)

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B (layers S2 and S4).
    """

    main: ClassVar[str] = "kernel"
    reason: ClassVar[str] = (
        "its one product per output is a mul, not a mac: the window is only added"
    )

    kernel: Size
    stride: Size | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps; give one unit for each place of the window."""
        rows, columns = self.window(xs[0])
        return Shape(xs[0].channels, rows.outputs, columns.outputs)

    def window(self, x: Shape) -> tuple[Span, Span]:
        """Tell the window: rows, columns."""
        return spans(x, self.kernel, self.stride or self.kernel)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a coefficient and a bias for each map."""
        coefficient = alike(1, x.channels)
        return x.channels * (coefficient + 1)

    def biases(self, x: Shape, y: Shape) -> int:
        """Count one bias for each map."""
        return x.channels

    def neurons(self, y: Shape) -> int:
        """Count every unit of every map."""
        return y.size

    def connections(self, x: Shape, y: Shape) -> int:
        """Count for each unit the taps of its window and its bias."""
        height, width = self.kernel
        return y.channels * y.height * y.width * (height * width + 1)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the sum of each window, then the coefficient and the bias."""
        height, width = self.kernel
        return Work(add=y.size * (height * width - 1) + y.size, mul=y.size)
