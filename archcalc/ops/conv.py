"""Convolution (in networks: cross-correlation)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import alike, known
from archcalc.errors import Reason
from archcalc.ops.op import Shape, Weight, Weighted, Work
from archcalc.ops.weight import bias
from archcalc.ops.window import spans, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Bias, Count, Padding, Size, Table
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Conv(Weighted):
    """Slide `filters` kernels over the feature maps; each output map has one kernel and one bias.

        x  C  H  W        kernel  filters  C/groups  kh  kw     (with a table: pairs kh kw)
        y  C' H' W'       bias    filters                       (untied: C' H' W')

    C' = filters; H', W' by the window, which may have one extent, two or three. `groups` split the
    maps of x and of y into parts that do not see each other. A `table` lists for each output map
    the input maps that feed it; kernels exist for these pairs only. Work: a mac for each tap of
    each output unit, padded taps included, and an add for its bias. Raises a `Reason` if groups do
    not divide the maps, the table names a missing map, or the window does not fit.

    >>> c1 = Conv(filters=6, kernel=(5, 5))
    >>> x = Shape(1, 32, 32)
    >>> y = c1.shape(x)
    >>> str(y), c1.parameters(x, y), c1.connections(x, y)
    ('6x28x28', 156, 122304)

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.A; groups: Krizhevsky et al. 2012, 3.5.
    """

    main: ClassVar[str] = "filters"
    reason: ClassVar[str] = "a convolution has no running statistics"
    label: ClassVar[str] = "convolutions"
    manner: ClassVar[str] = "convolutions"
    grows: ClassVar[str] = "a convolution has a weight for every map that reaches it"

    filters: Count | None = None
    kernel: Size
    stride: Size = (1,)
    padding: Padding = (0, 0)
    dilation: Size = (1,)
    groups: Count = 1
    bias: Bias = True
    table: Table | None = None
    ceil: bool = False

    def shape(self, *xs: Shape) -> Shape:
        """Give C' = filters maps, one unit for each place of the window."""
        (x,) = xs
        self._check(x.channels)
        return Shape(self._maps(), *[span.outputs for span in self.window(x)])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window along each extent."""
        return spans(x, self.kernel, self.stride, self.padding, self.dilation, ceil=self.ceil)

    def fans(self, x: Shape) -> list[tuple[int, int]]:
        """List (number of output maps, input maps that feed each of them), fewest first."""
        if self.table is None:
            return [(self._maps(), x.channels // self.groups)]
        rows = Counter(len(row) for row in self.table)
        return [(alike(rows[maps], self.kernel[0]), maps) for maps in sorted(rows)]

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a kernel for each pair of maps, and the biases."""
        if self.bias == "untied":
            return self._weights(x) + y.size
        return self._fan_in(x)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the kernels of all pairs of maps, and the biases: one a map, or a unit if untied."""
        pairs: tuple[int, ...] = (self._maps(), x.channels // self.groups)
        if self.table is not None:
            pairs = (sum(map(len, self.table)),)
        kernel = Weight("kernel", "weight", (*pairs, *spread(self.kernel, x.rank)))
        if not self.bias:
            return (kernel,)
        return kernel, bias(*(y if self.bias == "untied" else (self._maps(),)))

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count every unit of every output map."""
        return y.size

    def connections(self, x: Shape, y: Shape) -> int:
        """Count at each place of the window one tap for each weight, and the biases."""
        fan_in = self._fan_in(x)
        shared = fan_in if self.bias == "untied" else known(fan_in)
        return shared * y.places

    def connections_in_bounds(self, x: Shape, y: Shape) -> int:
        """Count pairs of maps times the taps that fall on x, and the biases."""
        taps = known(sum(maps * fan for maps, fan in self.fans(x)))
        for span in self.window(x):
            taps *= known(span.taps_in_bounds())
        return taps + y.size if self.bias else taps

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a mac for each tap, an add for each bias."""
        mac = known(self._weights(x)) * y.places
        return Work(mac=mac, add=y.size if self.bias else 0)

    def _maps(self) -> int:
        return self.filters or len(self.table or ())

    def _weights(self, x: Shape) -> int:
        taps = prod(spread(self.kernel, x.rank))
        return sum(maps * (taps * fan) for maps, fan in self.fans(x))

    def _fan_in(self, x: Shape) -> int:
        """Sum over the output maps what one unit of each reads: its taps and its bias."""
        if not self.bias:
            return self._weights(x)
        taps = prod(spread(self.kernel, x.rank))
        return sum(maps * (taps * fan + 1) for maps, fan in self.fans(x))

    def _check(self, channels: int) -> None:
        if self.table is not None:
            _check_table(self.table, channels, self.filters, self.groups)
        elif self.filters is None:
            raise Reason("missing-key", "`conv` needs its `filters`, or a `table`")
        elif channels % self.groups or self.filters % self.groups:
            raise Reason(
                "groups-do-not-divide",
                f"{self.groups} groups do not divide {channels} input maps "
                f"and {self.filters} filters evenly",
                key="groups",
            )


def _check_table(table: Table, channels: int, filters: int | None, groups: int) -> None:
    if groups != 1:
        raise Reason("bad-table", "a table and groups exclude each other", key="groups")
    if filters not in (None, len(table)):
        raise Reason(
            "bad-table", f"the table has {len(table)} rows for {filters} filters", key="table"
        )
    for position, row in enumerate(table):
        if max(row) >= channels:
            raise Reason(
                "bad-table",
                f"output map {position} reads input map {max(row)}, "
                f"but there are {channels} (0 to {channels - 1})",
                key="table",
            )
