"""Ops with stored numbers that are no windows: linear layers, normalisations, tables, gates."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason
from archcalc.readers.assembly import lacks
from archcalc.readers.onnx.call import Call, Unknown, holding, within
from archcalc.readers.onnx.values import Array, Maps
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable


def gemm(call: Call) -> Maps:
    """Read a product with a matrix, and a term."""
    x, weight = call.first(), call.array(1)
    if weight is None or len(weight.dims) != 2 or len(x.dims) != 2 or call.whole("transA", 0):
        raise Unknown("a product of other things than maps and a stored matrix")
    inputs, units = weight.dims[::-1] if call.whole("transB", 0) else weight.dims
    if inputs != x.dims[1]:
        raise _unlike(x, weight)
    bias = call.array(2) if call.has(2) else None
    if call.has(2) and (bias is None or bias.size not in {1, units}):
        raise Unknown("its term is not one number for each unit")
    return linear(call, x, units, bias=bias is not None)


def linear(call: Call, x: Maps, units: int, *, bias: bool) -> Maps:
    """Add a linear layer over the last axis; of one place it is that of a whole vector."""
    last = len(x.dims) - 1
    alone = call.shape(x, last).is_vector
    dims = (*x.dims[:-1], units)
    return call.add("linear", x, axis=last, dims=dims, units=units, bias=bias, flatten=alone)


def matmul(call: Call, *, bias: bool = False) -> Maps:
    """Read a product: with a stored matrix a linear layer at each place, else of activations."""
    weight = call.array(1)
    if weight is not None and len(weight.dims) == 2:
        x = call.first()
        if not x.dims or x.dims[-1] != weight.dims[0]:
            raise _unlike(x, weight)
        return linear(call, x, weight.dims[1], bias=bias)
    one, other = call.value(0), call.value(1)
    dims, inner = product(one.dims, other.dims)
    macs = call.sample(dims) * inner
    axis = len(dims) - 1
    if isinstance(one, Maps) and isinstance(other, Maps):
        return call.does(dims, axis, mac=macs, interactions=macs)
    kept = [value for value in (one, other) if isinstance(value, Array)]
    units = call.sample(dims)
    return call.does(dims, axis, holding(kept), mac=macs, connections=macs, neurons=units)


def product(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Give the sizes of a product of matrices, and how many products each element sums."""
    a = one if len(one) > 1 else (1, *one)
    b = other if len(other) > 1 else (*other, 1)
    ahead = broadcast(a[:-2], b[:-2]) if a[:-2] and b[:-2] else a[:-2] or b[:-2]
    if not one or not other or ahead is None or a[-1] != b[-2]:
        message = f"a product of {list(one)} and {list(other)}"
        raise Reason("unlike-shapes", message)
    rows = a[-2:-1] if len(one) > 1 else ()
    columns = b[-1:] if len(other) > 1 else ()
    return (*ahead, *rows, *columns), a[-1]


def batchnorm(call: Call) -> Maps:
    """Read a batch norm, with the statistics that were kept."""
    if len(call.node.outputs) > 1 and call.whole("training_mode", 0):
        raise Unknown("it takes the statistics of a batch")
    x = call.first(rank=2)
    for position in (1, 2, 3, 4):
        array = call.array(position)
        if array is None or array.size != x.dims[1]:
            raise Unknown("its numbers are not one for each map")
    return call.add("batchnorm", x, axis=1, eps=call.exact("epsilon", "0.00001"))


def layernorm(call: Call) -> Maps:
    """Read a normalisation of each place over its features."""
    x = call.first()
    axis = call.axis(len(x.dims), -1)
    if axis != len(x.dims) - 1:
        raise Unknown("it normalises over several axes")
    eps = call.exact("epsilon", "0.00001")
    return _norm(call, "layernorm", axis, eps=eps, scale=call.has(1), shift=call.has(2))


def rmsnorm(call: Call) -> Maps:
    """Read a normalisation of each place by the root of its mean square."""
    x = call.first()
    if call.axis(len(x.dims), -1) != len(x.dims) - 1:
        raise Unknown("it normalises over several axes")
    eps = call.exact("epsilon", "0.00001")
    return _norm(call, "rmsnorm", len(x.dims) - 1, eps=eps, scale=call.has(1))


def groupnorm(call: Call) -> Maps:
    """Read a normalisation over groups of maps."""
    eps, groups = call.exact("epsilon", "0.00001"), call.whole("num_groups", 1)
    return _norm(call, "groupnorm", 1, groups=groups, eps=eps, scale=True, shift=True)


def instancenorm(call: Call) -> Maps:
    """Read a normalisation over each map."""
    return _norm(
        call, "instancenorm", 1, eps=call.exact("epsilon", "0.00001"), scale=True, shift=True
    )


def _norm(call: Call, word: str, axis: int, **fields: Any) -> Maps:  # noqa: ANN401
    """Add a normalisation, by its op where there is one, else with the arrays that it holds."""
    return _holding_or(call, word, axis, ("gamma", "beta"), **fields)


def _holding_or(call: Call, word: str, axis: int, names: tuple[str, ...], **fields: Any) -> Maps:  # noqa: ANN401
    x = call.first()
    if not lacks(word):
        return call.add(word, x, axis=axis, **fields)
    arrays = [call.array(i) for i in range(1, len(call.values))]
    holds = tuple((name, array.dims) for name, array in zip(names, arrays, strict=False) if array)
    here = call.net.state(
        call.path,
        word,
        f"{lacks(word)}, {call.said}",
        call.here(x, axis),
        output=call.shape(x, axis),
        holds=holds,
    )
    return Maps(here, x.dims, axis)


def prelu(call: Call) -> Maps:
    """Read a rectifier with trained slopes."""
    slopes = call.array(1)
    if slopes is None:
        raise Unknown("its slopes depend on the input")
    if slopes.size not in {1, call.first(rank=2).dims[1]}:
        raise Unknown("its slopes are neither one, nor one for each map")
    which = "shared" if slopes.size == 1 else "map"
    return _holding_or(call, "prelu", 1, ("slope",), slopes=which)


def gather(call: Call) -> Maps:
    """Look rows of a stored table up, or pick parts of maps by their places."""
    data, index = call.value(0), call.value(1)
    axis = within(call.whole("axis", 0), len(data.dims))
    dims = (*data.dims[:axis], *index.dims, *data.dims[axis + 1 :])
    if isinstance(data, Array):
        table = tuple(("weight", held) for _, held in holding([data]))  # as an embedding calls it
        return call.does(dims, len(dims) - 1, table)
    features = data.features
    after = None
    if features != axis:
        after = features if features < axis else features + len(index.dims) - 1
    return call.does(dims, after)


def recurrent(gates: int) -> Callable[[Call], list[Maps]]:
    """Read a recurrent layer: at each step its matrices, of what enters and of its own state.

    Source: ONNX operators LSTM, GRU, RNN; the work of a unit at a step as in `ops`.
    """

    def rule(call: Call) -> list[Maps]:
        x, arrays = call.first(), [call.array(i) for i in (1, 2)]
        w, r = arrays
        if w is None or r is None or len(w.dims) != 3 or len(r.dims) != 3 or len(x.dims) != 3:
            raise Unknown("its matrices depend on the input")
        ways, hidden = w.dims[0], r.dims[2]
        if w.dims != (ways, gates * hidden, x.dims[2]) or r.dims != (ways, gates * hidden, hidden):
            raise _unlike(x, w)
        last = call.whole("layout", 0)
        steps, samples = (x.dims[1], x.dims[0]) if last else (x.dims[0], x.dims[1])
        bias = call.array(3)
        units = steps * ways * hidden
        macs = steps * (prod(w.dims) + prod(r.dims))
        biases = steps * bias.size if bias else 0
        holds = [("w", w.dims), ("r", r.dims), *([("bias", bias.dims)] if bias else [])]
        work = {key: n * units for key, n in _CELL[gates].items()}
        work["add"] = work.get("add", 0) + biases
        all_steps = (samples, steps, ways, hidden) if last else (steps, ways, samples, hidden)
        state = (samples, ways, hidden) if last else (ways, samples, hidden)
        y = call.does(
            all_steps,
            3,
            tuple(holds),
            work,
            mac=macs,
            connections=macs + biases,
            neurons=units * gates,
        )
        return [y, *(Maps(y.output, state, 2) for _ in call.node.outputs[1:])]

    return rule


def _unlike(x: Maps, weight: Array) -> Reason:
    message = f"a stored array of {list(weight.dims)} does not fit maps of {list(x.dims)}"
    return Reason("unlike-shapes", message)


_CELL = {
    4: {"exp": 3, "add": 4, "div": 3, "tanh": 2, "mul": 3},
    3: {"exp": 2, "add": 5, "div": 2, "tanh": 1, "mul": 3},
    1: {"tanh": 1, "add": 1},
}
"""Elementwise work of a unit at a step, by the number of its gates."""
