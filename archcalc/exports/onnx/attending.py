"""Attention and recurrent layers as nodes of ONNX."""

from __future__ import annotations

from math import cos, sin, sqrt
from typing import TYPE_CHECKING, Any

from archcalc.exports.onnx.emitting import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.exports.onnx.emitting import Emitter

ORDER = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}
"""ONNX's gates by PyTorch's and archcalc's numbers of them."""


def attention(e: Emitter) -> str:
    """Write queries, keys and values, the product of the first two, its softmax, and the mix."""
    op, x = e.op, e.x
    if op.past:
        raise refused("keys and values that are kept from before are not written")
    if op.within is None and all(each.rank == 1 for each in e.node.xs):
        rows = [e.rows(i) for i in range(len(e.inputs))]
        return e.back(_attended(e, rows, [each.places for each in e.node.xs]))
    sides = op.within or x.extents
    if (
        len(e.inputs) > 1
        or len(sides) != 2
        or any(n % s for n, s in zip(x.extents, sides, strict=True))
    ):
        raise refused("of maps only windows that part those of two dimensions are written")
    (high, wide), (height, width) = sides, x.extents
    apart = (-1, height // high, high, width // wide, wide, x.channels)
    cells = e.add("Transpose", e.add("Reshape", e.rows(), e.ints(*apart)), perm=[0, 1, 3, 2, 4, 5])
    rows = [e.add("Reshape", cells, e.ints(-1, high * wide, x.channels))]
    mixed = _attended(e, rows, [high * wide])
    back = (-1, height // high, width // wide, high, wide, x.channels)
    cells = e.add("Transpose", e.add("Reshape", mixed, e.ints(*back)), perm=[0, 1, 3, 2, 4, 5])
    return e.back(e.add("Reshape", cells, e.ints(-1, height, width, x.channels)))


def _attended(e: Emitter, rows: list[str], places: list[int]) -> str:
    """Mix the values of rows of places; the first asks, the others are keys and values."""
    op, last = e.op, len(rows) - 1
    inner = op.inner or e.x.channels
    each, shared = inner // op.heads, op.kv_heads or op.heads
    parts = {}
    for name, number in {"query": 0, "key": min(1, last), "value": last}.items():
        heads = op.heads if name == "query" else shared
        apart = e.add(
            "Reshape", _product(e, rows[number], name), e.ints(0, places[number], heads, each)
        )
        part = e.add("Transpose", apart, perm=[0, 2, 1, 3])
        if op.positions == "rotary" and name != "value":
            part = _turned(e, part, places[number], each)
        parts[name] = part if name == "query" else _repeated(e, part, op.heads // shared)
    keys = e.add("Transpose", parts["key"], perm=[0, 1, 3, 2])
    scores = e.add("MatMul", e.add("Mul", parts["query"], e.real(1 / sqrt(each))), keys)
    if op.positions == "relative":
        scores = e.add("Add", scores, _nearness(e))
    if op.causal:
        scores = _hidden(e, scores, places[0], places[min(1, last)])
    mixed = e.add("MatMul", e.add("Softmax", scores, axis=-1), parts["value"])
    together = e.add(
        "Reshape", e.add("Transpose", mixed, perm=[0, 2, 1, 3]), e.ints(0, places[0], inner)
    )
    return _product(e, together, "output")


def _hidden(e: Emitter, scores: str, queries: int, keys: int) -> str:
    """Hide from each place those behind it."""
    asking = e.whole(f"places:{queries}_1", range(queries), queries, 1)
    asked = e.whole(f"places:1_{keys}", range(keys), 1, keys)
    return e.add("Where", e.add("Less", asking, asked), e.real(float("-inf")), scores)


def _turned(e: Emitter, part: str, places: int, each: int) -> str:
    """Turn pairs of features by angles that grow with the place."""
    half, sizes = each // 2, (places, each // 2)
    cosines = e.table(f"rotary:cos_{places}_{half}", sizes, lambda: map(cos, _angles(*sizes)))
    sines = e.table(f"rotary:sin_{places}_{half}", sizes, lambda: map(sin, _angles(*sizes)))
    first = e.add("Slice", part, e.ints(0), e.ints(half), e.ints(3))
    second = e.add("Slice", part, e.ints(half), e.ints(each), e.ints(3))
    left = e.add("Sub", e.add("Mul", first, cosines), e.add("Mul", second, sines))
    right = e.add("Add", e.add("Mul", second, cosines), e.add("Mul", first, sines))
    return e.add("Concat", left, right, axis=3)


def _angles(places: int, half: int) -> Iterator[float]:
    return (place / 10_000 ** (i / half) for place in range(places) for i in range(half))


def _nearness(e: Emitter) -> str:
    """Look up for each pair of places in a window the number that is learnt for their distance."""
    high, wide = e.op.within or e.x.extents
    cells = [(i, j) for i in range(high) for j in range(wide)]
    numbers = [
        (i - k + high - 1) * (2 * wide - 1) + (j - m + wide - 1) for i, j in cells for k, m in cells
    ]
    size = (2 * high - 1) * (2 * wide - 1)
    table = e.array("position_bias", e.op.heads, size)
    near = e.add("Gather", table, e.whole(f"windows:{high}_{wide}", numbers), axis=1)
    return e.add("Reshape", near, e.ints(1, e.op.heads, high * wide, high * wide))


def _product(e: Emitter, rows: str, name: str) -> str:
    y = e.add("MatMul", rows, e.add("Transpose", e.array(name), perm=[1, 0]))
    return e.add("Add", y, e.array(f"{name}_bias")) if e.has(f"{name}_bias") else y


def _repeated(e: Emitter, heads: str, times: int) -> str:
    """Give keys and values that several heads share to each of them."""
    if times == 1:
        return heads
    numbers = [i for i in range(e.op.kv_heads) for _ in range(times)]
    return e.add("Gather", heads, e.ints(*numbers), axis=1)


def recurrent(e: Emitter) -> str | tuple[str, str]:
    """Write one node for each layer of the stack; steps come first, and samples second."""
    op, ways = e.op, 1 + e.op.bidirectional
    if not getattr(op, "reset_after", True) or e.x.rank != 1:
        raise refused("steps are those of a row of places, and a GRU resets behind the product")
    y = e.add("Transpose", e.maps(), perm=[2, 0, 1])
    steps, units = e.x.places, op.units
    how: dict[str, Any] = {"hidden_size": units}
    how["direction"] = "bidirectional" if op.bidirectional else "forward"
    if op.name == "gru":
        how["linear_before_reset"] = 1
    for layer in range(op.stack):
        arrays = [_gates(e, "weight" if not layer else "deeper", layer), _gates(e, "state", layer)]
        if op.bias:
            arrays.append(_biases(e, layer))
        y = e.add(op.name.upper(), y, *arrays, **how)
        y = e.add("Transpose", y, perm=[0, 2, 1, 3])
        y = e.add("Reshape", y, e.ints(steps, -1, ways * units))
    if op.steps == "all":
        return e.add("Transpose", y, perm=[1, 2, 0])
    ends = [
        e.add("Gather", y, e.scalar(at), axis=0)
        for at in ((steps - 1, 0) if ways > 1 else (steps - 1,))
    ]
    if ways == 1:
        return ends[0], "flat"
    halves = [
        e.add("Slice", end, e.ints(way * units), e.ints((way + 1) * units), e.ints(1))
        for way, end in enumerate(ends)
    ]
    return e.add("Concat", *halves, axis=1), "flat"


def _gates(e: Emitter, name: str, layer: int) -> str:
    """Keep the matrices of a layer of the stack, their gates in ONNX's order."""
    ways, gates, units = 1 + e.op.bidirectional, e.op.gates, e.op.units
    inputs = {"weight": e.x.channels, "deeper": ways * units}.get(name, units)
    place = layer - 1 if name == "deeper" else layer

    def change(array: Any) -> Any:  # noqa: ANN401 - an array
        own = array if name == "weight" else array[place]
        return own.reshape(ways, gates, units, inputs)[:, list(ORDER[e.op.name])].reshape(
            ways, -1, inputs
        )

    return e.array(
        name, ways, gates * units, inputs, part=f"_{layer}" * bool(e.op.stack > 1), change=change
    )


def _biases(e: Emitter, layer: int) -> str:
    """Keep both vectors of biases of a layer of the stack; where there is one the other is 0."""
    ways, gates, units = 1 + e.op.bidirectional, e.op.gates, e.op.units

    def change(array: Any) -> Any:  # noqa: ANN401 - an array
        order = list(ORDER[e.op.name])
        return array[layer].reshape(ways, gates, units)[:, order].reshape(ways, gates * units)

    part = f"_{layer}" * bool(e.op.stack > 1)
    first = e.array("bias", ways, gates * units, part=part, change=change)
    if e.op.bias == "double":
        second = e.array("state_bias", ways, gates * units, part=part, change=change)
    else:
        second = e.fixed("state_bias", (ways, gates * units), 0.0)
    return e.add("Concat", first, second, axis=1)
