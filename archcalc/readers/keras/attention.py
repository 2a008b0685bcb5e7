"""Keras's layers of attention.

Source: keras/src/layers/attention.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason
from archcalc.readers.keras.call import Unknown
from archcalc.readers.keras.values import Value

if TYPE_CHECKING:
    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Arrays


def _tensors(call: Call, *names: str) -> list[Value]:
    """Give query, value and key: by their places, by their names; the key is the value if none."""
    placed = [arg for arg in call.args if isinstance(arg, Value)]
    if len(call.args) == 1 and isinstance(call.args[0], list):
        placed = [arg for arg in call.args[0] if isinstance(arg, Value)]
    named = dict(zip(names, placed, strict=False))
    named |= {name: v for name in names if isinstance(v := call.kwargs.get(name), Value)}
    missing = [name for name in names[:2] if name not in named]
    if missing:
        raise Reason("two-inputs", f"`{call.layer.kind}` is called without its `{missing[0]}`")
    query, value = named[names[0]], named[names[1]]
    return [query, value, named.get("key", value)]


def multi_head(call: Call) -> list[Value]:
    """Read attention of several heads, which may share their keys and values."""
    query, value, key = _tensors(call, "query", "value", "key")
    fields, grouped = (
        call.fields,
        call.layer.kind in {"GroupQueryAttention", "GroupedQueryAttention"},
    )
    heads = fields.whole("num_query_heads" if grouped else "num_heads")
    width = fields.whole("head_dim" if grouped else "key_dim")
    shared = fields.whole("num_key_value_heads") if grouped else heads
    wide = fields.whole("value_dim", width)
    if any(fields.truth(name, default=False) for name in ("use_gate", "flash_gate")):
        raise Unknown("it has a gate", query.dims)
    units = fields.wholes("output_shape")
    bias = fields.truth("use_bias", default=True)
    if len(query.inner) != 2 or len(value.inner) != 2 or query.lead:
        raise Unknown("attention over more axes than one", query.dims)
    causal = call.kwargs.get("use_causal_mask") is True
    out = prod(units) if units else query.dims[-1]
    if wide == width and out == query.dims[-1]:
        same = query == value == key
        others = () if same else (key,) if key == value else (key, value)
        found = call.add(
            "attention", query, *others, axis=1, dims=query.dims,
            heads=heads, kv_heads=None if shared == heads else shared,
            inner=heads * width, bias=bias, causal=causal,
        )  # fmt: skip
    else:
        sizes = Sizes(heads, width, wide, out)
        found = _stated(call, (query, value, key), sizes, bias=bias)
    scores = found._replace(dims=(heads, query.dims[0], value.dims[0]), axis=0)
    return [found, scores]


class Sizes(NamedTuple):
    """The heads of an attention, the features of each head, of its values, and those that leave."""

    heads: int
    width: int
    wide: int
    out: int


def _stated(call: Call, tensors: tuple[Value, Value, Value], sizes: Sizes, *, bias: bool) -> Value:
    """State attention whose values or outputs have sizes of their own: the work of `attention`."""
    query, value, key = tensors
    heads, width, wide, out = sizes
    steps, given = query.dims[0], value.dims[0]
    matrices = {
        "query": (query.dims[-1], heads * width, steps),
        "key": (key.dims[-1], heads * width, given),
        "value": (value.dims[-1], heads * wide, given),
        "output": (heads * wide, out, steps),
    }
    products = sum(prod(matrix) for matrix in matrices.values())
    neurons = sum(units * places for _, units, places in matrices.values())
    holds: Arrays = tuple((name, matrix[:2]) for name, matrix in matrices.items())
    biases: Arrays = tuple((f"{name}_bias", matrix[1:2]) for name, matrix in matrices.items())
    both, scores = steps * given * heads * (width + wide), heads * steps * given
    return call.does(
        (steps, out), 1, holds + biases * bias, inputs=(query, key, value),
        mac=products + both, interactions=both, connections=products + neurons * bias,
        neurons=neurons, add=neurons * bias + scores - heads * steps, mul=scores, exp=scores,
        div=scores,
    )  # fmt: skip


def dot_product(call: Call) -> list[Value]:
    """Read attention without matrices: scores by products, or by sums of tanh (additive)."""
    query, value, key = _tensors(call, "query", "value", "key")
    if len(query.dims) != 2 or len(value.dims) != 2:
        raise Unknown("attention over more axes than one", query.dims)
    (steps, width), (given, wide) = query.dims, value.dims
    rows = steps * given
    macs, work = 0, {"exp": rows, "div": rows, "add": rows - steps}
    holds: Arrays
    scaled = call.fields.truth("use_scale", default=call.layer.kind == "AdditiveAttention")
    if call.layer.kind == "AdditiveAttention":
        work |= {"tanh": rows * width, "mul": rows * width * scaled}
        work["add"] += rows * width + rows * (width - 1)
        holds = (("scale", (width,)),) * scaled
    else:
        if call.fields.word("score_mode", "dot") != "dot":
            raise Unknown("its scores are concatenated", (steps, wide))
        macs = rows * width
        work["mul"] = rows * scaled
        holds = (("scale", (1,)),) * scaled
    macs += rows * wide
    work |= {"mac": macs, "interactions": macs}
    found = call.does((steps, wide), 1, holds, work, inputs=(query, value, key))
    return [found, found._replace(dims=(steps, given), axis=1)]
