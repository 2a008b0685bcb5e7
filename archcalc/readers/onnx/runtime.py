"""Ops of ONNX Runtime, `com.microsoft`: what its optimiser and its quantiser write into files.

Source: ONNX Runtime, docs/ContribOperators.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.onnx import dense, elementwise, moves, windows
from archcalc.readers.onnx.call import Unknown, holding
from archcalc.readers.onnx.quantised import layer
from archcalc.readers.onnx.values import Array, Maps

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.onnx.call import Call
    from archcalc.readers.onnx.values import Value

DOMAIN = "com.microsoft"
ACTIVATIONS: dict[str, Callable[[Call], Maps]] = {
    "Relu": elementwise.plain("relu"),
    "Sigmoid": elementwise.plain("sigmoid"),
    "Tanh": elementwise.plain("tanh"),
}
"""What a convolution or a product may have fused to it, of those without numbers of their own."""


def fused(rule: Callable[[Call], Maps], *positions: int) -> Callable[[Call], Maps]:
    """Read a layer with an activation behind it."""

    def read(call: Call) -> Maps:
        word = call.word("activation")
        if word and word not in ACTIVATIONS:
            raise Unknown(f"the activation `{word[:20]}` is fused to it")
        found = layer(rule, *positions)(call)
        return ACTIVATIONS[word](_then(call, word.lower(), found)) if word else found

    return read


def product(call: Call) -> Maps:
    """Read a product of matrices, either of which may be turned around, times a number."""
    turned = [
        _turned(value) if call.whole(key, 0) else value
        for key, value in zip(("transA", "transB"), call.values, strict=False)
    ]
    return dense.matmul(call._replace(values=tuple(turned)))


def _turned(value: Value | None) -> Value | None:
    if value is None or len(value.dims) < 2:
        return value
    return value._replace(dims=(*value.dims[:-2], *value.dims[:-3:-1]))


def behind_bias(rule: Callable[[Call], Maps]) -> Callable[[Call], Maps]:
    """Read an activation that a stored term comes before."""

    def read(call: Call) -> Maps:
        if not call.has(1):
            return rule(call)
        added = elementwise.arithmetic("add", "add")(call._replace(path=f"{call.path}.bias"))
        return rule(_then(call, "", added))

    return read


def skipped(rule: Callable[[Call], Maps], *positions: int) -> Callable[[Call], Maps]:
    """Read a sum with what was skipped to, and perhaps a term, and its normalisation."""

    def read(call: Call) -> Maps:
        here = call.first()
        for name, position in (("skip", 1), ("bias", positions[-1] + 1)):
            if call.has(position):
                pair = (here, call.value(position))
                beside = call._replace(path=f"{call.path}.{name}", values=pair)
                here = elementwise.arithmetic("add", "add")(beside)
        stored = (call.values[n] if call.has(n) else None for n in positions)
        return rule(call._replace(values=(here, *stored)))

    return read


def concatenated(call: Call) -> Maps:
    """Read maps of whole numbers laid behind each other, each with its scale and zero point."""
    return moves.concat(call._replace(values=call.values[2::3]))


def attention(call: Call) -> Maps:
    """Read a layer of attention over one input, with one matrix for queries, keys and values."""
    x, weight = call.first(rank=3), call.array(1)
    if weight is None or len(weight.dims) != 2 or len(x.dims) != 3 or call.has(4):
        raise Unknown("attention with a past, or a matrix that is not stored")
    sizes = call.wholes("qkv_hidden_sizes", (weight.dims[1] // 3,) * 3)
    arrays = [array for array in (weight, call.array(2)) if array]
    places, units = x.dims[1], weight.dims[1]
    macs = call.sample((x.dims[0], places, units)) * weight.dims[0]
    biases = call.sample((x.dims[0], places, units)) if call.has(2) else 0
    figures = _scores(call, x.dims[0], (places, places), sizes[0] + sizes[-1])
    figures |= {"connections": macs + biases, "neurons": macs // weight.dims[0]}
    figures["mac"] += macs
    figures["add"] += biases
    return call.does((*x.dims[:2], sizes[-1]), 2, holding(arrays), figures)


def heads(call: Call) -> Maps:
    """Read attention of queries, keys and values side by side."""
    if not all(isinstance(call.value(n), Maps) for n in range(3)) or call.has(6):
        raise Unknown("attention with a past, or with what is packed")
    q, k, v = (call.value(n).dims for n in range(3))
    if {len(q), len(k), len(v)} != {3}:
        raise Unknown("attention with a past, or with what is packed")
    bias = call.array(3)
    figures = _scores(call, q[0], (q[1], k[1]), q[2] + v[2])
    if bias:
        figures["add"] += call.sample(q) + call.sample(k) + call.sample(v)
    return call.does((*q[:2], v[2]), 2, holding([bias] if bias else []), figures)


def _scores(call: Call, batch: int, sides: tuple[int, int], features: int) -> dict[str, int]:
    """Count the scores of each pair of places, their softmax, and the mix of values."""
    pairs = call.sample((batch, *sides))
    scores = pairs * call.whole("num_heads", 1)
    rows = scores // sides[1]
    macs = pairs * features
    return {
        "mac": macs, "interactions": macs, "mul": scores, "exp": scores, "div": scores,
        "add": scores - rows,
    }  # fmt: skip


def embedded(call: Call) -> list[Maps]:
    """Read words, places and kinds that are looked up, summed and normalised."""
    ids = call.first()
    tables = [call.array(n) for n in (2, 3, 4, 5, 6)]
    held = [table for table in tables if isinstance(table, Array)]
    if not held or len(held[0].dims) != 2:
        raise Unknown("its table is not stored")
    dims = (*ids.dims, held[0].dims[1])
    n, rows = call.sample(dims), call.sample(ids.dims)
    sums = n * (len([table for table in tables[:3] if table]) - 1)
    work = {"mul": 2 * n, "add": sums + 4 * n - rows, "div": n + 2 * rows, "sqrt": rows}
    y = call.does(dims, len(dims) - 1, holding(held), work)
    return [y, Maps(y.output, ids.dims[:1])]


def packed(call: Call) -> Maps:
    """Read a product with a matrix whose numbers are packed to a few bits each."""
    x, inputs, units = call.first(), call.whole("K", 0), call.whole("N", 0)
    if units < 1 or not x.dims or x.dims[-1] != inputs:
        raise Reason("unlike-shapes", f"`{call.node.op}` of {list(x.dims)} by {inputs}x{units}")
    return dense.linear(call, x, units, bias=call.has(5))


def _fast_gelu(call: Call) -> Maps:
    return call.add("gelu", call.first(), approximate="tanh")


def _then(call: Call, word: str, found: Maps) -> Call:
    path = f"{call.path}.{word}" if word else call.path
    return call._replace(path=path, values=(found,))


RULES: dict[str, Callable[[Call], Maps | list[Maps]]] = {
    "QLinearAdd": layer(elementwise.arithmetic("add", "add"), 0, 3),
    "QLinearMul": layer(elementwise.arithmetic("multiply", "mul"), 0, 3),
    "QLinearGlobalAveragePool": layer(windows.global_pool("globalavgpool"), 0),
    "QLinearAveragePool": layer(windows.pool("avgpool"), 0),
    "QLinearSigmoid": layer(elementwise.plain("sigmoid"), 0),
    "QLinearLeakyRelu": layer(elementwise.leaky, 0),
    "QLinearConcat": concatenated,
    "QGemm": layer(dense.gemm, 0, 3, 6),
    "FusedConv": fused(windows.conv, 0, 1, 2),
    "FusedGemm": fused(dense.gemm, 0, 1, 2),
    "FusedMatMul": product,
    "MatMulNBits": packed,
    "Gelu": elementwise.gelu,
    "BiasGelu": behind_bias(elementwise.gelu),
    "FastGelu": behind_bias(_fast_gelu),
    "QuickGelu": elementwise.each(mul=2, exp=1, add=1, div=1),
    "SkipLayerNormalization": skipped(dense.layernorm, 2, 3),
    "SkipSimplifiedLayerNormalization": skipped(dense.rmsnorm, 2),
    "Attention": attention,
    "MultiHeadAttention": heads,
    "EmbedLayerNormalization": embedded,
    "QuantizeLinear": elementwise.each(div=1, add=1, cmp=2),
    "DequantizeLinear": elementwise.each(mul=1, add=1),
}
"""By the op. What it fuses that is not here stays unknown, by name."""
