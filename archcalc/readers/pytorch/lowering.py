"""A call of PyTorch → an op of ours, where one has the call's rule exactly.

The tables name for each call the op and the fields; what stands in none is unknown. Every rule's
shape is compared with what PyTorch put out.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc import ops
from archcalc.errors import Reason
from archcalc.readers.pytorch.layout import features_of, laid, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.ops.op import Op
    from archcalc.ops.shape import Shape
    from archcalc.readers.pytorch.recorder import Call, Value


class Step(NamedTuple):
    """A layer to be: its op, the tensors that enter it, and the shapes that it reads them in."""

    op: Op
    inputs: tuple[Value, ...]
    xs: tuple[Shape, ...]


def lower(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Give the op that does what a call does; None if there is none."""
    rule = RULES.get(call.name)
    return rule(call, trained) if rule else None


def _make(word: str, **fields: object) -> Op | None:
    """Make an op; none where there is no such op, or it has no word for one of these fields."""
    there = word in ops.names() and fields.keys() <= ops.field_types(word).keys()
    return ops.make(word, **fields) if there else None


def _step(op: Op | None, call: Call, *inputs: Value, axis: int | None = None) -> Step | None:
    """Read each input with its features at an axis; the outputs have theirs there too."""
    if op is None or not all(value.held for value in inputs):
        return None
    for value in call.outputs:
        laid(value, features_of(inputs[0]) if axis is None else axis)
    return Step(op, inputs, tuple([shape_of(value, axis) for value in inputs]))


def _weighted(
    word: str, read: list[Value | None], trained: Callable[[str], bool], **fields: object
) -> Op | None:
    """Make an op with weights, all of which are stored; frozen if none of them is trained."""
    arrays = [value for value in read if value is not None]
    if any(value.sources for value in arrays):
        return None
    names = [name for value in arrays for name in value.names]
    frozen = bool(names) and not any(map(trained, names))
    return _make(word, **fields, **({"trainable": False} if frozen else {}))


def _conv(call: Call, trained: Callable[[str], bool]) -> Step | None:
    args = call.args
    weight = args["weight"]
    kernel = weight.shape[2:]
    op = _weighted(
        "conv",
        [weight, args["bias"]],
        trained,
        filters=weight.shape[0],
        kernel=kernel,
        stride=_sizes(args["stride"], len(kernel)),
        padding=_padding(args["padding"], len(kernel)),
        dilation=_sizes(args["dilation"], len(kernel)),
        groups=args["groups"],
        bias=args["bias"] is not None,
    )
    x = args["input"]
    return _step(op, call, x, axis=len(x.shape) - len(kernel) - 1)


def _deconv(call: Call, trained: Callable[[str], bool]) -> Step | None:
    args = call.args
    weight = args["weight"]
    rank = len(weight.shape) - 2
    op = _weighted(
        "deconv",
        [weight, args["bias"]],
        trained,
        filters=weight.shape[1] * args["groups"],
        kernel=weight.shape[2:],
        stride=_sizes(args["stride"], rank),
        padding=_padding(args["padding"], rank),
        output_padding=_sizes(args["output_padding"], rank),
        dilation=_sizes(args["dilation"], rank),
        groups=args["groups"],
        bias=args["bias"] is not None,
    )
    x = args["input"]
    return _step(op, call, x, axis=len(x.shape) - rank - 1)


def _linear(call: Call, trained: Callable[[str], bool]) -> Step | None:
    args = call.args
    return _dense(
        call, args["input"], args["weight"], args["bias"], args["weight"].shape[0], trained
    )


def _dense(  # noqa: PLR0913, PLR0917
    call: Call,
    x: Value,
    weight: Value,
    bias: Value | None,
    units: int,
    trained: Callable[[str], bool],
) -> Step | None:
    """Apply a matrix at each place; of a tensor of one place it is the whole vector."""
    alone = all(size == 1 for size in x.shape[:-1])
    op = _weighted(
        "linear", [weight, bias], trained, units=units, bias=bias is not None, flatten=alone
    )
    return _step(op, call, x, axis=len(x.shape) - 1)


def _matmul(call: Call, trained: Callable[[str], bool]) -> Step | None:
    one, other = list(call.args.values())[:2]
    if one.held and not other.held and len(other.shape) == 2:
        return _dense(call, one, other, None, other.shape[-1], trained)
    return None


def _addmm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    bias, x, weight = (call.args[key] for key in ("self", "mat1", "mat2"))
    if bias.held or weight.held or call.args["alpha"] != 1 or call.args["beta"] != 1:
        return None
    return _dense(call, x, weight, bias, weight.shape[1], trained)


def _batchnorm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    args = call.args
    if args["training"] or args["running_mean"] is None:
        return None
    arrays = [args["weight"], args["bias"]]
    op = _weighted(
        "batchnorm",
        arrays,
        trained,
        eps=_exact(args["eps"]),
        momentum=_exact(args["momentum"]),
        scale=args["weight"] is not None,
        shift=args["bias"] is not None,
    )
    return _step(op, call, args["input"], axis=1)


def _layernorm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    args = call.args
    if len(args["normalized_shape"]) != 1:
        return None
    weight, bias = args["weight"], args.get("bias")
    word = "layernorm" if call.name == "layer_norm" else "rmsnorm"
    fields: dict[str, object] = {"scale": weight is not None}
    if word == "layernorm":
        fields["shift"] = bias is not None
    if args["eps"] is not None:
        fields["eps"] = _exact(args["eps"])
    op = _weighted(word, [weight, bias], trained, **fields)
    x = args["input"]
    return _step(op, call, x, axis=len(x.shape) - 1)


def _groupnorm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    args = call.args
    op = _weighted(
        "groupnorm",
        [args["weight"], args["bias"]],
        trained,
        groups=args["num_groups"],
        eps=_exact(args["eps"]),
        scale=args["weight"] is not None,
        shift=args["bias"] is not None,
    )
    return _step(op, call, args["input"], axis=1)


def _maxpool(call: Call, _: object) -> Step | None:
    args = call.args
    kernel = tuple(args["kernel_size"])
    rank = len(kernel)
    if any(step != 1 for step in _sizes(args["dilation"], rank)):
        return None
    op = _make(
        "maxpool",
        kernel=kernel,
        stride=_sizes(args["stride"] or kernel, rank),
        padding=_padding(args["padding"], rank),
        ceil=args["ceil_mode"],
    )
    return _step(op, call, args["self"], axis=len(args["self"].shape) - rank - 1)


def _avgpool(call: Call, _: object) -> Step | None:
    args = call.args
    kernel = tuple(args["kernel_size"])
    rank = len(kernel)
    if args.get("divisor_override") is not None:
        return None
    op = _make(
        "avgpool",
        kernel=kernel,
        stride=_sizes(args["stride"] or kernel, rank),
        padding=_padding(args["padding"], rank),
        ceil=args["ceil_mode"],
        count_padding=args["count_include_pad"],
    )
    return _step(op, call, args["self"], axis=len(args["self"].shape) - rank - 1)


def _adaptive(call: Call, _: object) -> Step | None:
    x, output = call.args["self"], tuple(call.args["output_size"])
    extents = x.shape[-len(output) :]
    output = tuple([extents[i] if n is None else n for i, n in enumerate(output)])
    one = all(n == 1 for n in output)
    op = _make("globalavgpool") if one else _make("avgpool", output=output)
    return _step(op, call, x, axis=len(x.shape) - len(output) - 1)


def _mean(call: Call, _: object) -> Step | None:
    """Take the mean over all places: a global average."""
    args = call.args
    x = args["self"]
    rank = len(x.shape)
    dims = {d % rank for d in args.get("dim") or range(rank)}
    axis = features_of(x)
    if axis in dims or dims != set(range(1, rank)) - {axis}:
        return None
    step = _step(_make("globalavgpool"), call, x, axis=axis)
    for value in call.outputs:
        laid(value, axis if args.get("keepdim") else len(value.shape) - 1)
    return step


def _softmax(call: Call, _: object) -> Step | None:
    x = call.args["self"]
    return _step(_make("softmax"), call, x, axis=call.args["dim"] % max(len(x.shape), 1))


def _plainly(word: str, **fields: object) -> Callable[[Call, object], Step | None]:
    """Make the rule of an activation without a choice."""

    def rule(call: Call, _: object) -> Step | None:
        return _step(_make(word, **fields), call, next(call.tensors()))

    return rule


def _gelu(call: Call, _: object) -> Step | None:
    form = call.args["approximate"]
    op = _make("gelu", approximate=None if form == "none" else form)
    return _step(op, call, call.args["self"])


def _hardtanh(call: Call, _: object) -> Step | None:
    low, high = (_exact(call.args[key]) for key in ("min_val", "max_val"))
    op = _make("relu6") if low == 0 and high == 6 else _make("hard_tanh", low=low, high=high)
    return _step(op, call, call.args["self"])


def _leaky(call: Call, _: object) -> Step | None:
    op = _make("leaky_relu", slope=_exact(call.args["negative_slope"]))
    return _step(op, call, call.args["self"])


def _elu(call: Call, _: object) -> Step | None:
    if call.args["scale"] != 1 or call.args["input_scale"] != 1:
        return None
    return _step(_make("elu", alpha=_exact(call.args["alpha"])), call, call.args["self"])


def _prelu(call: Call, trained: Callable[[str], bool]) -> Step | None:
    weight = call.args["weight"]
    slopes = "shared" if weight.size == 1 else "map"
    op = _weighted("prelu", [weight], trained, slopes=slopes)
    return _step(op, call, call.args["self"], axis=1)


def _glu(call: Call, _: object) -> Step | None:
    x = call.args["self"]
    return _step(_make("glu"), call, x, axis=call.args["dim"] % len(x.shape))


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
        return _beside(_make(word, branches=2), call, one, other)

    return rule


def _by_number(word: str, call: Call) -> Step | None:
    factor = call.args["other"]
    if word == "multiply" and isinstance(factor, int | float) and factor:
        return _step(_make("scale", factor=_exact(factor)), call, call.args["self"])
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


def _sized(sizes: tuple[int, ...], features: int) -> Shape:
    from archcalc.readers.pytorch.recorder import Value  # noqa: PLC0415 - imports torch

    return shape_of(Value(sizes), features)


def _cat(call: Call, _: object) -> Step | None:
    tensors = [value for value in call.args["tensors"] if value.shape != (0,)]
    if len(tensors) == 1:
        return None
    rank = len(tensors[0].shape)
    along = call.args["dim"] % rank
    axis = features_of(tensors[0])
    if along == axis or any(value.features is None for value in tensors):
        return _step(_make("concat", branches=len(tensors)), call, *tensors, axis=along)
    return None


def _sizes(given: Any, rank: int) -> tuple[int, ...]:
    found = (given,) if isinstance(given, int) else tuple(given)
    return found * rank if len(found) == 1 else found


def _padding(given: Any, rank: int) -> tuple[int, ...] | str:
    if given == "same":
        return "same"
    if given == "valid":
        return (0, 0)
    return tuple([cells for n in _sizes(given, rank) for cells in (n, n)])


def _exact(number: float) -> Fraction:
    """Read a number as it is written: 1e-05 is a hundred thousandth."""
    return Fraction(repr(number))


RULES: dict[str, Callable[[Call, Callable[[str], bool]], Step | None]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _conv),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _deconv),
    "linear": _linear,
    **dict.fromkeys(("matmul", "mm", "mv"), _matmul),
    "addmm": _addmm,
    "batch_norm": _batchnorm,
    **dict.fromkeys(("layer_norm", "rms_norm"), _layernorm),
    "group_norm": _groupnorm,
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
    "prelu": _prelu,
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
