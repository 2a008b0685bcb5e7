"""Which rule reads which function of `keras.ops` that stands in a model as layers do.

TensorFlow's functions, which stand in models of Keras 2, are read by the same rules.
"""

from __future__ import annotations

from typing import Any

from archcalc.readers.keras import einsum, functions, positions

_COMPARED = ("Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual")
_MOVED = ("Cast", "StopGradient", "LogicalNot", "Floor", "Ceil", "Round", "ZerosLike", "OnesLike")
"""What only changes how numbers are written, or computes none."""
OPERATIONS: dict[str, Any] = {
    "Add": functions.arithmetic("add", "add"),
    "Subtract": functions.arithmetic("subtract", "add"),
    "Multiply": functions.arithmetic("multiply", "mul"),
    "TrueDivide": functions.arithmetic("", "div"),
    "Divide": functions.arithmetic("", "div"),
    "Maximum": functions.arithmetic("maximum", "cmp"),
    "Minimum": functions.arithmetic("minimum", "cmp"),
    "Power": functions.power,
    "Negative": functions.each(),
    "Absolute": functions.each(cmp=1),
    "Abs": functions.each(cmp=1),
    "Square": functions.each(mul=1),
    "Sqrt": functions.each(sqrt=1),
    "Rsqrt": functions.each(sqrt=1, div=1),
    "Reciprocal": functions.each(div=1),
    "Exp": functions.each(exp=1),
    "Log": functions.each(log=1),
    "Sin": functions.each(trig=1),
    "Cos": functions.each(trig=1),
    "Erf": functions.each(erf=1),
    **dict.fromkeys(_MOVED, functions.each()),
    "Expm1": functions.each(exp=1, add=1),
    "Log1p": functions.each(log=1, add=1),
    **dict.fromkeys(("Log2", "Log10"), functions.each(log=1, mul=1)),
    **dict.fromkeys(("Tan", "Arctan", "Arcsin", "Arccos"), functions.each(trig=1)),
    **dict.fromkeys(("Isnan", "Isinf", "Isfinite", "Sign"), functions.each(cmp=1)),
    **dict.fromkeys(_COMPARED, functions.paired(cmp=1)),
    **dict.fromkeys(("LogicalAnd", "LogicalOr", "LogicalXor", "Where"), functions.paired()),
    "Relu": functions.word("relu"),
    "Relu6": functions.word("relu6"),
    "Sigmoid": functions.word("sigmoid"),
    "Tanh": functions.word("tanh"),
    "Silu": functions.word("silu"),
    "Swish": functions.word("silu"),
    "Softplus": functions.word("softplus"),
    "Softsign": functions.word("softsign"),
    "Elu": functions.word("elu"),
    "Selu": functions.word("selu"),
    "HardSigmoid": functions.word("hard_sigmoid"),
    "HardSilu": functions.word("hard_silu"),
    "Gelu": functions.gelu,
    "LeakyRelu": functions.leaky,
    "Clip": functions.clip,
    "Softmax": functions.softmax_op,
    "Mean": functions.reduced("add", div=1),
    "Sum": functions.reduced("add"),
    "Prod": functions.reduced("mul"),
    "Max": functions.reduced("cmp"),
    "Min": functions.reduced("cmp"),
    "Argmax": functions.reduced("cmp"),
    "Argmin": functions.reduced("cmp"),
    "Logsumexp": functions.logsumexp,
    "Reshape": positions.reshape,
    "Transpose": positions.transpose,
    "Swapaxes": positions.swapped,
    "ExpandDims": positions.expand,
    "Squeeze": positions.squeeze,
    "Concatenate": positions.concatenate,
    "Stack": positions.stack,
    "GetItem": positions.item,
    "Split": positions.split,
    "Flip": positions.moved,
    "Roll": positions.moved,
    "Repeat": positions.repeated,
    "Tile": positions.tiled,
    "Pad": positions.padded,
    "Matmul": functions.matmul,
    "Einsum": einsum.einsum,
}
"""By the name of the class."""
TENSORFLOW = {
    "add": "Add", "addv2": "Add", "sub": "Subtract", "subtract": "Subtract", "mul": "Multiply",
    "multiply": "Multiply", "truediv": "TrueDivide", "divide": "Divide", "maximum": "Maximum",
    "minimum": "Minimum", "pow": "Power", "negative": "Negative", "abs": "Abs",
    "square": "Square", "sqrt": "Sqrt", "rsqrt": "Rsqrt", "exp": "Exp", "log": "Log",
    "cast": "Cast", "stop_gradient": "StopGradient", "relu": "Relu", "relu6": "Relu6",
    "sigmoid": "Sigmoid", "tanh": "Tanh", "silu": "Silu", "swish": "Swish",
    "softplus": "Softplus", "elu": "Elu", "selu": "Selu", "softmax": "Softmax",
    "reduce_mean": "Mean", "reduce_sum": "Sum", "reduce_max": "Max", "reshape": "Reshape",
    "transpose": "Transpose", "expand_dims": "ExpandDims", "squeeze": "Squeeze",
    "concat": "Concatenate", "stack": "Stack", "getitem": "GetItem", "matmul": "Matmul",
    "equal": "Equal", "not_equal": "NotEqual", "greater": "Greater", "less": "Less",
    "greater_equal": "GreaterEqual", "less_equal": "LessEqual", "where": "Where",
    "logical_and": "LogicalAnd", "logical_or": "LogicalOr", "logical_not": "LogicalNot",
}  # fmt: skip
"""TensorFlow's functions, by the last part of their names."""
