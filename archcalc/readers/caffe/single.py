"""Caffe's layers that read one map: the op that each is, with its fields, from what enters it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.ops.op import Shape
from archcalc.readers.caffe.blob import Plan, Unknown, stated
from archcalc.readers.caffe.moves import (
    flatten,
    interpolate,
    permute,
    reduction,
    region_pool,
    reshape,
    shuffle,
    upsample,
)  # fmt: skip
from archcalc.readers.caffe.weights import (
    batch_norm,
    bias_alone,
    embedding,
    inner_product,
    prelu,
    recurrent,
    scale,
)  # fmt: skip
from archcalc.readers.caffe.windows import convolution, deconvolution, pooling

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.caffe.blob import Blob
    from archcalc.readers.caffe.message import CaffeLayer


def relu(layer: CaffeLayer, _: Blob) -> Plan:
    """Read a rectifier, which may be leaky."""
    slope = layer.about("relu_param").number("negative_slope", "0")
    return Plan("leaky_relu", {"slope": slope}) if slope else Plan("relu", {})


def elu(layer: CaffeLayer, _: Blob) -> Plan:
    """Read an exponential linear unit."""
    return Plan("elu", {"alpha": layer.about("elu_param").number("alpha", "1")})


def power(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read `(shift + scale · x)^power`, which mostly is a product with a constant."""
    own = layer.about("power_param")
    factor, shift = own.number("scale", "1"), own.number("shift", "0")
    to, n = own.number("power", "1"), blob.shape.size
    if to != 1 or shift or not factor:
        kind = {2: "mul", Fraction(1, 2): "sqrt"}.get(to, "pow")
        work = {"add": n * (shift != 0), kind: n * (to != 1)}
        work["mul"] = work.get("mul", 0) + n * (factor != 1)
        return stated(blob.shape, **work)
    return Plan("identity", {}) if factor == 1 else Plan("scale", {"factor": factor})


def lrn(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
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


def dropout(layer: CaffeLayer, _: Blob) -> Plan:
    """Read a dropout."""
    ratio = layer.about("dropout_param").number("dropout_ratio", "0.5")
    if not 0 <= ratio < 1:
        raise Reason("wrong-type", f"`dropout_ratio` is from 0 to below 1, not {float(ratio):g}")
    return Plan("dropout", {"rate": ratio})


def softmax(layer: CaffeLayer, blob: Blob) -> Plan | Unknown:
    """Read a softmax over an axis."""
    axis = blob.axis(layer.about("softmax_param"))
    if axis == 0:
        return Unknown("it mixes the samples of a batch", blob.shape)
    return Plan("softmax", blob.along(axis))


def argmax(layer: CaffeLayer, blob: Blob) -> Unknown:
    """Read which element is the largest, along an axis or of all; of several, how is not told."""
    own = layer.about("argmax_param")
    top = own.whole("top_k", 1)
    if own.has("axis") and blob.axis(own) > 0:
        shape = list(blob.shape[: blob.axes - 1])
        shape[blob.axis(own) - 1] = top
        output, axes = Shape(*shape), blob.axes
    else:
        both = own.truth("out_max_val", default=False)
        output, axes = Shape(2 if both else 1, top), 3
    if top > 1:
        return Unknown("how it sorts is not told", output, (), axes)
    return stated(output, axes, cmp=blob.shape.size - output.size)


def normalised(layer: CaffeLayer, blob: Blob) -> Unknown:
    """Read maps less their mean and, unless the file says otherwise, divided by their deviation."""
    own, x = layer.about("mvn_param"), blob.shape
    sums = 1 if own.truth("across_channels", default=False) else x.channels
    n = x.size
    if not own.truth("normalize_variance", default=True):
        return stated(x, add=2 * n - sums, div=sums)
    return stated(x, add=3 * n - sums, div=n + 2 * sums, mul=n, sqrt=sums)


def padding(layer: CaffeLayer, blob: Blob) -> Plan:
    """Read cells around maps, which the oldest files have as a layer."""
    cells = layer.about("pad_param").whole("pad", 0, least=0)
    return Plan("pad", {"cells": (cells,) * 2 * blob.shape.rank})


def each(**times: int) -> Callable[[CaffeLayer, Blob], Unknown]:
    """Read what does so much for each element."""
    return lambda _layer, blob: stated(
        blob.shape, **{key: n * blob.shape.size for key, n in times.items()}
    )


def plain(word: str, **fields: object) -> Callable[[CaffeLayer, Blob], Plan]:
    """Map a layer without parameters that matter to an op."""
    return lambda _layer, _blob: Plan(word, fields)


REGIONS = ("roipooling", "roialign", "psroipooling")
"""What reads regions beside a map."""
SINGLE: dict[str, Callable[[CaffeLayer, Blob], Plan | Unknown]] = {
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
    "lstm": recurrent,
    "rnn": recurrent,
    "embed": embedding,
    "absval": each(cmp=1),
    "exp": each(exp=1),
    "log": each(log=1),
    "threshold": each(cmp=1),
    "mvn": normalised,
    "argmax": argmax,
    "padding": padding,
    **dict.fromkeys(REGIONS, region_pool),
}
"""By the type in small letters."""
