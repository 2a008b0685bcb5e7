"""Ops on whole numbers: the layers that they are, and what it takes to round to them and back.

Scales and zero points stand beside the weights and are no parameters; they are folded into the
rounding of what comes out, as ONNX has it, and count nothing by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.readers.onnx import dense, windows
from archcalc.readers.onnx.values import Maps

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.onnx.call import Call


def layer(rule: Callable[[Call], Maps], *positions: int) -> Callable[[Call], Maps]:
    """Read a layer of whole numbers as the layer that it is: by its maps, its kernel, its bias."""

    def read(call: Call) -> Maps:
        kept = [call.values[n] if n < len(call.values) else None for n in positions]
        return rule(call._replace(values=tuple(kept)))

    return read


conv = layer(windows.conv, 0, 3, 8)
"""Of QLinearConv: x, its scale and zero, the kernel, its own, those of the output, a bias."""
conv_integer = layer(windows.conv, 0, 1)
matmul = layer(dense.matmul, 0, 3)
matmul_integer = layer(dense.matmul, 0, 1)


def quantise(call: Call) -> Maps:
    """Divide by the scale, round, add the zero point, and keep within the type."""
    call.first()
    return call.each(div=1, add=int(call.has(2)), cmp=2)


def dequantise(call: Call) -> Maps:
    """Subtract the zero point, and multiply by the scale."""
    call.first()
    return call.each(mul=1, add=int(call.has(2)))


def quantise_as_met(call: Call) -> list[Maps]:
    """Find the range of what comes in, and divide by the scale that it gives."""
    x = call.first()
    n = call.sample(x.dims)
    y = call.does(x.dims, x.axis, div=n, add=n, cmp=2 * n + 2 * (n - 1))
    return [y, Maps(y.output), Maps(y.output)]
