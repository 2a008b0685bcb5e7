"""A call of PyTorch → an op of ours, where one has the call's rule exactly.

The tables name for each call the op and the fields; what stands in none is unknown. Every rule's
shape is compared with what PyTorch put out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.pytorch.layout import features_of, laid, shape_of
from archcalc.readers.pytorch.step import Step, exact, make_op, padding_of, sizes_of, step_of
from archcalc.readers.pytorch.weighted import (
    _sized,
    addmm,
    batchnorm,
    conv,
    deconv,
    groupnorm,
    layernorm,
    linear,
    matmul,
    prelu,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.ops.op import Op
    from archcalc.readers.pytorch.call import Call, Value


def lower(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Give the op that does what a call does; None if there is none."""
    rule = RULES.get(call.name)
    return rule(call, trained) if rule else None


def _maxpool(call: Call, _: object) -> Step | None:
    args = call.args
    kernel = tuple(args["kernel_size"])
    rank = len(kernel)
    if any(step != 1 for step in sizes_of(args["dilation"], rank)):
        return None
    op = make_op(
        "maxpool",
        kernel=kernel,
        stride=sizes_of(args["stride"] or kernel, rank),
        padding=padding_of(args["padding"], rank),
        ceil=args["ceil_mode"],
    )
    return step_of(op, call, args["self"], axis=len(args["self"].shape) - rank - 1)


def _avgpool(call: Call, _: object) -> Step | None:
    args = call.args
    kernel = tuple(args["kernel_size"])
    rank = len(kernel)
    if args.get("divisor_override") is not None:
        return None
    op = make_op(
        "avgpool",
        kernel=kernel,
        stride=sizes_of(args["stride"] or kernel, rank),
        padding=padding_of(args["padding"], rank),
        ceil=args["ceil_mode"],
        count_padding=args["count_include_pad"],
    )
    return step_of(op, call, args["self"], axis=len(args["self"].shape) - rank - 1)


def _adaptive(call: Call, _: object) -> Step | None:
    x, output = call.args["self"], tuple(call.args["output_size"])
    extents = x.shape[-len(output) :]
    output = tuple([extents[i] if n is None else n for i, n in enumerate(output)])
    one = all(n == 1 for n in output)
    op = make_op("globalavgpool") if one else make_op("avgpool", output=output)
    return step_of(op, call, x, axis=len(x.shape) - len(output) - 1)


def _mean(call: Call, _: object) -> Step | None:
    """Take the mean over all places: a global average."""
    args = call.args
    x = args["self"]
    rank = len(x.shape)
    dims = {d % rank for d in args.get("dim") or range(rank)}
    axis = features_of(x)
    if axis in dims or dims != set(range(1, rank)) - {axis}:
        return None
    step = step_of(make_op("globalavgpool"), call, x, axis=axis)
    for value in call.outputs:
        laid(value, axis if args.get("keepdim") else len(value.shape) - 1)
    return step


def _softmax(call: Call, _: object) -> Step | None:
    x = call.args["self"]
    return step_of(make_op("softmax"), call, x, axis=call.args["dim"] % max(len(x.shape), 1))


def _plainly(word: str, **fields: object) -> Callable[[Call, object], Step | None]:
    """Make the rule of an activation without a choice."""

    def rule(call: Call, _: object) -> Step | None:
        return step_of(make_op(word, **fields), call, next(call.tensors()))

    return rule


def _gelu(call: Call, _: object) -> Step | None:
    form = call.args["approximate"]
    op = make_op("gelu", approximate=None if form == "none" else form)
    return step_of(op, call, call.args["self"])


def _hardtanh(call: Call, _: object) -> Step | None:
    low, high = (exact(call.args[key]) for key in ("min_val", "max_val"))
    op = make_op("relu6") if low == 0 and high == 6 else make_op("hard_tanh", low=low, high=high)
    return step_of(op, call, call.args["self"])


def _leaky(call: Call, _: object) -> Step | None:
    op = make_op("leaky_relu", slope=exact(call.args["negative_slope"]))
    return step_of(op, call, call.args["self"])


def _elu(call: Call, _: object) -> Step | None:
    if call.args["scale"] != 1 or call.args["input_scale"] != 1:
        return None
    return step_of(make_op("elu", alpha=exact(call.args["alpha"])), call, call.args["self"])


def _glu(call: Call, _: object) -> Step | None:
    x = call.args["self"]
    return step_of(make_op("glu"), call, x, axis=call.args["dim"] % len(x.shape))


def _joined(word: str, swapped: bool = False) -> Callable[[Call, object], Step | None]:  # noqa: FBT001, FBT002
    """Make the rule of a join of two branches, element by element."""

    def rule(call: Call, _: object) -> Step | None:
        one, other = call.args["self"], call.args["other"]
        if call.args.get("alpha", 1) != 1:
            return None
        if not hasattr(one, "held") or not hasattr(other, "held"):
            return _by_number(word, call)
        if swapped:
            one, other = other, one
        return _beside(make_op(word, branches=2), call, one, other)

    return rule


def _by_number(word: str, call: Call) -> Step | None:
    factor = call.args["other"]
    if word == "multiply" and isinstance(factor, int | float) and factor:
        return step_of(make_op("scale", factor=exact(factor)), call, call.args["self"])
    return None


def _beside(op: Op | None, call: Call, one: Value, other: Value) -> Step | None:
    """Read two tensors with their features at the same axis, counted from the end."""
    if op is None or not (one.held and other.held):
        return None
    large = max((one, other), key=lambda value: (len(value.shape), value.size))
    (y,) = call.outputs
    from_end = features_of(large) - len(large.shape)
    laid(y, from_end)
    found = []
    for value in (one, other):
        sizes = (1,) * (len(y.shape) - len(value.shape)) + value.shape
        found.append(_sized(sizes, from_end))
    try:
        fits = op.shape(*found) == shape_of(y)
    except Reason:  # spread in a way that is not ours
        fits = False
    return Step(op, (one, other), tuple(found)) if fits else None


def _cat(call: Call, _: object) -> Step | None:
    tensors = [value for value in call.args["tensors"] if value.shape != (0,)]
    if len(tensors) == 1:
        return None
    rank = len(tensors[0].shape)
    along = call.args["dim"] % rank
    axis = features_of(tensors[0])
    if along == axis or any(value.features is None for value in tensors):
        return step_of(make_op("concat", branches=len(tensors)), call, *tensors, axis=along)
    return None


RULES: dict[str, Callable[[Call, Callable[[str], bool]], Step | None]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), conv),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), deconv),
    "linear": linear,
    **dict.fromkeys(("matmul", "mm", "mv"), matmul),
    "addmm": addmm,
    "batch_norm": batchnorm,
    **dict.fromkeys(("layer_norm", "rms_norm"), layernorm),
    "group_norm": groupnorm,
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), _maxpool),
    **dict.fromkeys(("max_pool2d_with_indices", "max_pool3d_with_indices"), _maxpool),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), _avgpool),
    **dict.fromkeys(
        ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"), _adaptive
    ),
    "mean": _mean,
    **dict.fromkeys(("softmax", "_softmax"), _softmax),
    "gelu": _gelu,
    "hardtanh": _hardtanh,
    "leaky_relu": _leaky,
    "elu": _elu,
    "prelu": prelu,
    "glu": _glu,
    "add": _joined("add"),
    "mul": _joined("multiply"),
    "sub": _joined("subtract"),
    "maximum": _joined("maximum"),
    **dict.fromkeys(("cat", "concat", "concatenate"), _cat),
    "relu": _plainly("relu"),
    "relu6": _plainly("relu6"),
    "sigmoid": _plainly("sigmoid"),
    "tanh": _plainly("tanh"),
    "silu": _plainly("silu"),
    "mish": _plainly("mish"),
    "selu": _plainly("selu"),
    "softplus": _plainly("softplus"),
    "hardsigmoid": _plainly("hard_sigmoid"),
    "hardswish": _plainly("hard_swish"),
}
"""By the name of a call."""
