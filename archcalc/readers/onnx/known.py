"""Arithmetic on arrays that are known: shapes, axes, pads, in plain numbers.

Of an array with more than `SMALL` numbers only the sizes are kept: it is a weight.
"""

from __future__ import annotations

import operator
from math import ceil, floor, prod, sqrt
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.onnx.numeric import divide, elementwise, first_name, power, spread
from archcalc.readers.onnx.proto import SMALL, WHOLE, Tensor
from archcalc.readers.onnx.values import Array, numbers
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archcalc.readers.onnx.proto import Node
    from archcalc.readers.onnx.values import Dims


def evaluate(node: Node, arrays: list[Array]) -> list[Array] | None:
    """Give what a node makes of known arrays, None where that is not known here."""
    rule = RULES.get(node.op)
    least, most = INPUTS.get(node.op, (1, len(arrays)))
    if rule and not least <= len(arrays) <= most:
        raise Reason("missing-key", f"`{node.op}` of {len(arrays)} arrays")
    return rule(node, arrays) if rule else None


def _constant(node: Node, _arrays: list[Array]) -> list[Array] | None:
    for key, value in node.attributes.items():
        if isinstance(value, Tensor):
            name = value.name or node.outputs[0]
            return [Array(value.dims, None, value, name, value.type in WHOLE)]
        if key in {"value_int", "value_float"} and isinstance(value, int | float):
            return [Array((), (value,), whole=isinstance(value, int))]
        if key in {"value_ints", "value_floats"} and isinstance(value, tuple):
            return [Array((len(value),), value, whole=key == "value_ints")]
    return None


def _filled(node: Node, arrays: list[Array]) -> list[Array] | None:
    """ConstantOfShape: an array of one number, of any size."""
    dims = whole_numbers(arrays[0])
    if dims is None or any(size < 0 for size in dims):
        return None
    fill = node.attributes.get("value")
    number: tuple[float, ...] | None = (0.0,)
    whole = False
    if isinstance(fill, Tensor):
        number, whole = fill.values(), fill.type in WHOLE
    size = prod(dims)
    values = number * size if number and size <= SMALL else None
    return [Array(tuple(dims), values, name=node.outputs[0], whole=whole)]


def whole_numbers(array: Array | None) -> list[int] | None:
    """Give the numbers of an array if they are known, cut to whole ones."""
    values = array.values() if array else None
    try:
        return None if values is None else [int(value) for value in values]
    except (ValueError, OverflowError):
        return None


def _same(_node: Node, arrays: list[Array]) -> list[Array]:
    return [arrays[0]]


def _scaled(_node: Node, arrays: list[Array]) -> list[Array]:
    """Round stored numbers, or write them out again: they are as many as before."""
    return [Array(arrays[0].dims, name=arrays[0].name)]


def _cast(node: Node, arrays: list[Array]) -> list[Array]:
    array = arrays[0]
    values, whole = array.values(), node.attributes.get("to") in WHOLE
    if values is None or whole == array.whole:
        return [array]
    if whole:
        cut = whole_numbers(array)
        return [Array(array.dims, None if cut is None else tuple(cut), whole=True)]
    return [Array(array.dims, tuple(map(float, values)), name=array.name)]


def _concat(node: Node, arrays: list[Array]) -> list[Array] | None:
    axis = node.attributes.get("axis", 0)
    rank = len(arrays[0].dims)
    if not isinstance(axis, int) or not rank:
        return None
    axis %= rank
    dims = list(arrays[0].dims)
    dims[axis] = sum(array.dims[axis] for array in arrays)
    rows = [array.values() for array in arrays]
    whole = all(array.whole for array in arrays)
    if rank > 1 or any(row is None for row in rows) or prod(dims) > SMALL:
        return [Array(tuple(dims), name=first_name(arrays), whole=whole)]
    values = tuple(n for row in rows for n in row or ())
    return [Array(tuple(dims), values, name=first_name(arrays), whole=whole)]


def _gather(node: Node, arrays: list[Array]) -> list[Array] | None:
    data, index = arrays[:2]
    places = whole_numbers(index)
    axis = node.attributes.get("axis", 0)
    if not isinstance(axis, int) or not data.dims:
        return None
    axis %= len(data.dims)
    dims = (*data.dims[:axis], *index.dims, *data.dims[axis + 1 :])
    if places is None:
        return [data.laid_out(dims)]
    values = data.values()
    size = data.dims[axis]
    if any(not -size <= place < size for place in places):
        raise Reason("wrong-type", f"an index beyond the {size} that there are")
    if values is None or prod(dims) > SMALL:
        return [data.laid_out(dims)]
    inner = prod(data.dims[axis + 1 :])
    found = [
        values[(outer * size + place % size) * inner + i]
        for outer in range(prod(data.dims[:axis]))
        for place in places
        for i in range(inner)
    ]
    return [data.laid_out(dims, tuple(found))]


def _range(_node: Node, arrays: list[Array]) -> list[Array] | None:
    found = [array.values() for array in arrays[:3]]
    if len(found) < 3 or any(not values for values in found):
        return None
    start, stop, step = (values[0] for values in found if values)
    if not step:
        raise Reason("wrong-type", "a range with a step of 0")
    count = max(0, ceil((stop - start) / step))
    whole = all(array.whole for array in arrays)
    if count > SMALL:
        return [Array((count,), whole=whole)]
    return [Array((count,), tuple(start + i * step for i in range(count)), whole=whole)]


def _reduced(function: Callable[[Sequence[float]], float]) -> Callable[..., list[Array] | None]:
    def rule(node: Node, arrays: list[Array]) -> list[Array] | None:
        values = arrays[0].values()
        if values is None or len(arrays[0].dims) > 1 or not values:
            return None
        dims = (1,) if node.attributes.get("keepdims", 1) and arrays[0].dims else ()
        return [Array(dims, (function(values),), whole=arrays[0].whole)]

    return rule


def _expand(_node: Node, arrays: list[Array]) -> list[Array] | None:
    asked = whole_numbers(arrays[1])
    dims = None if asked is None else broadcast(arrays[0].dims, tuple(asked))
    if dims is None or any(size < 0 for size in dims):
        return None
    values = spread(arrays[0], dims)
    kept = None if values is None else tuple(values)
    return [arrays[0].laid_out(dims, kept)]


def _nonzero(_node: Node, arrays: list[Array]) -> list[Array] | None:
    values = arrays[0].values()
    if values is None or len(arrays[0].dims) != 1:
        return None
    places = [place for place, value in enumerate(values) if value]
    return [numbers(places, (1, len(places)))]


def _shape(node: Node, arrays: list[Array]) -> list[Array]:
    return [sizes(node, arrays[0].dims)]


def sizes(node: Node, dims: Dims) -> Array:
    """Give the sizes of something, or of those from `start` to `end`."""
    start, end = (node.attributes.get(key) for key in ("start", "end"))
    return numbers(dims[slice(*(n if isinstance(n, int) else None for n in (start, end)))])


def told_sizes(node: Node, dims: Dims) -> Array:
    """Give what `Size` or `Shape` tells of something of these sizes."""
    return numbers([prod(dims)], ()) if node.op == "Size" else sizes(node, dims)


def _scattered(_node: Node, arrays: list[Array]) -> list[Array]:
    """Put numbers somewhere into an array: no weight of the file is left whole."""
    return [Array(arrays[0].dims, whole=arrays[0].whole)]


KEPT = "Sin Cos Erf Sigmoid Tanh Softmax Relu Trilu CumSum Round Sign".split()  # noqa: SIM905
"""What gives as many numbers as it reads, and is not worked out here."""


def _picked(_node: Node, arrays: list[Array]) -> list[Array]:
    """Pick numbers by their places, as many as there are places."""
    data, places = arrays
    return [data.laid_out(places.dims)]


def _product(_node: Node, arrays: list[Array]) -> list[Array] | None:
    """Multiply matrices; the numbers are not worked out, only their sizes."""
    one, other = (array.dims for array in arrays)
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-2]:
        return None
    rows = broadcast(one[:-2], other[:-2])
    return None if rows is None else [Array((*rows, one[-2], other[-1]))]


def _resized(_node: Node, arrays: list[Array]) -> list[Array]:
    """Do something to each number that is not worked out."""
    return [Array(arrays[0].dims, whole=arrays[0].whole)]


RULES: dict[str, Callable[..., list[Array] | None]] = {
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Identity": _same,
    "Dropout": _same,
    "Cast": _cast,
    "CastLike": _same,
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear"), _scaled),
    "Shape": _shape,
    "Size": lambda _node, arrays: [numbers([arrays[0].size], ())],
    "Concat": _concat,
    "Gather": _gather,
    "Range": _range,
    "Expand": _expand,
    "NonZero": _nonzero,
    "ScatterND": _scattered,
    "ScatterElements": _scattered,
    "GatherElements": _picked,
    "MatMul": _product,
    **dict.fromkeys(KEPT, _resized),
    "Add": elementwise(operator.add),
    "Sub": elementwise(operator.sub),
    "Mul": elementwise(operator.mul),
    "Div": elementwise(divide),
    "Mod": elementwise(operator.mod),
    "Pow": elementwise(power),
    "Neg": elementwise(operator.neg),
    "Abs": elementwise(abs),
    "Sqrt": elementwise(sqrt),
    "Floor": elementwise(floor),
    "Ceil": elementwise(ceil),
    "Reciprocal": elementwise(lambda a: 1 / a),
    "Exp": elementwise(lambda _: 1 / 0),
    "Log": elementwise(lambda _: 1 / 0),
    "Max": elementwise(max),
    "Min": elementwise(min),
    "Sum": elementwise(lambda *row: sum(row)),
    "Equal": elementwise(operator.eq),
    "Less": elementwise(operator.lt),
    "Greater": elementwise(operator.gt),
    "LessOrEqual": elementwise(operator.le),
    "GreaterOrEqual": elementwise(operator.ge),
    "Not": elementwise(operator.not_),
    "And": elementwise(lambda a, b: bool(a and b)),
    "Or": elementwise(lambda a, b: bool(a or b)),
    "Xor": elementwise(lambda a, b: bool(a) != bool(b)),
    "Where": elementwise(lambda which, a, b: a if which else b),
    "ReduceProd": _reduced(prod),
    "ReduceSum": _reduced(sum),
    "ReduceMax": _reduced(max),
    "ReduceMin": _reduced(min),
}
"""By the op. Moves of arrays are those of maps (`moves`)."""
_PAIRS = "Add Sub Mul Div Mod Pow Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor".split()  # noqa: SIM905
_SINGLE = "Neg Abs Sqrt Floor Ceil Reciprocal Exp Log Not".split()  # noqa: SIM905
INPUTS = {
    "Constant": (0, 0),
    **dict.fromkeys(_PAIRS, (2, 2)),
    **dict.fromkeys(_SINGLE, (1, 1)),
    "Gather": (2, 2),
    "GatherElements": (2, 2),
    "MatMul": (2, 2),
    "Expand": (2, 2),
    "Range": (3, 3),
    "Where": (3, 3),
}
"""How many arrays an op takes; others take one or more."""
