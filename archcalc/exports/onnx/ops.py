"""What each op is in ONNX, by its word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.onnx import activations, attending, moves, units, windows
from archcalc.exports.onnx.emitting import FLAT, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.exports.onnx.emitting import Emitter, Out


def emit(e: Emitter) -> Out:
    """Write a layer; give what it puts out. Raises a Reason for what ONNX cannot say."""
    rule = RULES.get(e.node.op.name)
    if rule is None:
        raise refused(f"there is no `{e.node.op.name}` in ONNX")
    return rule(e)


RULES: dict[str, Callable[[Emitter], Out]] = {
    "conv": windows.conv,
    "deconv": windows.deconv,
    "subsample": windows.subsample,
    "maxpool": windows.maxpool,
    "avgpool": windows.avgpool,
    "globalavgpool": windows.whole("GlobalAveragePool"),
    "globalmaxpool": windows.whole("GlobalMaxPool"),
    "linear": units.linear,
    "rbf": units.rbf,
    "embedding": units.embedding,
    "learned": units.learned,
    "attention": attending.attention,
    "lstm": attending.recurrent,
    "gru": attending.recurrent,
    "rnn": attending.recurrent,
    "batchnorm": units.batchnorm,
    "layernorm": units.layernorm,
    "rmsnorm": units.rmsnorm,
    "l2norm": units.l2norm,
    "affine": units.affine,
    "groupnorm": units.groupnorm,
    "instancenorm": units.groupnorm,
    "lrn": units.lrn,
    "relu": activations.plain("Relu"),
    "relu6": activations.clip(0.0, 6.0),
    "hard_tanh": activations.clip(None, None),
    "leaky_relu": activations.with_fields("LeakyRelu", alpha="slope"),
    "elu": activations.with_fields("Elu", alpha="alpha"),
    "celu": activations.with_fields("Celu", alpha="alpha"),
    "selu": activations.plain("Selu"),
    "gelu": activations.as_it_is(activations.gelu),
    "silu": activations.as_it_is(lambda e, x: e.add("Mul", x, e.add("Sigmoid", x))),
    "mish": activations.plain("Mish"),
    "softplus": activations.plain("Softplus"),
    "softsign": activations.plain("Softsign"),
    "log_sigmoid": activations.as_it_is(lambda e, x: e.add("Log", e.add("Sigmoid", x))),
    "hard_sigmoid": activations.plain("HardSigmoid", alpha=1 / 6, beta=0.5),
    "hard_swish": activations.plain("HardSwish"),
    "threshold": activations.as_it_is(activations.threshold),
    "tanh": activations.plain("Tanh"),
    "sigmoid": activations.plain("Sigmoid"),
    "exp": activations.plain("Exp"),
    "lecun_tanh": activations.as_it_is(activations.lecun_tanh),
    "softmax": activations.softmax("Softmax"),
    "log_softmax": activations.softmax("LogSoftmax"),
    "glu": activations.glu,
    "prelu": activations.prelu,
    "identity": activations.plain("Identity"),
    "dropout": activations.plain("Dropout"),
    "scale": activations.as_it_is(lambda e, x: e.add("Mul", x, e.real(float(e.op.factor)))),
    "one_minus": activations.as_it_is(lambda e, x: e.add("Sub", e.real(1.0), x)),
    "add": moves.join("Add"),
    "multiply": moves.join("Mul"),
    "subtract": moves.join("Sub"),
    "maximum": moves.join("Max"),
    "concat": moves.concat,
    "slice": moves.cut,
    "split": moves.cut,
    "shuffle": moves.shuffle,
    "pixel_shuffle": moves.pixel_shuffle,
    "pixel_unshuffle": moves.pixel_unshuffle,
    "unpool": moves.unpool,
    "upsample": moves.upsample,
    "pad": moves.pad,
    "pad_channels": moves.pad_channels,
    "crop": moves.crop,
    "tokens": moves.tokens,
    "mean": moves.mean,
    "fold": moves.fold,
    "flatten": lambda e: (e.flat(), FLAT),
    "reshape": lambda e: e.add("Reshape", e.maps(), e.ints(0, *e.y)),
    "permute": lambda e: e.add("Transpose", e.maps(), perm=[0, *(n + 1 for n in e.op.order)]),
    "matmul": moves.matmul,
}
"""By the op."""
