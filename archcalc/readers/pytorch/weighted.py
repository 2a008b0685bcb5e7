"""Calls of PyTorch that hold weights → ops of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.shape import Shape
from archcalc.readers.pytorch.layout import View, laid
from archcalc.readers.pytorch.step import (
    Step,
    Stored,
    exact,
    padding_of,
    sizes_of,
    weighted,
)

if TYPE_CHECKING:
    from archcalc.readers.pytorch.call import Call, Value


def conv(call: Call, stored: Stored) -> Step | None:
    """Read a convolution."""
    args = call.args
    weight, x = args["weight"], args["input"]
    kernel = weight.shape[2:]
    return weighted(
        "conv",
        call,
        x,
        len(x.shape) - len(kernel) - 1,
        [weight, args["bias"]],
        stored,
        filters=weight.shape[0],
        kernel=kernel,
        stride=sizes_of(args["stride"], len(kernel)),
        padding=padding_of(args["padding"], len(kernel)),
        dilation=sizes_of(args["dilation"], len(kernel)),
        groups=args["groups"],
        bias=args["bias"] is not None,
    )


def convolution(call: Call, stored: Stored) -> Step | None:
    """Read a convolution as traces have it, which may be a transposed one."""
    return (deconv if call.args["transposed"] else conv)(call, stored)


def deconv(call: Call, stored: Stored) -> Step | None:
    """Read a transposed convolution."""
    args = call.args
    weight, x = args["weight"], args["input"]
    rank = len(weight.shape) - 2
    return weighted(
        "deconv",
        call,
        x,
        len(x.shape) - rank - 1,
        [weight, args["bias"]],
        stored,
        filters=weight.shape[1] * args["groups"],
        kernel=weight.shape[2:],
        stride=sizes_of(args["stride"], rank),
        padding=padding_of(args["padding"], rank),
        output_padding=sizes_of(args["output_padding"], rank),
        dilation=sizes_of(args["dilation"], rank),
        groups=args["groups"],
        bias=args["bias"] is not None,
    )


def linear(call: Call, stored: Stored) -> Step | None:
    """Read a layer of units."""
    x, weight, bias = (call.args[key] for key in ("input", "weight", "bias"))
    return _dense(call, x, (weight, bias), stored)


def matmul(call: Call, stored: Stored) -> Step | None:
    """Read a product of which one side is stored."""
    one, other = list(call.args.values())[:2]
    if one.held and not other.held and len(other.shape) == 2:
        return _dense(call, one, (other.turned(), None), stored)
    return None


def addmm(call: Call, stored: Stored) -> Step | None:
    """Read a product with its bias."""
    bias, x, weight = (call.args[key] for key in ("self", "mat1", "mat2"))
    if call.args["alpha"] != 1 or call.args["beta"] != 1 or bias.shape != weight.shape[1:]:
        return None
    return _dense(call, x, (weight.turned(), bias), stored)


def _dense(call: Call, x: Value, arrays: tuple[Value, Value | None], stored: Stored) -> Step | None:
    """Apply a matrix at each place; of a tensor of one place it is the whole vector."""
    weight, offset = arrays
    alone = all(size == 1 for size in x.shape[:-1])
    last, bias, units = len(x.shape) - 1, offset is not None, weight.shape[0]
    return weighted("linear", call, x, last, arrays, stored, units=units, bias=bias, flatten=alone)


def batchnorm(call: Call, stored: Stored) -> Step | None:
    """Read a normalisation by the statistics that are kept."""
    args = call.args
    if args.get("training") or args.get("use_input_stats") or args["running_mean"] is None:
        return None
    step = weighted(
        "batchnorm",
        call,
        args["input"],
        1,
        [args["weight"], args["bias"]],
        stored,
        eps=exact(args["eps"]),
        momentum=exact(args["momentum"]),
        scale=args["weight"] is not None,
        shift=args["bias"] is not None,
    )
    statistics = (args["running_mean"],), (args["running_var"],)
    return step and step._replace(holds=(*step.holds, *statistics))


def instancenorm(call: Call, stored: Stored) -> Step | None:
    """Read a normalisation of each map by itself, or by the statistics that are kept."""
    args = call.args
    if not args["use_input_stats"]:
        return batchnorm(call, stored)
    return _normalised("instancenorm", call, 1, stored)


def layernorm(call: Call, stored: Stored) -> Step | None:
    """Read a normalisation over the features of a place, or over all maps together."""
    x, over = call.args["input"], len(call.args["normalized_shape"])
    if over == 1:
        return _normalised("layernorm", call, len(x.shape) - 1, stored)
    if over == len(x.shape) - 1 and x.shape[0] == 1:
        return _normalised("layernorm", call, 1, stored, over="all")
    return None


def rmsnorm(call: Call, stored: Stored) -> Step | None:
    """Read a normalisation by the root mean square of a place."""
    args = call.args
    if len(args["normalized_shape"]) != 1:
        return None
    weight, x = args["weight"], args["input"]
    eps = exact(args["eps"] or 2**-52)  # None is the step of the numbers' own type: here of double
    last = len(x.shape) - 1
    return weighted("rmsnorm", call, x, last, [weight], stored, scale=weight is not None, eps=eps)


def groupnorm(call: Call, stored: Stored) -> Step | None:
    """Read a normalisation over groups of maps."""
    return _normalised("groupnorm", call, 1, stored, groups=call.args["num_groups"])


def _normalised(word: str, call: Call, axis: int, stored: Stored, **fields: object) -> Step | None:
    """Read a normalisation by the sample's own mean and variance."""
    args = call.args
    weight, bias = args["weight"], args["bias"]
    fields |= {"scale": weight is not None, "shift": bias is not None, "eps": exact(args["eps"])}
    return weighted(word, call, args["input"], axis, [weight, bias], stored, **fields)


def prelu(call: Call, stored: Stored) -> Step | None:
    """Read a ReLU with slopes that are learned."""
    weight = call.args["weight"]
    slopes = "shared" if weight.size == 1 else "map"
    return weighted("prelu", call, call.args["self"], 1, [weight], stored, slopes=slopes)


def embedding(call: Call, stored: Stored) -> Step | None:
    """Read a table that is looked up: one number of what comes in is one place."""
    weight, x = call.args["weight"], call.args["indices"]
    words, features = weight.shape
    step = weighted("embedding", call, x, 0, [weight], stored, features=features, words=words)
    if step is None:
        return None
    laid(call.outputs[0], -1)
    places = x.shape[1:] if len(x.shape) > 1 and x.shape[0] == 1 else x.shape
    return step._replace(views=(View((1, *places), (0,), Shape(1, *places)),))


GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1}
"""The weighted sums of a unit."""


def recurrent(call: Call, stored: Stored) -> Step | None:
    """Read a recurrent layer, or several, at every step of one sequence."""
    args, params = call.args, call.args.get("params")
    if params is None or "batch_sizes" in args or args["input"].shape[not args["batch_first"]] != 1:
        return None
    gates, ways = GATES[call.name], 2 if args["bidirectional"] else 1
    each = 4 if args["has_biases"] else 2
    if len(params) != each * ways * args["num_layers"]:
        return None  # projected
    parts = [params[n::each] for n in range(each)]
    bias = args["has_biases"]
    if bias and call.name != "gru":
        # PyTorch adds two: where a module learns the first alone, the second stands for none
        one = not any(map(stored.is_parameter, parts[3])) and stored.is_parameter(parts[2][0])
        parts, bias = (parts[:3], True) if one else (parts, "double")
    layers = [parts[0][:ways], parts[0][ways:], *parts[1:]]
    step = weighted(
        call.name.partition("_")[0],
        call,
        args["input"],
        2,
        [part or None for part in layers],
        stored,
        units=parts[1][0].shape[1],
        bidirectional=ways == 2,
        stack=args["num_layers"],
        steps="all",
        bias=bias,
    )
    if step is None or parts[0][0].shape[0] != gates * parts[1][0].shape[1]:
        return None
    return step


def scaled(call: Call, stored: Stored) -> Step | None:
    """Read a product with a number for each map, as layer scale has it, or a sum with one."""
    one, other = call.args["self"], call.args["other"]
    x, factor = (one, other) if one.held else (other, one)
    axis = _map_axis(x, factor, stored)
    if axis is None or call.args.get("alpha", 1) != 1:
        return None
    product = call.name == "mul"
    return weighted("affine", call, x, axis, [factor], stored, scale=product, shift=not product)


def _map_axis(x: Value, factor: Value, stored: Stored) -> int | None:
    """Find the axis along which a stored vector lies, spread over all others."""
    if not stored.is_parameter(factor) or not x.held:
        return None
    long = [n - len(factor.shape) for n, size in enumerate(factor.shape) if size > 1]
    if len(long) != 1 or len(factor.shape) > len(x.shape) or not factor.whole:
        return None
    (from_end,) = long
    axis = len(x.shape) + from_end
    fits = axis > 0 and x.shape[axis] == factor.size
    return axis if fits else None
