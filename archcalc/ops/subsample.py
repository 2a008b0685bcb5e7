"""LeCun's trained subsampling."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import alike
from archcalc.ops.op import Role, Shape, Weight, Weighted, Work
from archcalc.ops.weight import bias
from archcalc.ops.window import spans, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Size
    from archcalc.ops.span import Span


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
    role: ClassVar[Role] = "pool"
    label: ClassVar[str] = "subsampling"
    manner: ClassVar[str] = "subsampling"

    kernel: Size
    stride: Size | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Keep the maps; give one unit for each place of the window."""
        return Shape(xs[0].channels, *[span.outputs for span in self.window(xs[0])])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window along each extent."""
        return spans(x, self.kernel, self.stride or self.kernel)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a coefficient and a bias for each map."""
        coefficient = alike(1, x.channels)
        return x.channels * (coefficient + 1)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the coefficients, which make an average at first, and the biases."""
        average = 1 / self._taps(x)
        return Weight("coefficient", "weight", (x.channels,), average), bias(x.channels)

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count every unit of every map."""
        return y.size

    def connections(self, x: Shape, y: Shape) -> int:
        """Count for each unit the taps of its window and its bias."""
        return y.size * (self._taps(x) + 1)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the sum of each window, then the coefficient and the bias."""
        return Work(add=y.size * (self._taps(x) - 1) + y.size, mul=y.size)

    def _taps(self, x: Shape) -> int:
        return prod(spread(self.kernel, x.rank))
