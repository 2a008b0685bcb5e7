"""Caffe's layers that read one map: the op that each is, with its fields, from what enters it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason
from archcalc.ops.op import Shape
from archcalc.ops.shape import SIDES, sides

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.assembly import Output
    from archcalc.readers.caffe.message import Fields, Layer

LOWEST = -1_000


class Blob(NamedTuple):
    """The shape of what enters a layer; `axes` counts Caffe's own, that of the batch among them."""

    shape: Shape
    axes: int

    def axis(self, fields: Fields, key: str = "axis", default: int = 1) -> int:
        """Read which axis is meant, counted from that of the batch."""
        asked = fields.whole(key, default, least=LOWEST)
        axis = asked + self.axes if asked < 0 else asked
        if not 0 <= axis < self.axes:
            message = f"`{key}` is {asked}, and the blob has {self.axes} axes"
            raise Reason("wrong-type", message)
        return axis

    def along(self, axis: int) -> dict[str, object]:
        """Name an axis, counted from that of the batch, as ops do; the channels go without."""
        if axis == 1:
            return {}
        if self.shape.rank > len(SIDES):
            raise Reason("not-read", f"an axis of {self.shape} has no name")
        return {"axis": sides(self.shape.rank)[axis - 2]}


class Top(NamedTuple):
    """What a layer gives, and how many axes Caffe has for it."""

    output: Output
    axes: int = 4


class Plan(NamedTuple):
    """The op that a layer is: its word and fields, and Caffe's number of axes of what comes out."""

    word: str
    fields: dict[str, object]
    axes: int | None = None


class Unknown(NamedTuple):
    """A layer without an op here: why, what comes out if that is known, and what it holds."""

    why: str
    output: Shape | None = None
    holds: tuple[tuple[str, tuple[int, ...]], ...] = ()
    axes: int | None = None


def convolution(layer: Layer, blob: Blob) -> Plan:
    """Read a convolution; a depthwise one has a group for each map."""
    own = layer.about("convolution_param")
    fields = _filters(own, blob)
    if "depthwise" in layer.kind:
        fields["groups"] = blob.shape.channels
    return Plan("conv", fields)


def deconvolution(layer: Layer, blob: Blob) -> Plan:
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


def pooling(layer: Layer, blob: Blob) -> Plan | Unknown:
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


def inner_product(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read a fully connected layer, which flattens all axes from the second on."""
    own = layer.about("inner_product_param")
    if not own.has("num_output"):
        raise Reason("missing-key", "an inner product needs its `num_output`")
    units, bias = own.whole("num_output", 1), own.truth("bias_term", default=True)
    axis = blob.axis(own)
    if axis == 1:
        return Plan("linear", {"units": units, "bias": bias}, 2)
    if axis == 0:
        return Unknown("it mixes the samples of a batch")
    inputs = prod(blob.shape[axis - 1 :])
    holds: tuple[tuple[str, tuple[int, ...]], ...] = (("weight", (units, inputs)),)
    holds += (("bias", (units,)),) if bias else ()
    output = Shape(*blob.shape[: axis - 1], units)
    return Unknown("it connects the last axes of a map, not its channels", output, holds, axis + 1)


def batch_norm(layer: Layer, _: Blob) -> Plan:
    """Read a batch norm without the layer that scales it; some forks have both in one."""
    own = layer.about("batch_norm_param")
    both = layer.kind in {"bn", "syncbn"} or own.truth("scale_bias", default=False)
    fields: dict[str, object] = {"eps": own.number("eps", "0.00001"), "scale": both, "shift": both}
    if own.has("moving_average_fraction"):
        fields["momentum"] = 1 - own.number("moving_average_fraction", "0.999")
    return Plan("batchnorm", fields)


def scale(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read a trained factor, and perhaps a term, for each map."""
    own = layer.about("scale_param")
    bias = own.truth("bias_term", default=False)
    return _per_map(own, blob, "gamma", "beta", scale=True, shift=bias)


def bias_alone(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read a trained term for each map."""
    return _per_map(layer.about("bias_param"), blob, "", "beta", scale=False, shift=True)


def _per_map(
    own: Fields,
    blob: Blob,
    *names: str,
    scale: bool,
    shift: bool,
) -> Plan | Unknown:
    axis, axes = blob.axis(own), own.whole("num_axes", 1, least=-1)
    if axis == 1 and axes == 1:
        return Plan("affine", {"scale": scale, "shift": shift})
    stop = blob.axes if axes == -1 else axis + axes
    if axis == 0 and axes:
        return Unknown("it has a number for each sample of a batch")
    shape = tuple(blob.shape[axis - 1 : stop - 1]) or (1,)
    holds = [(name, shape) for name, there in zip(names, (scale, shift), strict=True) if there]
    return Unknown("it has a number for other axes than the maps", blob.shape, tuple(holds))


def relu(layer: Layer, _: Blob) -> Plan:
    """Read a rectifier, which may be leaky."""
    slope = layer.about("relu_param").number("negative_slope", "0")
    return Plan("leaky_relu", {"slope": slope}) if slope else Plan("relu", {})


def prelu(layer: Layer, _: Blob) -> Plan:
    """Read a rectifier with a trained slope for each map, or one for all."""
    shared = layer.about("prelu_param").truth("channel_shared", default=False)
    return Plan("prelu", {"shared": shared})


def elu(layer: Layer, _: Blob) -> Plan:
    """Read an exponential linear unit."""
    return Plan("elu", {"alpha": layer.about("elu_param").number("alpha", "1")})


def power(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read `(shift + scale · x)^power`, which mostly is a product with a constant."""
    own = layer.about("power_param")
    factor, shift = own.number("scale", "1"), own.number("shift", "0")
    if own.number("power", "1") != 1 or shift or not factor:
        return Unknown("a power of its input has no op here", blob.shape)
    return Plan("identity", {}) if factor == 1 else Plan("scale", {"factor": factor})


def lrn(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read a local response normalisation over maps; Caffe divides alpha by the size."""
    own = layer.about("lrn_param")
    size, k = own.whole("local_size", 5), own.number("k", "1")
    alpha, beta = own.number("alpha", "1"), own.number("beta", "0.75")
    if own.choice("norm_region", "ACROSS_CHANNELS", "WITHIN_CHANNEL") == "WITHIN_CHANNEL":
        fields: dict[str, object] = {"size": size, "alpha": alpha / size**2, "beta": beta, "k": k}
        return Plan("lrn", fields | {"within": True})
    if alpha <= 0 or k <= 0:
        return Unknown("its alpha or k is not above 0", blob.shape)
    return Plan("lrn", {"size": size, "alpha": alpha / size, "beta": beta, "k": k})


def dropout(layer: Layer, _: Blob) -> Plan:
    """Read a dropout."""
    ratio = layer.about("dropout_param").number("dropout_ratio", "0.5")
    if not 0 <= ratio < 1:
        raise Reason("wrong-type", f"`dropout_ratio` is from 0 to below 1, not {float(ratio):g}")
    return Plan("dropout", {"rate": ratio})


def softmax(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read a softmax over the channels."""
    if blob.axis(layer.about("softmax_param")) != 1:
        return Unknown("a softmax over another axis than that of the channels", blob.shape)
    return Plan("softmax", {})


def flatten(layer: Layer, blob: Blob) -> Plan | Unknown:
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


def reshape(layer: Layer, blob: Blob) -> Plan | Unknown:
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
    if batch == -1 and -1 not in target and told == size:
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


def permute(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read how axes change places."""
    order = layer.about("permute_param").wholes("order", least=0)
    order += [axis for axis in range(blob.axes) if axis not in order]
    if sorted(order) != list(range(blob.axes)):
        raise Reason("wrong-type", f"{order} is no order of {blob.axes} axes", key="order")
    if order[0] != 0:
        return Unknown("it mixes the samples of a batch")
    if order == list(range(blob.axes)):
        return Plan("identity", {})
    return Plan("permute", {"order": tuple(order[1:])})


def interpolate(layer: Layer, blob: Blob) -> Plan:
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


def upsample(layer: Layer, blob: Blob) -> Plan | Unknown:
    """Read an enlargement that repeats pixels."""
    own = layer.about("upsample_param")
    if len(layer.bottoms) > 1:
        return Unknown("it puts values back where a pool found them", _enlarged(own, blob.shape))
    factor = own.whole("scale", own.whole("stride", 2))
    return Plan("upsample", {"scale": (factor,) * blob.shape.rank})


def _enlarged(own: Fields, x: Shape) -> Shape:
    factor = own.whole("scale", 2)
    height, width = (
        own.whole("upsample_h", x.height * factor),
        own.whole("upsample_w", x.width * factor),
    )
    return Shape(x.channels, height, width)


def reduction(layer: Layer, blob: Blob) -> Plan | Unknown:
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
    return Unknown("a reduction has no op here", output, (), axis)


def shuffle(layer: Layer, _: Blob) -> Plan:
    """Read a shuffle of channels."""
    return Plan("shuffle", {"groups": layer.about("shuffle_channel_param").whole("group", 1)})


def region_pool(layer: Layer, blob: Blob) -> Unknown:
    """Read a pool over regions: what comes out is told for one of them."""
    own = layer.fields.within("roi_pooling_param", "roi_align_param", "psroi_pooling_param")
    why = "a region of it is counted once; how many there are is not known"
    if own.has("output_dim"):
        side = own.whole("group_size", 1)
        return Unknown(why, Shape(own.whole("output_dim", 1), side, side))
    height, width = own.whole("pooled_h", 1), own.whole("pooled_w", 1)
    return Unknown(why, Shape(blob.shape.channels, height, width), (), 4)


def plain(word: str, **fields: object) -> Callable[[Layer, Blob], Plan]:
    """Map a layer without parameters that matter to an op."""
    return lambda _layer, _blob: Plan(word, fields)


REGIONS = ("roipooling", "roialign", "psroipooling")
"""What reads regions beside a map."""
SINGLE: dict[str, Callable[[Layer, Blob], Plan | Unknown]] = {
    "convolution": convolution,
    "convolutiondepthwise": convolution,
    "depthwiseconvolution": convolution,
    "deconvolution": deconvolution,
    "pooling": pooling,
    "innerproduct": inner_product,
    "batchnorm": batch_norm,
    "bn": batch_norm,
    "syncbn": batch_norm,
    "scale": scale,
    "bias": bias_alone,
    "relu": relu,
    "prelu": prelu,
    "elu": elu,
    "relu6": plain("relu6"),
    "selu": plain("selu"),
    "swish": plain("silu"),
    "mish": plain("mish"),
    "bnll": plain("softplus"),
    "hardsigmoid": plain("hard_sigmoid"),
    "hardswish": plain("hard_swish"),
    "sigmoid": plain("sigmoid"),
    "tanh": plain("tanh"),
    "power": power,
    "lrn": lrn,
    "dropout": dropout,
    "softmax": softmax,
    "flatten": flatten,
    "reshape": reshape,
    "permute": permute,
    "split": plain("identity"),
    "interp": interpolate,
    "upsample": upsample,
    "reduction": reduction,
    "shufflechannel": shuffle,
    **dict.fromkeys(REGIONS, region_pool),
}
"""By the type in small letters."""
