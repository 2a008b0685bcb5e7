"""Which rule reads which op of ONNX's own set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.readers.onnx import (
    attention,
    dense,
    elementwise,
    enlarging,
    moves,
    quantised,
    reductions,
    windows,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.onnx.call import Call
    from archcalc.readers.onnx.values import Maps, Value

MOVES: dict[str, Callable[[Call], Value | list[Value]]] = {
    "Reshape": moves.reshape,
    "Flatten": moves.flatten,
    "Transpose": moves.transpose,
    "Squeeze": moves.squeeze,
    "Unsqueeze": moves.unsqueeze,
    "Slice": moves.cut,
    "Split": moves.split,
}
"""What moves maps and arrays alike."""

_PLAIN = {
    "Relu": "relu",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "HardSigmoid": "hard_sigmoid",
    "HardSwish": "hard_swish",
    "Mish": "mish",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Swish": "silu",
    "Identity": "identity",
    "Dropout": "dropout",
}

_MOVED = (
    "Not", "BitwiseNot", "Cast", "CastLike", "Floor", "Ceil", "Round", "Trilu", "ReverseSequence",
)  # fmt: skip
"""What only changes how numbers are written, or moves them."""
_BITS = ("And", "Or", "Xor", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitShift")

RULES: dict[str, Callable[[Call], Maps | list[Maps]]] = {
    "Conv": windows.conv,
    "ConvTranspose": windows.deconv,
    "MaxPool": windows.pool("maxpool"),
    "AveragePool": windows.pool("avgpool"),
    "GlobalAveragePool": windows.global_pool("globalavgpool"),
    "GlobalMaxPool": windows.global_pool("globalmaxpool"),
    "LRN": windows.lrn,
    "Gemm": dense.gemm,
    "MatMul": dense.matmul,
    "BatchNormalization": dense.batchnorm,
    "InstanceNormalization": dense.instancenorm,
    "GroupNormalization": dense.groupnorm,
    "LayerNormalization": dense.layernorm,
    "RMSNormalization": dense.rmsnorm,
    "PRelu": dense.prelu,
    "Gather": dense.gather,
    "LSTM": dense.recurrent(4),
    "GRU": dense.recurrent(3),
    "RNN": dense.recurrent(1),
    **{op: elementwise.plain(word) for op, word in _PLAIN.items()},
    "LeakyRelu": elementwise.leaky,
    "Elu": elementwise.elu,
    "Gelu": elementwise.gelu,
    "Clip": elementwise.clip,
    "Celu": elementwise.celu,
    "ThresholdedRelu": elementwise.thresholded,
    "Softmax": elementwise.softmax("softmax"),
    "LogSoftmax": elementwise.softmax("log_softmax"),
    "Add": elementwise.arithmetic("add", "add"),
    "Sum": elementwise.arithmetic("add", "add"),
    "Sub": elementwise.arithmetic("subtract", "add"),
    "Mul": elementwise.arithmetic("multiply", "mul"),
    "Div": elementwise.arithmetic("", "div"),
    "Max": elementwise.arithmetic("maximum", "cmp"),
    "Min": elementwise.arithmetic("", "cmp"),
    "Pow": elementwise.power,
    "Sqrt": elementwise.each(sqrt=1),
    "Reciprocal": elementwise.each(div=1),
    "Erf": elementwise.each(erf=1),
    "Exp": elementwise.each(exp=1),
    "Log": elementwise.each(log=1),
    "Sin": elementwise.each(trig=1),
    "Cos": elementwise.each(trig=1),
    "Abs": elementwise.each(cmp=1),
    "Neg": elementwise.each(),
    "Sinh": elementwise.each(exp=2, add=1, mul=1),
    "Cosh": elementwise.each(exp=2, add=1, mul=1),
    "Asinh": elementwise.each(mul=1, add=2, sqrt=1, log=1),
    "Acosh": elementwise.each(mul=1, add=2, sqrt=1, log=1),
    "Atanh": elementwise.each(add=2, div=1, log=1, mul=1),
    "Hardmax": elementwise.each(cmp=1),
    "Shrink": elementwise.each(cmp=2, add=1),
    "CumSum": elementwise.each(add=1),
    "CumProd": elementwise.each(mul=1),
    "RotaryEmbedding": elementwise.each(mul=2, add=1),
    **dict.fromkeys(_MOVED, elementwise.each()),
    **dict.fromkeys(("IsNaN", "IsInf", "Sign"), elementwise.each(cmp=1)),
    **dict.fromkeys(("Tan", "Asin", "Acos", "Atan"), elementwise.each(trig=1)),
    **dict.fromkeys(
        ("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"), elementwise.paired(cmp=1)
    ),
    **dict.fromkeys(_BITS, elementwise.paired()),
    "Mod": elementwise.paired(div=1),
    "Where": elementwise.chosen,
    "ReduceMean": reductions.reduced("add", div=1),
    "ReduceSum": reductions.reduced("add"),
    "ReduceMax": reductions.reduced("cmp"),
    "ReduceMin": reductions.reduced("cmp"),
    "ReduceProd": reductions.reduced("mul"),
    "ReduceL1": reductions.reduced("add", cmp=1),
    "ReduceL2": reductions.reduced("add", mul=1, sqrt=1),
    "ReduceSumSquare": reductions.reduced("add", mul=1),
    "ReduceLogSum": reductions.reduced("add", log=1),
    "ReduceLogSumExp": reductions.reduced("add", exp=1, log=1),
    "ArgMax": reductions.place_of_extreme,
    "ArgMin": reductions.place_of_extreme,
    "Mean": reductions.averaged,
    "LpNormalization": reductions.along("mul", "div", sqrt=1),
    "MeanVarianceNormalization": reductions.normalised,
    "Attention": attention.attention,
    "Einsum": attention.einsum,
    "QLinearConv": quantised.conv,
    "ConvInteger": quantised.conv_integer,
    "QLinearMatMul": quantised.matmul,
    "MatMulInteger": quantised.matmul_integer,
    "QuantizeLinear": quantised.quantise,
    "DequantizeLinear": quantised.dequantise,
    "DynamicQuantizeLinear": quantised.quantise_as_met,
    "Concat": moves.concat,
    "Pad": enlarging.pad,
    "Resize": enlarging.resize,
    "Upsample": enlarging.resize,
    "Expand": enlarging.expand,
    "ScatterND": enlarging.scattered,
    "ScatterElements": enlarging.scattered,
    "Scatter": enlarging.scattered,
    "GatherElements": enlarging.picked,
    "GatherND": enlarging.picked_rows,
    "Tile": enlarging.tiled,
    "TopK": enlarging.largest,
    "GridSample": enlarging.sampled,
    "OneHot": enlarging.coded,
    "DepthToSpace": enlarging.shuffled("DepthToSpace", 1),
    "SpaceToDepth": enlarging.shuffled("SpaceToDepth", -1),
}
"""What reads maps, by the op."""
