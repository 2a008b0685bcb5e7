"""Windows as nodes of ONNX."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.exports.onnx.emitting import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.exports.onnx.emitting import Emitter
    from archcalc.exports.onnx.wire import Attribute


def _window(e: Emitter) -> dict[str, Attribute]:
    """Write kernel, stride and padding; what an overhanging window reads is padding too."""
    spans = e.op.window(e.x)
    if len(e.op.kernel) != e.x.rank:
        raise refused(f"ONNX has no window of {len(e.op.kernel)} dimensions on maps of {e.x.rank}")
    before = [span.before for span in spans]
    after = [
        max(span.after, span.read - span.size - span.before) if span.ceil else span.after
        for span in spans
    ]
    return {
        "kernel_shape": list(e.op.kernel),
        "strides": [span.stride for span in spans],
        "pads": [*before, *after],
    }


def conv(e: Emitter) -> str:
    """Write a convolution; one with a table as one kernel for each pair, and sums of their maps."""
    how = {**_window(e), "dilations": list(e.op.dilation)}
    if e.op.table is not None:
        y = _table(e, how)
    else:
        bias = [e.array("bias")] if e.op.bias is True else []
        y = e.add("Conv", e.maps(), e.array("kernel"), *bias, group=e.op.groups, **how)
    if e.op.bias == "untied" or (e.op.bias and e.op.table is not None):
        sizes = tuple(e.y) if e.op.bias == "untied" else (e.y.channels, *[1] * e.y.rank)
        y = e.add("Add", y, e.array("bias", *sizes))
    return y


def _table(e: Emitter, how: dict[str, Attribute]) -> str:
    read = [i for row in e.op.table for i in row]
    x = e.add("Gather", e.maps(), e.ints(*read), axis=1)
    kernel = e.array("kernel", len(read), 1, *e.op.kernel)
    pairs = e.add("Conv", x, kernel, group=len(read), **how)
    sums, start = [], 0
    for row in e.op.table:
        part = e.add("Slice", pairs, e.ints(start), e.ints(start + len(row)), e.ints(1))
        sums.append(e.add("ReduceSum", part, e.ints(1), keepdims=1) if len(row) > 1 else part)
        start += len(row)
    return e.add("Concat", *sums, axis=1)


def deconv(e: Emitter) -> str:
    """Write a transposed convolution."""
    op = e.op
    bias = [e.array("bias")] if op.bias else []
    return e.add(
        "ConvTranspose", e.maps(), e.array("kernel"), *bias,
        kernel_shape=list(op.kernel), strides=list(op.stride), dilations=list(op.dilation),
        pads=[*op.padding[::2], *op.padding[1::2]], output_padding=list(op.output_padding),
        group=op.groups,
    )  # fmt: skip


def maxpool(e: Emitter) -> str:
    """Write a pool, whose padding is never the largest."""
    return e.add("MaxPool", e.maps(), **_window(e))


def avgpool(e: Emitter) -> str:
    """Write an average; of a given number of outputs extent by extent if windows are unlike."""
    if e.op.output is not None:
        if any(n % size for n, size in zip(e.x.extents, e.y.extents, strict=True)):
            return _unlike(e)
        sizes = [n // size for n, size in zip(e.x.extents, e.y.extents, strict=True)]
        return e.add("AveragePool", e.maps(), kernel_shape=sizes, strides=sizes)
    how, spans = _window(e), e.op.window(e.x)
    over = any(span.ceil and span.read > span.size + span.before + span.after for span in spans)
    padded = any(span.before or span.after for span in spans)
    if over and padded and e.op.count_padding:
        raise refused("an average that counts its padding, but not what overhangs, is none of ONNX")
    counts = int(padded and e.op.count_padding)
    return e.add("AveragePool", e.maps(), count_include_pad=counts, **how)


def _unlike(e: Emitter) -> str:
    """Average windows whose sizes are not the same, cut out one by one along each extent."""
    y = e.maps()
    for axis, (size, many) in enumerate(zip(e.x.extents, e.y.extents, strict=True), 2):
        cuts = [(i * size // many, -(-(i + 1) * size // many)) for i in range(many)]
        parts = [e.add("Slice", y, e.ints(a), e.ints(b), e.ints(axis)) for a, b in cuts]
        means = [e.add("ReduceMean", part, e.ints(axis), keepdims=1) for part in parts]
        y = e.add("Concat", *means, axis=axis)
    return y


def whole(op: str) -> Callable[[Emitter], str]:
    """Write a pool over all places; a vector has two extents, whatever the map had."""

    def rule(e: Emitter) -> str:
        y = e.add(op, e.maps())
        return y if e.x.rank == e.y.rank else e.add("Reshape", y, e.ints(0, *e.y))

    return rule


def subsample(e: Emitter) -> str:
    """Write the sum of each window, times a coefficient, plus a bias."""
    ones = [1] * e.x.rank
    mean = e.add("AveragePool", e.maps(), **_window(e))
    total = e.add("Mul", mean, e.real(prod(e.op.kernel)))
    scaled = e.add("Mul", total, e.array("coefficient", e.x.channels, *ones))
    return e.add("Add", scaled, e.array("bias", e.x.channels, *ones))
