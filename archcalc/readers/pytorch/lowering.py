"""A call of PyTorch → an op of ours, where one has the call's rule exactly.

The tables name for each call the op and the fields; what stands in none is unknown. Every rule's
shape is compared with what PyTorch put out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.shape import sides
from archcalc.readers.pytorch import attention, weighted
from archcalc.readers.pytorch.call import Value
from archcalc.readers.pytorch.joins import concatenated, joined, rsub
from archcalc.readers.pytorch.layout import features_of, laid, view_of
from archcalc.readers.pytorch.resizing import RESIZED
from archcalc.readers.pytorch.step import (
    Step,
    Stored,
    exact,
    make_op,
    padding_of,
    sizes_of,
    step_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.pytorch.call import Call


def lower(call: Call, stored: Stored) -> Step | None:
    """Give the op that does what a call does; None if there is none."""
    rule = RULES.get(call.name)
    return rule(call, stored) if rule else None


def _matmul(call: Call, stored: Stored) -> Step | None:
    return weighted.matmul(call, stored) or attention.product(call)


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
    """Take the mean over all places, or along one axis: no pool, for those who look for pools."""
    return _along(call, "mean", "mean")


def _largest(call: Call, stored: Stored) -> Step | None:
    """Take the largest of all places, or of two tensors element by element."""
    if "other" in call.args:
        return joined("maximum")(call, stored)
    return _along(call, "globalmaxpool", None)


def _along(call: Call, whole: str, single: str | None) -> Step | None:
    """Read what joins all places of a map, or all elements along one axis."""
    x, given = call.args["self"], call.args.get("dim", [])
    rank, axis = len(x.shape), features_of(x)
    listed = [given] if isinstance(given, int) else given
    dims = {d % rank for d in listed} if listed else {*range(rank)}
    keeps = call.args.get("keepdim")
    sizes = tuple([1 if d in dims else size for d, size in enumerate(x.shape)])
    if axis not in dims and dims == set(range(1, rank)) - {axis}:
        step = step_of(make_op(whole), call, x, axis=axis)
    elif single and len(dims) == 1 and 0 not in dims and rank < 6:
        extents = [n for n in range(1, rank) if n != axis]
        (dim,) = dims
        word = "channels" if dim == axis else sides(len(extents))[extents.index(dim)]
        step = step_of(make_op(single, axis=word), call, x, axis=axis)
    else:
        return None
    for value in call.outputs:
        gone = sum(dim < axis for dim in dims)
        laid(value, axis if keeps else None if axis in dims else axis - gone)
    return step and step._replace(y=view_of(Value(sizes), axis))


def _softmax(call: Call, _: object) -> Step | None:
    x = call.args["self"]
    return step_of(make_op("softmax"), call, x, axis=call.args["dim"] % max(len(x.shape), 1))


def _plainly(word: str, **fields: object) -> Callable[[Call, object], Step | None]:
    """Make the rule of an activation without a choice."""

    def rule(call: Call, _: object) -> Step | None:
        return step_of(make_op(word, **fields), call, call.tensors()[0])

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


RULES: dict[str, Callable[[Call, Stored], Step | None]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), weighted.conv),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), weighted.deconv),
    "_convolution": weighted.convolution,
    "linear": weighted.linear,
    **dict.fromkeys(("matmul", "mm", "mv", "bmm"), _matmul),
    "scaled_dot_product_attention": attention.core,
    attention.WHOLE: attention.whole,
    "addmm": weighted.addmm,
    "batch_norm": weighted.batchnorm,
    "layer_norm": weighted.layernorm,
    "rms_norm": weighted.rmsnorm,
    "instance_norm": weighted.instancenorm,
    "embedding": weighted.embedding,
    **dict.fromkeys(weighted.GATES, weighted.recurrent),
    "group_norm": weighted.groupnorm,
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), _maxpool),
    **dict.fromkeys(("max_pool2d_with_indices", "max_pool3d_with_indices"), _maxpool),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), _avgpool),
    **dict.fromkeys(
        ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"), _adaptive
    ),
    "mean": _mean,
    **dict.fromkeys(("amax", "max"), _largest),
    **RESIZED,
    **dict.fromkeys(("softmax", "_softmax"), _softmax),
    "gelu": _gelu,
    "hardtanh": _hardtanh,
    "leaky_relu": _leaky,
    "elu": _elu,
    "prelu": weighted.prelu,
    "glu": _glu,
    "add": joined("add"),
    "mul": joined("multiply"),
    "sub": joined("subtract"),
    "maximum": joined("maximum"),
    "rsub": rsub,
    **dict.fromkeys(("cat", "concat", "concatenate"), concatenated),
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
