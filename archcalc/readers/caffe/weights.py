"""Caffe's other layers with weights."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.ops import make
from archcalc.ops.op import Shape
from archcalc.readers.caffe.blob import Plan, Unknown
from archcalc.readers.steps import ONE, figures

if TYPE_CHECKING:
    from archcalc.readers.caffe.blob import Blob, Holds
    from archcalc.readers.caffe.message import CaffeLayer, Fields


def inner_product(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
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
    if axis == 2:
        return Plan("linear", {"units": units, "bias": bias, "over": "places"}, 3)
    inputs = prod(blob.shape[axis - 1 :])
    holds: Holds = (("weight", (units, inputs)),)
    holds += (("bias", (units,)),) if bias else ()
    output = Shape(*blob.shape[: axis - 1], units)
    return Unknown("it connects the last axes of a map, not its channels", output, holds, axis + 1)


def batch_norm(layer: CaffeLayer, _: Blob) -> Plan:
    """Read a batch norm without the layer that scales it; some forks have both in one."""
    own = layer.about("batch_norm_param")
    both = layer.kind in {"bn", "syncbn"} or own.truth("scale_bias", default=False)
    fields: dict[str, object] = {"eps": own.number("eps", "0.00001"), "scale": both, "shift": both}
    if own.has("moving_average_fraction"):
        fields["momentum"] = 1 - own.number("moving_average_fraction", "0.999")
    return Plan("batchnorm", fields)


def scale(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read a trained factor, and perhaps a term, for each map."""
    own = layer.about("scale_param")
    bias = own.truth("bias_term", default=False)
    return _per_map(own, blob, "gamma", "beta", scale=True, shift=bias)


def bias_alone(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
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


def prelu(layer: CaffeLayer, _: Blob) -> Plan:
    """Read a rectifier with a trained slope for each map, or one for all."""
    shared = layer.about("prelu_param").truth("channel_shared", default=False)
    return Plan("prelu", {"slopes": "shared" if shared else "map"})


def recurrent(layer: CaffeLayer, blob: Blob) -> Unknown:
    """Read one step of a recurrent layer, whose first axis are the steps, the second samples."""
    own = layer.about("recurrent_param")
    if not own.has("num_output"):
        raise Reason("missing-key", "a recurrent layer needs its `num_output`")
    units, inputs = own.whole("num_output", 1), prod(blob.shape[1:])
    rows = 4 * units if layer.kind == "lstm" else units
    holds: Holds = (("entering", (rows, inputs)), ("bias", (rows,)), ("own", (rows, units)))
    parts = [(make(layer.kind, units=units), Shape(inputs))]
    if layer.kind == "rnn":
        holds += (("leaving", (units, units)), ("leaving_bias", (units,)))
        parts += [(make("linear", units=units), Shape(units)), (make("tanh"), Shape(units))]
    samples = blob.shape.channels
    return Unknown(ONE, Shape(samples, units), holds, 3, figures(parts, samples))


def embedding(layer: CaffeLayer, blob: Blob) -> Unknown:
    """Read a table, from which a row is taken for each number, and perhaps a term added."""
    own = layer.about("embed_param")
    if not own.has("num_output") or not own.has("input_dim"):
        raise Reason("missing-key", "an embedding needs its `num_output` and its `input_dim`")
    units, rows = own.whole("num_output", 1), own.whole("input_dim", 1)
    holds: Holds = (("table", (rows, units)),)
    holds += (("bias", (units,)),) if own.truth("bias_term", default=True) else ()
    places = blob.shape[: blob.axes - 1] if blob.axes > 1 else ()
    output = Shape(*places, units)
    does = (("add", output.size),) if len(holds) > 1 else ()
    return Unknown("", output, holds, blob.axes + 1, does)
