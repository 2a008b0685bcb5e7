"""Transposed convolution."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.arithmetic import known
from archcalc.errors import Reason
from archcalc.ops.op import Shape, Weight, Weighted, Work
from archcalc.ops.shape import sides
from archcalc.ops.span import Span
from archcalc.ops.weight import bias
from archcalc.ops.window import along_kernel, extents_under, pads, spread

if TYPE_CHECKING:
    from archcalc.ops.fields import Count, Padding, Rest, Size


@dataclass(frozen=True, kw_only=True)
class Deconv(Weighted):
    """Turn a convolution round: lay kernels, times each element of x, by the stride, and add up.

        x  C  H  W        kernel  C  filters/groups  kh  kw
        y  filters H' W'  bias    filters

    It is the way back through a convolution from y to x.
    H' = (H - 1)·stride + (kh - 1)·dilation + 1 - padding + output_padding: padding is cut off from
    y, and `output_padding` are rows more, that the turned convolution would not have read. Work: a
    mac for each element of x, tap and map, those cut off included, and an add for each bias. Raises
    a `Reason` if groups do not divide the maps, the output padding is not below the stride, or
    nothing is left.

    >>> up = Deconv(filters=30, kernel=(3, 3), stride=(2, 2), bias=False)
    >>> x = Shape(30, 256, 256)
    >>> y = up.shape(x)
    >>> str(y), up.parameters(x, y), up.work(x, y).mac  # 30·30·3·3, each for 256·256 places
    ('30x513x513', 8100, 530841600)

    Source: Zeiler, Krishnan, Taylor, Fergus 2010, Deconvolutional networks; Dumoulin, Visin 2016.
    """

    main: ClassVar[str] = "filters"
    reason: ClassVar[str] = "a transposed convolution has no running statistics"
    label: ClassVar[str] = "transposed convolutions"
    manner: ClassVar[str] = "transposed convolutions"
    grows: ClassVar[str] = "a transposed convolution has a weight for every map that reaches it"

    filters: Count
    kernel: Size
    stride: Size = (1,)
    padding: Padding = (0, 0)
    output_padding: Rest = (0,)
    dilation: Size = (1,)
    groups: Count = 1
    bias: bool = True

    def shape(self, *xs: Shape) -> Shape:
        """Give `filters` maps, of the size that the turned convolution would read."""
        (x,) = xs
        if x.channels % self.groups or self.filters % self.groups:
            raise Reason(
                "groups-do-not-divide",
                f"{self.groups} groups do not divide {x.channels} input maps "
                f"and {self.filters} filters evenly",
                key="groups",
            )
        return Shape(self.filters, *[span.size for span in self.turned(x)])

    def turned(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window of the convolution that this one turns round: it lies over y."""
        kernel = spread(self.kernel, x.rank)
        rank = len(kernel)
        extents = extents_under(x, kernel)
        steps, rests, apart = (
            along_kernel(kernel, getattr(self, key), key)
            for key in ("stride", "output_padding", "dilation")
        )
        cells = self._cells(x, kernel, steps, apart)
        found = [Span(extent, 1) for extent in extents[:-rank]]
        for i, (extent, side) in enumerate(zip(extents[-rank:], sides(rank), strict=True)):
            if rests[i] >= steps[i]:
                message = f"an output padding of {rests[i]} is not below the stride {steps[i]}"
                raise Reason("output-padding-too-large", message, key="output_padding")
            before, after = cells[2 * i : 2 * i + 2]
            whole = (extent - 1) * steps[i] + (kernel[i] - 1) * apart[i] + 1 + rests[i]
            if before + after >= whole:
                message = f"a padding of {before} + {after} leaves nothing of the {side} {whole}"
                raise Reason("nothing-left", message, key="padding")
            size = whole - before - after
            found.append(Span(size, kernel[i], steps[i], before, after, apart[i]))
        return tuple(found)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window of a stride of 1; by another one, places differ in what they see."""
        turned = self.turned(x)
        if any(span.stride > 1 for span in turned):
            return None
        found = []
        for extent, span in zip(extents_under(x, (1,) * len(turned)), turned, strict=True):
            before = span.reach - span.before
            after = span.size - extent - before + span.reach
            found.append(Span(extent, span.kernel, 1, before, after, span.dilation))
        return tuple(found)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a kernel for each pair of maps, and the biases."""
        return self._weights(x) + self.filters if self.bias else self._weights(x)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the kernels of all pairs of maps, and the biases."""
        pairs = (x.channels, self.filters // self.groups)
        kernel = Weight("kernel", "weight", (*pairs, *spread(self.kernel, x.rank)))
        return (kernel, bias(self.filters)) if self.bias else (kernel,)

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count every unit of every output map."""
        return y.size

    def connections(self, x: Shape, y: Shape) -> int:
        """Count the taps of each element of x, those cut off included, and the biases."""
        taps = known(self._weights(x)) * x.places
        return taps + y.size if self.bias else taps

    def connections_in_bounds(self, x: Shape, y: Shape) -> int:
        """Count pairs of maps times the taps that fall on y, and the biases."""
        taps = known(x.channels * (self.filters // self.groups))
        for span in self.turned(x):
            taps *= known(span.taps_in_bounds())
        return taps + y.size if self.bias else taps

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a mac for each tap of each element of x, an add for each bias."""
        mac = known(self._weights(x)) * x.places
        return Work(mac=mac, add=y.size if self.bias else 0)

    def _weights(self, x: Shape) -> int:
        taps = prod(spread(self.kernel, x.rank))
        return x.channels * (taps * (self.filters // self.groups))

    def _cells(self, x: Shape, kernel: Size, steps: Size, apart: Size) -> tuple[int, ...]:
        """Tell the cells that are cut off; `same` leaves stride times as many as x has."""
        if self.padding != "same":
            return pads(x, kernel, steps, self.padding, apart)
        found: list[int] = []
        for taps, step, dilation in zip(kernel, steps, apart, strict=True):
            beyond = (taps - 1) * dilation + 1 - step
            if beyond < 0:
                message = f"`same` needs a kernel that reaches over the stride {step}"
                raise Reason("kernel-below-stride", message, key="padding")
            found += [beyond // 2, beyond - beyond // 2]
        return tuple(found)
