"""What calls count that no op of ours has the rule of, from the sizes of their tensors.

n is the number of elements of the output, m of the first input.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, TypeAlias

from archcalc.readers.pytorch import rounding
from archcalc.readers.pytorch.call import Value
from archcalc.readers.pytorch.elementwise import EACH, Figures
from archcalc.readers.pytorch.windows import added_at, laid_back, largest_of_parts, pooled

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.pytorch.call import Call

Rule: TypeAlias = "Callable[[Call], Figures | None]"


def state(call: Call) -> Figures | None:
    """Say what a call counts; None if that is not known."""
    if call.name in EACH:
        n = call.outputs[0].size
        return {kind: times * n for kind, times in EACH[call.name].items()}
    rule = RULES.get(call.name)
    return rule(call) if rule else None


def _pow(call: Call) -> Figures:
    exponent, n = call.args["exponent"], call.outputs[0].size
    if exponent == 2:
        return {"mul": n}
    return {"sqrt": n} if exponent == 0.5 else {"pow": n}


def _gelu(call: Call) -> Figures:
    n = call.outputs[0].size
    if call.args["approximate"] == "tanh":
        return {"tanh": n, "pow": n, "add": 2 * n, "mul": 4 * n}
    return {"erf": n, "add": n, "mul": 3 * n}


def _clamp(call: Call) -> Figures:
    bounds = [call.args.get(key) for key in ("min", "max")]
    return {"cmp": call.outputs[0].size * sum(bound is not None for bound in bounds)}


def _reduced(kind: str, before: str = "", **after: int) -> Rule:
    """Join all elements of a stretch, with something before; do something once for each stretch."""

    def rule(call: Call) -> Figures:
        m, n = _first(call).size, call.outputs[0].size
        each = {before: m} if before else {}
        return {kind: m - n} | each | {name: times * n for name, times in after.items()}

    return rule


def _norm(call: Call) -> Figures:
    m, n = _first(call).size, call.outputs[0].size
    return {"mul": m, "add": m - n, "sqrt": n}


def _deviation(call: Call) -> Figures:
    """Centre, square and average each stretch."""
    m, n = _first(call).size, call.outputs[-1].size
    roots = {"sqrt": n} if call.name.startswith("std") else {}
    return {"add": m - n + m + m - n, "mul": m, "div": 2 * n} | roots


def _stretches(call: Call, g: int, *, centred: bool) -> Figures:
    """Normalise each of g stretches by the statistics of the sample."""
    n = call.outputs[0].size
    scale, shift = call.args.get("weight") is not None, call.args.get("bias") is not None
    adds = (3 * n - 2 * g + g) if centred else n
    return {
        "mul": (2 + scale) * n,
        "add": adds + shift * n,
        "div": 2 * g if centred else g,
        "sqrt": g,
    }


def _layer_norm(call: Call) -> Figures:
    g = call.outputs[0].size // prod(call.args["normalized_shape"])
    return _stretches(call, g, centred=call.name != "rms_norm")


def _group_norm(call: Call) -> Figures:
    return _stretches(call, call.outputs[0].shape[0] * call.args["num_groups"], centred=True)


def _instance_norm(call: Call) -> Figures:
    samples, channels = call.outputs[0].shape[:2]
    return _stretches(call, samples * channels, centred=True)


def _batch_norm(call: Call) -> Figures:
    """Fold into a factor and a term; with the statistics of the sample, as a norm of each map."""
    if call.args["training"] or call.args["running_mean"] is None:
        return _stretches(call, call.outputs[0].shape[1], centred=True)
    n = call.outputs[0].size
    return {"mul": n, "add": n}


def _softmax(call: Call) -> Figures:
    y = call.outputs[0]
    n, along = y.size, (y.shape or (1,))[call.args["dim"]]
    if call.name.endswith("log_softmax"):
        return {"exp": n, "add": n // along * (along - 1) + n, "log": n // along}
    return {"exp": n, "add": n // along * (along - 1), "div": n}


def _summed(call: Call, macs: int, kept: Value | None, bias: bool = False) -> Figures:  # noqa: FBT001, FBT002
    """Say whose products they are: with a stored number connections, of two activations not."""
    n = call.outputs[0].size
    computed = sum(value.held for value in call.tensors())
    adds = {"add": n} if bias else {}
    if kept is not None and not kept.held and computed:
        return {"mac": macs, "connections": macs + n * bias, "neurons": n} | adds
    return {"mac": macs, "interactions": macs if computed > 1 else 0} | adds


def _product(call: Call) -> Figures:
    """Multiply two matrices, or many."""
    one, other = _operands(call)
    macs = call.outputs[0].size * one.shape[-1]
    kept = next((value for value in (other, one) if not value.held), None)
    added = next(
        (v for k, v in call.args.items() if k in {"self", "input"} and "add" in call.name), None
    )
    return _summed(call, macs, kept) | ({"add": call.outputs[0].size} if added else {})


def _operands(call: Call) -> tuple[Value, Value]:
    args = call.args
    for keys in (
        ("mat1", "mat2"),
        ("batch1", "batch2"),
        ("self", "other"),
        ("self", "mat2"),
        ("self", "vec"),
        ("self", "tensor"),
    ):
        if all(isinstance(args.get(key), Value) for key in keys):
            return args[keys[0]], args[keys[1]]
    raise KeyError(call.name)


def _linear(call: Call) -> Figures:
    weight = call.args["weight"]
    macs = call.outputs[0].size * weight.shape[-1]
    return _summed(call, macs, weight, call.args["bias"] is not None)


def _grouped(call: Call) -> Figures:
    """Multiply each row with the matrix of its group: of its expert."""
    weight, n = call.args["mat2"], call.outputs[0].size
    return _summed(call, n * weight.shape[-2], weight, call.args["bias"] is not None)


def _conv(call: Call) -> Figures:
    weight = call.args["weight"]
    macs = call.outputs[0].size * prod(weight.shape[1:])
    return _summed(call, macs, weight, call.args["bias"] is not None)


def _deconv(call: Call) -> Figures:
    weight = call.args["weight"]
    x = _first(call)
    macs = x.size * prod(weight.shape[1:])
    return _summed(call, macs, weight, call.args["bias"] is not None)


def _attention(call: Call) -> Figures:
    query, key, value = (call.args[name] for name in ("query", "key", "value"))
    rows = prod(query.shape[:-1])
    n = rows * key.shape[-2]
    macs = n * (query.shape[-1] + value.shape[-1])
    mask = n if call.args.get("attn_mask") is not None else 0
    return {
        "mac": macs,
        "interactions": macs,
        "mul": n,
        "exp": n,
        "add": rows * (key.shape[-2] - 1) + mask,
        "div": n,
    }


def _weight_norm(call: Call) -> Figures:
    """Divide v by the norms of its slices, and multiply by g."""
    n, g = call.args["v"].size, call.args["g"].size
    return {"mul": 2 * n, "add": n - g, "sqrt": g, "div": g}


def _bag(call: Call) -> Figures:
    bags, width = call.outputs[0].shape
    return {"add": (call.args["indices"].size - bags) * width}


def _bilinear(call: Call) -> Figures:
    one, weight = call.args["input1"], call.args["weight"]
    places = one.size // one.shape[-1]
    out, in1, in2 = weight.shape
    first, second = places * out * in1 * in2, places * out * in1
    bias = places * out if call.args["bias"] is not None else 0
    return {
        "mac": first + second,
        "connections": first + bias,
        "interactions": second,
        "neurons": places * out,
        "add": bias,
    }


_GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
_CELL = {
    "lstm": {"exp": 3, "add": 4, "div": 3, "tanh": 2, "mul": 3},
    "gru": {"exp": 2, "add": 5, "div": 2, "tanh": 1, "mul": 3},
    "rnn_tanh": {"tanh": 1},
    "rnn_relu": {"cmp": 1},
}
"""Elementwise work of a unit at a step: its gates, the update of its state, sums of two halves."""


def _recurrent(call: Call) -> Figures | None:
    """Go through every step of every layer and direction."""
    name = call.name.removesuffix("_cell")
    weights = call.args.get("params")
    if name != call.name:
        weights = [call.args[key] for key in ("w_ih", "w_hh", "b_ih", "b_hh") if call.args[key]]
    if weights is None or "batch_sizes" in call.args:
        return None
    x = call.args["input"]
    steps = 1 if name != call.name else x.size // x.shape[-1]
    matrices = [w for w in weights if len(w.shape) == 2]
    biases = sum(w.size for w in weights if len(w.shape) == 1)
    macs = steps * sum(w.size for w in matrices)
    gates, each = _GATES[name], 2
    if matrices[1].shape[1] * gates != matrices[0].shape[0]:
        each = 3  # the state is projected before it comes back
    hidden = sum(w.shape[0] // gates for w in matrices[::each])
    projected = sum(w.shape[0] for w in matrices[2::each]) if each > 2 else 0
    units = steps * (hidden * gates + projected)
    cell = {kind: times * steps * hidden for kind, times in _CELL[name].items()}
    cell["add"] = cell.get("add", 0) + steps * biases
    return cell | {"mac": macs, "connections": macs + steps * biases, "neurons": units}


def _first(call: Call) -> Value:
    return call.tensors()[0]


_MAX_POOLS = tuple(f"max_pool{n}d{end}" for n in (1, 2, 3) for end in ("", "_with_indices"))

RULES: dict[str, Rule] = {
    "pow": _pow,
    "gelu": _gelu,
    **dict.fromkeys(("clamp", "clip"), _clamp),
    **dict.fromkeys(("sum", "nansum"), _reduced("add")),
    "logsumexp": _reduced("add", "exp", log=1),
    "mean": _reduced("add", div=1),
    **dict.fromkeys(("max", "min", "amax", "amin", "any", "all"), _reduced("cmp")),
    **dict.fromkeys(("linalg_vector_norm", "norm"), _norm),
    **dict.fromkeys(("std", "var", "var_mean", "std_mean"), _deviation),
    **dict.fromkeys(("layer_norm", "rms_norm"), _layer_norm),
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "batch_norm": _batch_norm,
    **dict.fromkeys(("softmax", "_softmax", "log_softmax", "_log_softmax"), _softmax),
    **dict.fromkeys(("matmul", "bmm", "mm", "mv", "addmm", "baddbmm", "dot", "vdot"), _product),
    "linear": _linear,
    "_grouped_mm": _grouped,
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _conv),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _deconv),
    "scaled_dot_product_attention": _attention,
    **dict.fromkeys(_MAX_POOLS, pooled("cmp")),
    "_weight_norm_interface": _weight_norm,
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), pooled("add")),
    **dict.fromkeys([f"adaptive_max_pool{n}d" for n in (1, 2, 3)], largest_of_parts),
    "col2im": laid_back,
    **dict.fromkeys(("index_add", "scatter_add"), added_at),
    "embedding_bag": _bag,
    "bilinear": _bilinear,
    rounding.AS_MET: rounding.as_met,
    **dict.fromkeys(
        (*_GATES, "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"), _recurrent
    ),
}
"""By the name of a call."""
