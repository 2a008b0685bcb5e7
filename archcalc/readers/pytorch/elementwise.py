"""What calls count that work on each element by itself."""

from __future__ import annotations

from typing import TypeAlias

from archcalc.readers.pytorch import rounding
from archcalc.readers.pytorch.moves import RESIZING

Figures: TypeAlias = "dict[str, int]"


EACH: dict[str, Figures] = {
    **dict.fromkeys(("add", "sub", "rsub", "cumsum", "logical_and", "logical_or"), {"add": 1}),
    **dict.fromkeys(("mul", "square"), {"mul": 1}),
    **dict.fromkeys(("div", "reciprocal", "true_divide", "floor_divide", "remainder"), {"div": 1}),
    **dict.fromkeys(
        (
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "relu",
            "clamp_min",
            "clamp_max",
            "maximum",
            "minimum",
            "abs",
        ),
        {"cmp": 1},
    ),
    **dict.fromkeys(("logical_not", "bitwise_not", "bitwise_and", "bitwise_or", "neg", "sign"), {}),
    **dict.fromkeys(("clamp", "hardtanh", "relu6"), {"cmp": 2}),
    **dict.fromkeys(("exp", "exp2"), {"exp": 1}),
    "expm1": {"exp": 1, "add": 1},
    **dict.fromkeys(("log", "log2", "log10"), {"log": 1}),
    "log1p": {"log": 1, "add": 1},
    **dict.fromkeys(("sin", "cos", "tan", "atan2", "atan"), {"trig": 1}),
    **dict.fromkeys(("sqrt",), {"sqrt": 1}),
    "rsqrt": {"sqrt": 1, "div": 1},
    "erf": {"erf": 1},
    "tanh": {"tanh": 1},
    "addcmul": {"mul": 2, "add": 1},
    "addcdiv": {"mul": 1, "div": 1, "add": 1},
    "lerp": {"mul": 1, "add": 2},
    "sigmoid": {"exp": 1, "add": 1, "div": 1},
    "silu": {"exp": 1, "add": 1, "div": 1, "mul": 1},
    "log_sigmoid": {"exp": 1, "add": 1, "log": 1},
    "softplus": {"exp": 1, "add": 1, "log": 1},
    "mish": {"exp": 1, "add": 1, "log": 1, "tanh": 1, "mul": 1},
    "hardsigmoid": {"add": 1, "cmp": 2, "div": 1},
    "hardswish": {"add": 1, "cmp": 2, "div": 1, "mul": 1},
    "leaky_relu": {"cmp": 1, "mul": 1},
    "elu": {"cmp": 1, "exp": 1, "add": 1, "mul": 1},
    "selu": {"cmp": 1, "exp": 1, "add": 1, "mul": 2},
    "prelu": {"cmp": 1, "mul": 1},
    "glu": {"exp": 1, "add": 1, "div": 1, "mul": 1},
    **rounding.EACH,
    "upsample_linear1d": {"mul": 2, "add": 1},
    "upsample_bilinear2d": {"mul": 4, "add": 3},
    "upsample_trilinear3d": {"mul": 8, "add": 7},
    "upsample_bicubic2d": {"mul": 16, "add": 15},
    **dict.fromkeys(("embedding", "argmax", "argmin", "index", "round", "floor", "ceil"), {}),
    **dict.fromkeys(("cat", "concat", "concatenate", "stack", "hstack", "vstack"), {}),
    **dict.fromkeys(("masked_fill", "where", *RESIZING), {}),
}
"""Elementary operations of each element of the output."""
