"""Functions of `keras.ops` of one element or of several: arithmetic, activations, sums, products.

Source: keras/src/ops/numpy.py, nn.py, math.py.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason
from archcalc.readers.keras.activations import apply_word, softmax
from archcalc.readers.keras.call import Unknown, said
from archcalc.readers.keras.einsum import BATCH, product
from archcalc.readers.keras.fields import number, whole
from archcalc.readers.keras.joins import joined
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Value
    from archcalc.readers.sizes import Dims

KWARGS = ("x", "x1", "y", "x2")
"""What functions of two things call them."""


def told(call: Call, *keys: str) -> Any:  # noqa: ANN401 - whatever it is called with
    """Give a setting: of the function, or of the call."""
    for key in keys:
        for found in (call.fields.values.get(key), call.kwargs.get(key)):
            if found is not None:
                return found
    return None


def operands(call: Call) -> list[object]:
    """Give all that a function is called with, tensors and constants."""
    named = [call.kwargs[key] for key in KWARGS if call.kwargs.get(key) is not None]
    return [*call.args, *named]


def arithmetic(word: str, kind: str) -> Callable[[Call], Value]:
    """Read a function of two things, one of which may be a constant."""

    def rule(call: Call) -> Value:
        if len(call.values) == 1:
            factor = next((n for n in operands(call) if _is_number(n)), 0)
            if word == "multiply" and factor:
                value = number("args", factor)
                return call.add("scale", dims=call.x.dims, factor=value)
            return call.each(**{kind: 1})
        if word:
            return joined(call, word, call.values)
        dims = broadcast(*[value.dims for value in call.values])
        if dims is None:
            raise _unlike(call)
        return call.does(dims, call.x.axis, figures={kind: prod(dims)})

    return rule


def paired(**times: int) -> Callable[[Call], Value]:
    """Read a comparison or a logical connective of tensors, or of one and a constant."""

    def rule(call: Call) -> Value:
        dims = broadcast(*[value.dims for value in call.values])
        if dims is None:
            raise _unlike(call)
        figures = {kind: n * prod(dims) for kind, n in times.items()}
        return call.does(dims, call.x.axis, figures=figures)

    return rule


def _is_number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def power(call: Call) -> Value:
    """Read a power: a square is a product, a square root one."""
    exponents = [n for n in operands(call) if isinstance(n, int | float)]
    kind = {2.0: "mul", 0.5: "sqrt"}.get(exponents[0] if exponents else 0, "pow")
    return call.each(**{kind: 1})


def each(**times: int) -> Callable[[Call], Value]:
    """Read a function of each element."""
    return lambda call: call.each(**times)


def word(name: str) -> Callable[[Call], Value]:
    """Read an activation."""
    return lambda call: apply_word(call, call.x, name)


def gelu(call: Call) -> Value:
    """Read a GELU, by a tanh unless told."""
    exact = told(call, "approximate") is False
    return call.add("gelu", dims=call.x.dims, approximate=None if exact else "tanh")


def leaky(call: Call) -> Value:
    """Read a leaky rectifier."""
    slope = number("negative_slope", told(call, "negative_slope", "alpha") or 0.2)
    return call.add("leaky_relu", dims=call.x.dims, slope=slope)


def clip(call: Call) -> Value:
    """Read values that are cut off at both ends."""
    ends = (told(call, "x_min", "min"), told(call, "x_max", "max"))
    if ends == (0, 6):
        return call.add("relu6", dims=call.x.dims)
    return call.each(cmp=2)


def softmax_op(call: Call) -> Value:
    """Read a softmax along an axis, the last unless told."""
    asked = told(call, "axis")
    return softmax(call, call.x, axes_of(call)[0] if asked is not None else len(call.x.dims) - 1)


def axes_of(call: Call) -> Dims:
    """Read axes, counted with that of the batch; without any all are meant."""
    found, rank = told(call, "axis"), len(call.x.dims)
    if found is None:
        return tuple(range(rank))
    items = found if isinstance(found, list) else [found]
    numbers = [whole("axis", item, -100) for item in items]
    places = tuple(n - 1 if n >= 0 else rank + n for n in numbers)
    if any(place == BATCH for place in places):
        raise Unknown("it mixes the samples of a batch")
    if any(not 0 <= place < rank for place in places):
        raise Reason("wrong-type", f"`axis` is {numbers}, and there are {rank} axes and the batch")
    return places


def reduced(kind: str, **after: int) -> Callable[[Call], Value]:
    """Read what makes one number of all along some axes; then something is done once for each."""

    def rule(call: Call) -> Value:
        x, gone = call.x, axes_of(call)
        kept = told(call, "keepdims") is True
        dims = tuple(1 if i in gone else n for i, n in enumerate(x.dims) if kept or i not in gone)
        last = x.axis == len(x.dims) - 1
        if kind == "add" and after and last and sorted(gone) == list(range(len(x.dims) - 1)) != []:
            found = call.add("globalavgpool", x, dims=dims)
            return found._replace(axis=len(dims) - 1)
        n = prod(dims)
        figures = {kind: x.size - n} | {name: times * n for name, times in after.items()}
        return call.does(dims or (1,), None, figures=figures)

    return rule


def logsumexp(call: Call) -> Value:
    """Read the logarithm of a sum of powers of e."""
    gone = axes_of(call)
    kept = told(call, "keepdims") is True
    dims = tuple(1 if i in gone else n for i, n in enumerate(call.x.dims) if kept or i not in gone)
    n = prod(dims)
    return call.does(dims or (1,), None, exp=call.x.size, add=call.x.size - n, log=n)


def matmul(call: Call) -> Value:
    """Read a product of two activations."""
    if len(call.values) != 2 or min(len(value.dims) for value in call.values) < 2:
        raise Unknown("a product of other things than two activations")
    one, other = call.values
    ahead = broadcast(one.dims[:-2], other.dims[:-2])
    if one.dims[-1] != other.dims[-2] or ahead is None:
        raise _unlike(call)
    dims = (*ahead, one.dims[-2], other.dims[-1])
    return product(call, dims, {"all": prod(dims), "summed": one.dims[-1]})


def _unlike(call: Call) -> Reason:
    shapes = " and ".join(said(value.dims) for value in call.values)
    return Reason("unlike-shapes", f"`{call.layer.kind}` of {shapes}")
