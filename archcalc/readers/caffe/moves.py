"""Caffe's layers that arrange, enlarge or sum up what they read."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.ops.op import Shape
from archcalc.readers.caffe.blob import LOWEST, Plan, Unknown, stated

if TYPE_CHECKING:
    from archcalc.readers.caffe.blob import Blob
    from archcalc.readers.caffe.message import CaffeLayer, Fields


def flatten(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read how axes become one."""
    own = layer.about("flatten_param")
    first, last = blob.axis(own), blob.axis(own, "end_axis", -1)
    if first == 1 and last == blob.axes - 1:
        return Plan("flatten", {}, 2)
    if first == 0 or last < first:
        return Unknown("it mixes the samples of a batch")
    shape = blob.shape[: blob.axes - 1]
    output = Shape(*shape[: first - 1], prod(shape[first - 1 : last]), *shape[last:])
    return moved(output, blob.axes - (last - first))


def reshape(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read how the elements are arranged anew: 0 keeps an extent, -1 takes what is left."""
    own = layer.about("reshape_param")
    before = [0, *blob.shape[: blob.axes - 1]]
    start, count = own.whole("axis", 0, least=LOWEST), own.whole("num_axes", -1, least=-1)
    start += len(before) + 1 if start < 0 else 0
    stop = len(before) if count == -1 else start + count
    if not 0 <= start <= stop <= len(before):
        raise Reason("wrong-type", f"axes {start} to {stop} of a blob of {blob.axes} axes")
    dims = own.within("shape").wholes("dim", least=-1)
    kept = dict(enumerate(before[start:]))
    asked = [kept.get(i, 0) if dim == 0 else dim for i, dim in enumerate(dims)]
    batch, *target = [*before[:start], *asked, *before[stop:]] or [1]
    return _arranged(blob, batch, target) or Unknown("it mixes the samples of a batch")


def _arranged(blob: Blob, batch: int, target: list[int]) -> Plan | None:
    """Arrange the elements of each sample; None where those of a batch are mixed."""
    size, told = blob.shape.size, prod(dim for dim in target if dim != -1)
    if told == size and -1 not in target and batch in {-1, blob.batch}:
        batch = 0
    if batch != 0 or not target or not told:
        return None
    if target.count(-1) > 1 or size % told or (-1 not in target and told != size):
        message = f"{blob.shape} cannot be arranged as {'x'.join(map(str, target))}"
        raise Reason("wrong-type", message)
    output = Shape(*[size // told if dim == -1 else dim for dim in target])
    return moved(output, len(target) + 1)


def moved(output: Shape, axes: int) -> Plan:
    """Arrange elements anew: as a vector, or in any other way."""
    if output.is_vector:
        return Plan("flatten", {}, axes)
    return Plan("reshape", {"output": (*output,)}, axes)


def permute(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read how axes change places."""
    order = layer.about("permute_param").wholes("order", least=0)
    order += [axis for axis in range(blob.axes) if axis not in order]
    if sorted(order) != list(range(blob.axes)):
        raise Reason("wrong-type", f"{order} is no order of {blob.axes} axes", key="order")
    if order[0] != 0:
        return Unknown("it mixes the samples of a batch")
    if order == list(range(blob.axes)):
        return Plan("identity", {})
    return Plan("permute", {"order": tuple(axis - 1 for axis in order[1:])})


def interpolate(layer: CaffeLayer, blob: Blob) -> Plan:
    """Read an enlargement by straight lines between pixels."""
    own = layer.about("interp_param")
    pads = own.whole("pad_beg", 0, least=LOWEST) + own.whole("pad_end", 0, least=LOWEST)
    extents = [extent + pads for extent in blob.shape.extents]
    shrink, zoom = own.whole("shrink_factor", 1), own.whole("zoom_factor", 1)
    extents = [(extent - 1) // shrink + 1 for extent in extents]
    extents = [extent + (extent - 1) * (zoom - 1) for extent in extents]
    if own.has("height") or own.has("width"):
        extents = [own.whole("height", 1), own.whole("width", 1)]
    if min(extents) < 1:
        raise Reason("wrong-type", "nothing is left of the map")
    return Plan("upsample", {"output": tuple(extents), "mode": "bilinear"})


def upsample(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read an enlargement that repeats pixels."""
    own = layer.about("upsample_param")
    if len(layer.bottoms) > 1:
        return stated(_enlarged(own, blob.shape))  # values go back to where a pool found them
    factor = own.whole("scale", own.whole("stride", 2))
    return Plan("upsample", {"scale": (factor,) * blob.shape.rank})


def _enlarged(own: Fields, x: Shape) -> Shape:
    factor = own.whole("scale", 2)
    height, width = (
        own.whole("upsample_h", x.height * factor),
        own.whole("upsample_w", x.width * factor),
    )
    return Shape(x.channels, height, width)


def reduction(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read a sum or a mean over all axes from one on."""
    own = layer.about("reduction_param")
    how, axis = (
        own.choice("operation", "?", "SUM", "ASUM", "SUMSQ", "MEAN", default="SUM"),
        blob.axis(own, default=0),
    )
    if axis == 0:
        return Unknown("it mixes the samples of a batch")
    if how == "MEAN" and axis == 2:
        return Plan("globalavgpool", {}, 2)
    output = Shape(*blob.shape[: axis - 1]) if axis > 1 else Shape(1)
    n, sums = blob.shape.size, output.size
    more = {"SUMSQ": {"mul": n}, "ASUM": {"cmp": n}, "MEAN": {"div": sums}}.get(how, {})
    return stated(output, axis, add=n - sums, **more)


def shuffle(layer: CaffeLayer, _: Blob) -> Plan:
    """Read a shuffle of channels."""
    return Plan("shuffle", {"groups": layer.about("shuffle_channel_param").whole("group", 1)})


def region_pool(layer: CaffeLayer, blob: Blob) -> Unknown:
    """Read a pool over regions: what comes out is told for one of them."""
    own = layer.fields.within("roi_pooling_param", "roi_align_param", "psroi_pooling_param")
    why = "a region of it is counted once; how many there are is not known"
    if own.has("output_dim"):
        side = own.whole("group_size", 1)
        return Unknown(why, Shape(own.whole("output_dim", 1), side, side))
    height, width = own.whole("pooled_h", 1), own.whole("pooled_w", 1)
    return Unknown(why, Shape(blob.shape.channels, height, width), (), 4)
