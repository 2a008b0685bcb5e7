"""Caffe's layers that read one map: the op that each is, with its fields, from what enters it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.caffe.blob import Plan, Unknown
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
    if own.number("power", "1") != 1 or shift or not factor:
        return Unknown("a power of its input has no op here", blob.shape)
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
    """Read a softmax over the channels."""
    if blob.axis(layer.about("softmax_param")) != 1:
        return Unknown("a softmax over another axis than that of the channels", blob.shape)
    return Plan("softmax", {})


def same(why: str) -> Callable[[CaffeLayer, Blob], Unknown]:
    """Map a layer that has no op here, but keeps the shape and holds nothing."""
    return lambda _layer, blob: Unknown(why, blob.shape)


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
    "absval": same("an absolute value has no op here"),
    "exp": same("an exponential has no op here"),
    "log": same("a logarithm has no op here"),
    "threshold": same("a threshold has no op here"),
    "mvn": same("a normalisation by the sample has no op here"),
    **dict.fromkeys(REGIONS, region_pool),
}
"""By the type in small letters."""
