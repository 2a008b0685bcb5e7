"""Calls of PyTorch that hold weights → ops of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.readers.pytorch.call import Value
from archcalc.readers.pytorch.layout import shape_of
from archcalc.readers.pytorch.step import Step, exact, make_op, padding_of, sizes_of, step_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.ops.op import Op
    from archcalc.ops.shape import Shape
    from archcalc.readers.pytorch.call import Call


def _weighted(
    word: str, read: list[Value | None], trained: Callable[[str], bool], **fields: object
) -> Op | None:
    """Make an op with weights, all of which are stored; frozen if none of them is trained."""
    arrays = [value for value in read if value is not None]
    if any(value.sources for value in arrays):
        return None
    names = [name for value in arrays for name in value.names]
    frozen = bool(names) and not any(map(trained, names))
    return make_op(word, **fields, **({"trainable": False} if frozen else {}))


def conv(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a convolution."""
    args = call.args
    weight = args["weight"]
    kernel = weight.shape[2:]
    op = _weighted(
        "conv",
        [weight, args["bias"]],
        trained,
        filters=weight.shape[0],
        kernel=kernel,
        stride=sizes_of(args["stride"], len(kernel)),
        padding=padding_of(args["padding"], len(kernel)),
        dilation=sizes_of(args["dilation"], len(kernel)),
        groups=args["groups"],
        bias=args["bias"] is not None,
    )
    x = args["input"]
    return step_of(op, call, x, axis=len(x.shape) - len(kernel) - 1)


def deconv(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a transposed convolution."""
    args = call.args
    weight = args["weight"]
    rank = len(weight.shape) - 2
    op = _weighted(
        "deconv",
        [weight, args["bias"]],
        trained,
        filters=weight.shape[1] * args["groups"],
        kernel=weight.shape[2:],
        stride=sizes_of(args["stride"], rank),
        padding=padding_of(args["padding"], rank),
        output_padding=sizes_of(args["output_padding"], rank),
        dilation=sizes_of(args["dilation"], rank),
        groups=args["groups"],
        bias=args["bias"] is not None,
    )
    x = args["input"]
    return step_of(op, call, x, axis=len(x.shape) - rank - 1)


def linear(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a layer of units."""
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
    return step_of(op, call, x, axis=len(x.shape) - 1)


def matmul(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a product of which one side is stored."""
    one, other = list(call.args.values())[:2]
    if one.held and not other.held and len(other.shape) == 2:
        return _dense(call, one, other, None, other.shape[-1], trained)
    return None


def addmm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a product with its bias."""
    bias, x, weight = (call.args[key] for key in ("self", "mat1", "mat2"))
    if bias.held or weight.held or call.args["alpha"] != 1 or call.args["beta"] != 1:
        return None
    return _dense(call, x, weight, bias, weight.shape[1], trained)


def batchnorm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a normalisation by the statistics that are kept."""
    args = call.args
    if args["training"] or args["running_mean"] is None:
        return None
    arrays = [args["weight"], args["bias"]]
    op = _weighted(
        "batchnorm",
        arrays,
        trained,
        eps=exact(args["eps"]),
        momentum=exact(args["momentum"]),
        scale=args["weight"] is not None,
        shift=args["bias"] is not None,
    )
    return step_of(op, call, args["input"], axis=1)


def layernorm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a normalisation over the features of a place."""
    args = call.args
    if len(args["normalized_shape"]) != 1:
        return None
    weight, bias = args["weight"], args.get("bias")
    word = "layernorm" if call.name == "layer_norm" else "rmsnorm"
    fields: dict[str, object] = {"scale": weight is not None}
    if word == "layernorm":
        fields["shift"] = bias is not None
    if args["eps"] is not None:
        fields["eps"] = exact(args["eps"])
    op = _weighted(word, [weight, bias], trained, **fields)
    x = args["input"]
    return step_of(op, call, x, axis=len(x.shape) - 1)


def groupnorm(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a normalisation over groups of maps."""
    args = call.args
    op = _weighted(
        "groupnorm",
        [args["weight"], args["bias"]],
        trained,
        groups=args["num_groups"],
        eps=exact(args["eps"]),
        scale=args["weight"] is not None,
        shift=args["bias"] is not None,
    )
    return step_of(op, call, args["input"], axis=1)


def prelu(call: Call, trained: Callable[[str], bool]) -> Step | None:
    """Read a ReLU with slopes that are learned."""
    weight = call.args["weight"]
    slopes = "shared" if weight.size == 1 else "map"
    op = _weighted("prelu", [weight], trained, slopes=slopes)
    return step_of(op, call, call.args["self"], axis=1)


def _sized(sizes: tuple[int, ...], features: int) -> Shape:
    return shape_of(Value(sizes), features)
