"""Convolutions and pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason
from archcalc.ops.span import Span
from archcalc.readers.onnx.call import Call, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.onnx.values import Dims, Maps


def conv(call: Call) -> Maps:
    """Read a convolution in any dimension; its kernel may be computed, then it is no weight."""
    x, kernel, groups = _kernel(call)
    window = _window(call, x, kernel[2:])
    if kernel[1] * groups != x.dims[1]:
        raise _unlike(x, kernel, groups)
    return call.add("conv", x, axis=1, filters=kernel[0], groups=groups, **window, **_bias(call))


def deconv(call: Call) -> Maps:
    """Read a transposed convolution."""
    x, kernel, groups = _kernel(call)
    if kernel[0] != x.dims[1]:
        raise _unlike(x, kernel, groups)
    rank = len(kernel) - 2
    size = kernel[2:]
    stride, apart = (call.wholes(key, (1,) * rank) for key in ("strides", "dilations"))
    more = call.wholes("output_padding", (0,) * rank)
    pads = list(call.wholes("pads", (0,) * (2 * rank)))
    _positive(stride, rank, "strides")
    _positive(apart, rank, "dilations")
    asked = call.wholes("output_shape")[-rank:]
    automatic = call.word("auto_pad", "NOTSET")
    extents = []
    for i, extent in enumerate(x.dims[2:]):
        whole = (extent - 1) * stride[i] + more[i] + (size[i] - 1) * apart[i] + 1
        if asked or automatic.startswith("SAME"):
            wanted = asked[i] if asked else extent * stride[i]
            cut = max(0, whole - wanted)
            small, large = cut // 2, cut - cut // 2
            pads[i], pads[rank + i] = (
                (small, large) if automatic != "SAME_LOWER" else (large, small)
            )
        extents.append(whole - pads[i] - pads[rank + i])
    if min(extents) < 1 or min(more) < 0:
        raise Reason("window-does-not-fit", f"nothing comes out: {extents}")
    return call.add(
        "deconv",
        x,
        axis=1,
        dims=(x.dims[0], kernel[1] * groups, *extents),
        filters=kernel[1] * groups,
        kernel=size,
        stride=stride,
        padding=_both(tuple(pads)),
        output_padding=more,
        dilation=apart,
        groups=groups,
        **_bias(call),
    )


def pool(word: str) -> Callable[[Call], Maps]:
    """Read a pool, whose last window may lie over the edge."""

    def rule(call: Call) -> Maps:
        x = call.first(rank=3)
        kernel = call.wholes("kernel_shape")
        if not kernel or len(kernel) != len(x.dims) - 2:
            raise Reason("missing-key", f"`kernel_shape` is {list(kernel)}, for {list(x.dims)}")
        window = _window(call, x, kernel)
        apart = window.pop("dilation")
        if any(n != 1 for n in apart):
            raise Unknown(
                "a pool whose cells lie apart has no op here", _outputs(call, x, window, apart)
            )
        if word == "avgpool":
            window["count_padding"] = bool(call.whole("count_include_pad", 0))
        ceil = bool(call.whole("ceil_mode", 0))
        return call.add(word, x, axis=1, ceil=ceil, **window)

    return rule


def _outputs(call: Call, x: Maps, window: dict[str, Any], apart: Dims) -> Dims | None:
    """Tell what comes out of a window whose cells lie apart; None if it does not fit."""
    ceil = bool(call.whole("ceil_mode", 0))
    before, after = window["padding"][::2], window["padding"][1::2]
    places = zip(x.dims[2:], window["kernel"], window["stride"], before, after, strict=True)
    spans = [Span(*five, gap, ceil) for five, gap in zip(places, apart, strict=True)]
    dims = (*x.dims[:2], *(span.outputs for span in spans))
    return dims if min(dims) > 0 else None


def global_pool(word: str) -> Callable[[Call], Maps]:
    """Read a pool over all places."""

    def rule(call: Call) -> Maps:
        x = call.first(rank=3)
        dims = (*x.dims[:2], *(1 for _ in x.dims[2:]))
        return call.add(word, x, axis=1, dims=dims)

    return rule


def lrn(call: Call) -> Maps:
    """Read a local response normalisation. ONNX divides alpha by the size, as Caffe does."""
    size = call.whole("size", 5)
    return call.add(
        "lrn",
        call.first(),
        axis=1,
        size=size,
        alpha=call.exact("alpha", "0.0001") / max(size, 1),
        beta=call.exact("beta", "0.75"),
        k=call.exact("bias", "1"),
    )


def _kernel(call: Call) -> tuple[Maps, Dims, int]:
    x, kernel, groups = call.first(), call.array(1), call.whole("group", 1)
    if kernel is None:
        raise Unknown("its kernel depends on the input")
    rank = len(x.dims)
    if rank < 3 or len(kernel.dims) != rank or groups < 1 or min(kernel.dims) < 1:
        shapes = f"{list(x.dims)} and a kernel of {list(kernel.dims)}"
        raise Reason("wrong-rank", f"`{call.node.op}` of {shapes} in {groups} groups")
    told = call.wholes("kernel_shape", kernel.dims[2:])
    if told != kernel.dims[2:]:
        message = f"`kernel_shape` is {list(told)}, the kernel {list(kernel.dims)}"
        raise Reason("unlike-shapes", message, key="kernel_shape")
    return x, kernel.dims, groups


def _bias(call: Call) -> dict[str, Any]:
    return {"bias": call.has(2)}


def _window(call: Call, x: Maps, kernel: Dims) -> dict[str, Any]:
    """Read where a window lies: what is not told is found from the size of the maps."""
    rank = len(kernel)
    stride = _positive(call.wholes("strides", (1,) * rank), rank, "strides")
    apart = _positive(call.wholes("dilations", (1,) * rank), rank, "dilations")
    _positive(kernel, rank, "kernel_shape")
    automatic = call.word("auto_pad", "NOTSET")
    pads = call.wholes("pads", (0,) * (2 * rank))
    if automatic.startswith("SAME"):
        pads = _same(x.dims[-rank:], kernel, stride, apart, low=automatic == "SAME_LOWER")
    elif automatic == "VALID":
        pads = (0,) * (2 * rank)
    if len(pads) != 2 * rank or min(pads, default=0) < 0:
        message = f"`pads` are {list(pads)}: two numbers of 0 or more for each of {rank} extents"
        raise Reason("wrong-type", message, key="pads")
    return {"kernel": kernel, "stride": stride, "dilation": apart, "padding": _both(pads)}


def _same(extents: Dims, kernel: Dims, stride: Dims, apart: Dims, *, low: bool) -> Dims:
    """Pad so that as many come out as there are steps; one more behind, or before if `low`."""
    first, second = [], []
    for size, taps, step, gap in zip(extents, kernel, stride, apart, strict=True):
        missing = max(
            0, (-(-size // step) - 1) * step + Span(size, taps, dilation=gap).extent - size
        )
        small, large = missing // 2, missing - missing // 2
        first.append(large if low else small)
        second.append(small if low else large)
    return (*first, *second)


def _both(pads: Dims) -> Dims:
    """Write pads extent by extent: ONNX has all that lie before, then all behind."""
    rank = len(pads) // 2
    return tuple(n for pair in zip(pads[:rank], pads[rank:], strict=True) for n in pair)


def _positive(sizes: Dims, rank: int, key: str) -> Dims:
    if len(sizes) != rank or min(sizes, default=0) < 1:
        message = f"`{key}` are {list(sizes)}: a number of 1 or more for each of {rank} extents"
        raise Reason("wrong-type", message, key=key)
    return sizes


def _unlike(x: Maps, kernel: Dims, groups: int) -> Reason:
    message = f"a kernel of {list(kernel)} in {groups} groups does not fit maps of {list(x.dims)}"
    return Reason("unlike-shapes", message)
