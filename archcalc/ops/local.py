"""The locally connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import known
from archcalc.ops.op import Shape, Weight, Weighted, Work
from archcalc.ops.weight import bias
from archcalc.ops.window import spans, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Padding, Size
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Local(Weighted):
    """Slide a window as a convolution does, but with kernels and biases of its own at each place.

        x  C  H  W        kernel  filters  H' W'  C  kh  kw
        y  filters H' W'  bias    filters  H' W'

    Nothing is shared: there are as many parameters as connections. Work: a mac for each tap of each
    output unit, padded taps included, and an add for its bias. Raises a `Reason` if the window does
    not fit.

    >>> l3 = Local(filters=16, kernel=(9, 9))
    >>> x = Shape(16, 63, 63)
    >>> y = l3.shape(x)
    >>> str(y), l3.parameters(x, y) == l3.connections(x, y) == 16 * 55 * 55 * (9 * 9 * 16 + 1)
    ('16x55x55', True)

    Source: LeCun 1989, Generalization and network design strategies (net 3); Taigman et al. 2014.
    """

    main: ClassVar[str] = "filters"
    reason: ClassVar[str] = "a locally connected layer has no running statistics"
    label: ClassVar[str] = "locally connected layers"
    manner: ClassVar[str] = "local connection"
    grows: ClassVar[str] = "a locally connected layer has weights for every place that reaches it"

    filters: Count
    kernel: Size
    stride: Size = (1,)
    padding: Padding = (0, 0)
    bias: bool = True

    def shape(self, *xs: Shape) -> Shape:
        """Give `filters` maps, one unit for each place of the window."""
        return Shape(self.filters, *[span.outputs for span in self.window(xs[0])])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window along each extent."""
        return spans(x, self.kernel, self.stride, self.padding)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count for each unit the taps of its window and its bias."""
        return y.size * (self._taps(x) + 1) if self.bias else y.size * self._taps(x)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the kernels of all units, and their biases."""
        kernel = Weight("kernel", "weight", (*y, x.channels, *spread(self.kernel, x.rank)))
        return (kernel, bias(*y)) if self.bias else (kernel,)

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count every unit of every output map."""
        return y.size

    def connections(self, x: Shape, y: Shape) -> int:
        """Count one connection for each parameter: none is shared."""
        return self.parameters(x, y)

    def connections_in_bounds(self, x: Shape, y: Shape) -> int:
        """Count pairs of maps times the taps that fall on x, and the biases."""
        taps = known(self.filters * x.channels)
        for span in self.window(x):
            taps *= known(span.taps_in_bounds())
        return taps + y.size if self.bias else taps

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a mac for each tap, an add for each bias."""
        return Work(mac=y.size * self._taps(x), add=y.size if self.bias else 0)

    def _taps(self, x: Shape) -> int:
        return prod(spread(self.kernel, x.rank)) * x.channels
