"""Activations, and arithmetic of maps with maps or with stored numbers, element by element."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.assembly import lacks
from archcalc.readers.onnx.call import Call, Unknown, holding
from archcalc.readers.onnx.values import Array, Maps
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable


def plain(word: str) -> Callable[[Call], Maps]:
    """Read an activation without a choice."""
    return lambda call: call.add(word, call.first())


def leaky(call: Call) -> Maps:
    """Read a rectifier with a fixed slope."""
    return call.add("leaky_relu", call.first(), slope=call.exact("alpha", "0.01"))


def elu(call: Call) -> Maps:
    """Read an exponential linear unit."""
    return call.add("elu", call.first(), alpha=call.exact("alpha", "1"))


def celu(call: Call) -> Maps:
    """Read an exponential linear unit with a slope that is continuous."""
    return call.add("celu", call.first(), alpha=call.exact("alpha", "1"))


def thresholded(call: Call) -> Maps:
    """Read a rectifier with a threshold of its own."""
    return call.add("threshold", call.first(), theta=call.exact("alpha", "1"))


def gelu(call: Call) -> Maps:
    """Read a Gaussian unit, exact or by a tanh."""
    form = "tanh" if call.word("approximate", "none") == "tanh" else None
    return call.add("gelu", call.first(), approximate=form)


def clip(call: Call) -> Maps:
    """Read two bounds, attributes or inputs; from 0 to 6 they are ReLU6, from 0 on ReLU."""
    low, high = (_bound(call, key, i) for i, key in ((1, "min"), (2, "max")))
    x = call.first()
    if low == 0 and high is None:
        return call.add("relu", x)
    if low == 0 and high == 6:
        return call.add("relu6", x)
    if low is None or high is None:
        return call.each(cmp=sum(bound is not None for bound in (low, high)))
    return call.add("hard_tanh", x, low=low, high=high)


def _bound(call: Call, key: str, position: int) -> Fraction | None:
    found = call.node.attributes.get(key)
    if found is None and call.has(position):
        found = call.number(position)
        if found is None:
            raise Unknown(f"its `{key}` is not known")
    if not isinstance(found, int | float) or not isfinite(found) or abs(found) > 3.4e38:
        return None
    return Fraction(f"{found:.7g}")


def softmax(word: str) -> Callable[[Call], Maps]:
    """Read a softmax or its logarithm along an axis; before opset 13 that and all behind it."""

    def rule(call: Call) -> Maps:
        x = call.first()
        axis = call.axis(len(x.dims), -1 if call.opset >= 13 else 1)
        if call.opset < 13 and any(size != 1 for size in x.dims[axis + 1 :]):
            n = call.sample(x.dims)
            rows = max(1, call.sample(x.dims[:axis])) if axis else 1
            ends = {"add": n - rows, "div": n}
            ends = {"add": 2 * n - rows, "log": rows} if word == "log_softmax" else ends
            return call.does(x.dims, x.axis, (), {"exp": n, **ends})
        return call.add(word, x, axis=axis)._replace(axis=x.axis)

    return rule


def arithmetic(word: str, kind: str) -> Callable[[Call], Maps]:
    """Read a sum, difference, product, quotient or maximum of maps, or of maps and an array."""

    def rule(call: Call) -> Maps:
        maps = call.maps
        dims = broadcast(*[call.value(i).dims for i in range(len(call.values))])
        if dims is None:
            shapes = " and ".join(str(list(call.value(i).dims)) for i in range(len(call.values)))
            message = f"`{call.node.op}` of {shapes}"
            raise Reason("unlike-shapes", message, "sizes of 1 are spread over others")
        if len(maps) == len(call.values) > 1 and word:
            return _join(call, word, kind, dims)
        widest = max(maps, key=lambda value: (len(value.dims), value.size))
        axis = None if widest.axis is None else widest.axis + len(dims) - len(widest.dims)
        n = call.sample(dims)
        times = len(call.values) - 1
        arrays = [value for value in call.values if isinstance(value, Array)]
        factor = _factor(call, arrays) if word == "multiply" and widest.dims == dims else None
        if factor:
            return call.add("scale", widest, factor=factor)._replace(axis=axis)
        return _affine(call, word, dims, axis, arrays) or call.does(
            dims, axis, _named(word, holding(arrays)), {kind: n * times}
        )

    return rule


def _factor(call: Call, arrays: list[Array]) -> Fraction | None:
    """Give the one number by which maps are multiplied, if it is known and not 0."""
    values = arrays[0].values() if len(call.values) == 2 and arrays[0].size == 1 else None
    if not values or not isfinite(values[0]) or not values[0]:
        return None
    return Fraction(f"{values[0]:.7g}")


def _named(
    word: str, holds: tuple[tuple[str, tuple[int, ...]], ...]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Call a stored factor gamma and a stored term beta: they are trained, but connect nothing."""
    name = {"multiply": "gamma", "add": "beta"}.get(word)
    return tuple((name, dims) for _, dims in holds) if name and len(holds) == 1 else holds


def _affine(
    call: Call, word: str, dims: tuple[int, ...], axis: int | None, arrays: list[Array]
) -> Maps | None:
    """Add a stored factor or term for each feature as the op that it is, where there is one."""
    held = holding(arrays)
    x = call.maps[0]
    if word not in {"multiply", "add"} or len(held) != 1 or x.dims != dims or lacks("affine"):
        return None
    own = (1,) * (len(dims) - len(held[0][1])) + held[0][1]
    wide = [position for position, size in enumerate(own) if size > 1]
    if len(wide) != 1 or not wide[0]:
        return None
    scale = word == "multiply"
    y = call.add("affine", x, axis=wide[0], scale=scale, shift=not scale)
    return y._replace(axis=axis)


def _join(call: Call, word: str, kind: str, dims: tuple[int, ...]) -> Maps:
    """Join maps by the op, where it spreads them as the file does; else say what it does."""
    maps, rank = call.maps, len(dims)
    widest = max(maps, key=lambda value: (value.dims == dims, value.size))
    axis = widest.features + rank - len(widest.dims)
    padded = [value._replace(dims=(1,) * (rank - len(value.dims)) + value.dims) for value in maps]
    shapes = [call.shape(value, axis) for value in padded]
    whole = call.shape(Maps(widest.output, dims), axis)
    fits = all(
        shape.channels in {1, whole.channels}
        and (shape.is_vector or shape.extents == whole.extents)
        for shape in shapes
    )
    if fits and widest.dims == dims:
        y = call.add(word, *padded, axis=axis, dims=dims, branches=len(maps))
        return y._replace(axis=axis)
    return call.does(dims, axis, (), {kind: call.sample(dims) * (len(maps) - 1)})


def power(call: Call) -> Maps:
    """Read a power: a square is a product, a half power a root."""
    dims = broadcast(*[value.dims for value in call.values if value])
    if dims is None:
        raise Reason("unlike-shapes", "`Pow` of sizes that do not fit each other")
    n = call.sample(dims)
    exponent = call.number(1)
    if exponent == 2:
        return call.does(dims, call.x.axis, mul=n)
    return call.does(dims, call.x.axis, (), {"sqrt": n} if exponent == 0.5 else {"pow": n})


def each(**times: int) -> Callable[[Call], Maps]:
    """Read what does so much for each element."""
    return lambda call: call.each(**times)


def chosen(call: Call) -> Maps:
    """Read a choice between values, element by element: nothing is computed."""
    dims = broadcast(*[value.dims for value in call.values if value])
    if dims is None:
        raise Reason("unlike-shapes", "`Where` of sizes that do not fit each other")
    arrays = [value for value in call.values if isinstance(value, Array)]
    return call.does(dims, call.x.axis, holding(arrays))


def paired(**times: int) -> Callable[[Call], Maps]:
    """Read what does so much for each pair of elements: a comparison, a logical connective."""

    def rule(call: Call) -> Maps:
        dims = broadcast(*[value.dims for value in call.values if value])
        if dims is None:
            raise Reason("unlike-shapes", f"`{call.node.op}` of sizes that do not fit each other")
        n = call.sample(dims)
        return call.does(dims, call.x.axis, (), {key: n * k for key, k in times.items()})

    return rule
