"""Caffe's layers that slide a window: convolutions round its sizes down, pools up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.caffe.blob import Plan, Unknown

if TYPE_CHECKING:
    from archcalc.readers.caffe.blob import Blob
    from archcalc.readers.caffe.message import CaffeLayer, Fields


def convolution(layer: CaffeLayer, blob: Blob) -> Plan:
    """Read a convolution; a depthwise one has a group for each map."""
    own = layer.about("convolution_param")
    fields = _filters(own, blob)
    if "depthwise" in layer.kind:
        fields["groups"] = blob.shape.channels
    return Plan("conv", fields)


def deconvolution(layer: CaffeLayer, blob: Blob) -> Plan:
    """Read a transposed convolution, whose fields are those of a convolution."""
    return Plan("deconv", _filters(layer.about("convolution_param"), blob))


def _filters(own: Fields, blob: Blob) -> dict[str, object]:
    if not own.has("num_output"):
        raise Reason("missing-key", "a convolution needs its `num_output`")
    if blob.axis(own) != 1:
        raise Reason("wrong-type", "a convolution over another axis than that of the channels")
    kernel = _sizes(own, "kernel_size", "kernel", blob, 0)
    if 0 in kernel:
        raise Reason("missing-key", "a convolution needs its `kernel_size`")
    return {
        "filters": own.whole("num_output", 1),
        "kernel": kernel,
        "stride": _sizes(own, "stride", "stride", blob, 1),
        "padding": _both_sides(_sizes(own, "pad", "pad", blob, 0, least=0)),
        "dilation": _sizes(own, "dilation", "dilation", blob, 1),
        "groups": own.whole("group", 1),
        "bias": own.truth("bias_term", default=True),
    }


def pooling(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read a pool. Its last window may lie over the edge, unless the file says otherwise."""
    own = layer.about("pooling_param")
    pool = own.choice("pool", "MAX", "AVE", "STOCHASTIC")
    if own.truth("global_pooling", default=False):
        if pool == "AVE":
            return Plan("globalavgpool", {}, blob.axes)
        size = blob.shape.extents
        fields: dict[str, object] = {"kernel": size, "stride": (1,) * len(size)}
    else:
        kernel = _sizes(own, "kernel_size", "kernel", blob, 0)
        if 0 in kernel:
            raise Reason("missing-key", "a pool needs its `kernel_size`, or `global_pooling`")
        fields = {
            "kernel": kernel,
            "stride": _sizes(own, "stride", "stride", blob, 1),
            "padding": _both_sides(_sizes(own, "pad", "pad", blob, 0, least=0)),
            "ceil": own.choice("round_mode", "CEIL", "FLOOR") == "CEIL"
            and own.truth("ceil_mode", default=True),
        }
    if pool == "STOCHASTIC":
        return Unknown("stochastic pooling has no op here")
    return Plan("maxpool" if pool == "MAX" else "avgpool", fields)


def _sizes(  # noqa: PLR0913 - the two ways to write a size
    own: Fields, key: str, short: str, blob: Blob, default: int, *, least: int = 1
) -> tuple[int, ...]:
    """Read a size for each extent: `kernel_h` and `kernel_w`, or one number, or one for each."""
    rank = blob.shape.rank
    if own.has(f"{short}_h") or own.has(f"{short}_w"):
        height = own.whole(f"{short}_h", default, least=least)
        return (height, own.whole(f"{short}_w", default, least=least))
    found = own.wholes(key, least=least) or [default]
    if len(found) not in {1, rank}:
        message = f"`{key}` stands {len(found)} times, and a map has {rank} extents"
        raise Reason("wrong-type", message, key=key)
    return tuple(found * rank if len(found) == 1 else found)


def _both_sides(cells: tuple[int, ...]) -> tuple[int, ...]:
    return tuple([number for number in cells for _ in (0, 1)])
