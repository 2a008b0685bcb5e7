"""Attention of PyTorch → ops of ours: its core, products of activations, and the whole module.

`nn.MultiheadAttention` is a few calls: what makes queries, keys and values, their core, what is
made of the mix. These become the one call that they are in our sense.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason
from archcalc.ops.shape import Shape
from archcalc.readers.pytorch.call import Call, Value
from archcalc.readers.pytorch.layout import View, laid, view_of
from archcalc.readers.pytorch.step import Step, Stored, make_op, weighted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archcalc.ops.op import Op

WHOLE = "multi_head_attention"
"""The name of what stands for all calls of a module."""
_CORE = "scaled_dot_product_attention"


def core(call: Call, stored: Stored) -> Step | None:
    """Read the core of attention: heads, and a stack of windows, lie ahead of places."""
    args = call.args
    query, key, value, mask = (args[name] for name in ("query", "key", "value", "attn_mask"))
    heads, shared = query.shape[-3], key.shape[-3]
    default = args.get("scale") is None or abs(args["scale"] ** 2 * query.shape[-1] - 1) < 1e-6
    if len(query.shape) < 3 or not default or len(key.shape) != len(query.shape):
        return None
    stack = prod(query.shape[:-3])
    windowed = stack > 1
    fields: dict[str, Any] = {"heads": heads, "causal": bool(args["is_causal"])}
    if shared != heads:
        fields["kv_heads"] = shared
    if windowed:
        fields["axis"] = "width"
    inputs = [query, key, value]
    views = [_in_heads(each.shape, stack=windowed) for each in inputs]
    if mask is not None:
        if not (mask.held or stored.stands_alone(mask)):
            return None
        inputs.append(mask)
        views.append(_scores(mask.shape, stack=windowed))
    y = _in_heads(call.outputs[0].shape, stack=windowed)
    return _fitting(make_op("scaled_dot_product", **fields), inputs, views, y)


def product(call: Call) -> Step | None:
    """Read the product of two stacks of matrices, both of which come in."""
    one, other = list(call.args.values())[:2]
    ranks = {len(one.shape), len(other.shape)}
    if not (one.held and other.held) or len(ranks) > 1 or not 3 <= ranks.pop() <= 5:
        return None
    axis = 1 if len(one.shape) > 3 else 0
    laid(call.outputs[0], axis)
    views = [view_of(value, axis) for value in (one, other)]
    return _fitting(make_op("matmul"), [one, other], views, view_of(call.outputs[0], axis))


def _fitting(op: Op | None, inputs: list[Value], views: list[View], y: View) -> Step | None:
    """Make a step of an op, unless it does not fit."""
    try:
        fits = op is not None and op.shape(*[view.shape for view in views]) == y.shape
    except Reason:
        return None
    return Step(op, tuple(inputs), tuple(views), y=y) if op and fits else None


def _in_heads(sizes: tuple[int, ...], *, stack: bool) -> View:
    """Read (stack x) heads x places x features of a head: all heads' features lie together."""
    heads, places, each = sizes[-3:]
    shape = Shape(heads * each, *([prod(sizes[:-3])] if stack else []), places)
    return View(sizes, (-3, -1), shape)


def _scores(sizes: tuple[int, ...], *, stack: bool) -> View:
    """Read (stack x) heads x queries x keys, fewer where they are spread."""
    full = (1,) * (3 - len(sizes)) + sizes
    ahead = [prod(full[:-3])] if stack and len(full) > 3 else []
    return View(full, (-3,), Shape(full[-3], *ahead, *full[-2:]))


def modules(
    calls: Sequence[Call], labels: Mapping[str, str], outputs: Iterable[Value]
) -> dict[int, Call | None]:
    """Find the calls of each `MultiheadAttention`: the last becomes all of them, the others go."""
    within: dict[str, list[int]] = {
        path: [] for path, label in labels.items() if label == "MultiheadAttention"
    }
    if not within:
        return {}
    for n, call in enumerate(calls):
        path = call.path
        while path:
            if path in within:
                within[path].append(n)
            path = path.rpartition("/")[0]
    readers: Counter[int] = Counter(s for v in outputs for s in v.sources)
    for call in calls:
        readers.update({s for value in call.tensors() for s in value.sources})
    found: dict[int, Call | None] = {}
    for path, own in within.items():
        whole = _whole(path, [calls[n] for n in own])
        if whole and all(readers[n] == 1 for n in own[:-1]):
            found |= dict.fromkeys(own[:-1]) | {own[-1]: whole}
    return found


def _whole(path: str, calls: Sequence[Call]) -> Call | None:
    """Take the calls of one module together; None where it does more than our op."""
    names = [call.name for call in calls]
    if not 3 <= len(calls) <= 5 or names != ["linear"] * (len(calls) - 2) + [_CORE, "linear"]:
        return None
    *made, middle, last = calls
    into = list(_into(made))
    kept = [weight.names[:1] for _, weight, _ in into]
    ours = all(name and name[0].rpartition(".")[2] in _NAMES for name in kept)
    args = middle.args
    if (
        len(into) != 3
        or not ours
        or args["attn_mask"] is not None
        or prod(args["query"].shape[:-3]) > 1
    ):
        return None
    own = {
        "heads": args["query"].shape[-3],
        "causal": args["is_causal"],
        "inputs": [x for x, _, _ in into],
        "weights": [w for _, w, _ in into] + [last.args["weight"]],
        "biases": [b for _, _, b in into] + [last.args["bias"]],
    }
    return Call(WHOLE, "", own, last.outputs, path)


_NAMES = {"in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"}


def _into(made: Sequence[Call]) -> Iterator[tuple[Value, Value, Value | None]]:
    """Give what queries, keys and values are made of, and by which weights and biases."""
    for call in made:
        x, weight, bias = (call.args[key] for key in ("input", "weight", "bias"))
        parts = weight.shape[0] // weight.shape[1] if len(made) < 3 else 1
        for n in range(parts):
            yield x, _part(weight, n, parts), None if bias is None else _part(bias, n, parts)


def _part(value: Value, n: int, parts: int) -> Value:
    """Take one of equal parts of a stored tensor."""
    if parts == 1:
        return value
    numbers = None if value.numbers is None else value.numbers.chunk(parts)[n]
    shape = (value.shape[0] // parts, *value.shape[1:])
    return replace(value, shape=shape, whole=False, numbers=numbers)


def whole(call: Call, stored: Stored) -> Step | None:
    """Read all of an attention of several heads: what it is made from, its core, its output."""
    args = call.args
    inputs, biases = args["inputs"], [bias for bias in args["biases"] if bias is not None]
    alike = all(value is inputs[0] for value in inputs)
    if len(biases) not in {0, 4} or not all(value.held for value in inputs):
        return None
    fields = {"heads": args["heads"], "causal": args["causal"], "bias": bool(biases)}
    arrays = [*args["weights"], *biases]
    rows = [
        View(each.shape, (-1,), Shape(each.shape[-1], prod(each.shape[:-1]))) for each in inputs
    ]
    last = len(inputs[0].shape) - 1
    step = weighted("attention", call, inputs[0], last, arrays, stored, **fields)
    if step is None:
        return None
    laid(call.outputs[0], -1)
    if alike:
        return step._replace(views=(rows[0],), y=rows[0])
    return step._replace(inputs=tuple(inputs), views=tuple(rows), y=rows[0])
