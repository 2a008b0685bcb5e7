"""Keras's layers that read several tensors. What is small is spread over what is large.

Source: keras/src/layers/merging.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from archcalc.builder import Misfit
from archcalc.errors import Reason
from archcalc.ops.shape import sides
from archcalc.readers.keras.call import said
from archcalc.readers.keras.dense import axes
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Value

KINDS = {"add": "add", "subtract": "add", "multiply": "mul", "maximum": "cmp", "minimum": "cmp"}
"""What a join costs for each element and each branch but one."""


def join(word: str) -> Callable[[Call], Value]:
    """Read a join of all tensors, element by element."""
    return lambda call: joined(call, word, call.values)


def joined(call: Call, word: str, values: Sequence[Value], beside: str = "") -> Value:
    """Join tensors; where their sizes are spread in a way that no op has, say what it does."""
    dims = broadcast(*[value.dims for value in values])
    if dims is None:
        shapes = " and ".join(said(value.dims) for value in values)
        raise Reason("unlike-shapes", f"`{call.layer.kind}` of {shapes}: they fit nowhere")
    widest = max(values, key=lambda value: len(value.dims))
    axis, rank = widest.axis, len(dims)
    laid = [
        value._replace(dims=(1,) * (rank - len(value.dims)) + value.dims, axis=axis)
        for value in values
    ]
    if len(values) == 1:
        return call.add("identity", *laid, dims=dims, beside=beside)
    try:
        if word != "minimum":
            return call.add(word, *laid, dims=dims, beside=beside, branches=len(laid))
    except Misfit:
        pass
    work = {KINDS[word]: (len(values) - 1) * prod(dims)}
    return call.does(dims, axis, figures=work, inputs=tuple(laid), beside=beside)


def average(call: Call) -> Value:
    """Read a mean of all tensors."""
    found = joined(call, "add", call.values, beside="add")
    return call.add("scale", found, dims=found.dims, factor=Fraction(1, max(len(call.values), 1)))


def concatenate(call: Call) -> Value:
    """Lay tensors behind each other along an axis."""
    return laid_behind(call, call.values, axes(call)[0])


def laid_behind(call: Call, values: Sequence[Value], axis: int) -> Value:
    """Lay tensors behind each other along an axis of their sizes."""
    x = values[0]
    others = [(*value.dims[:axis], *value.dims[axis + 1 :]) for value in values]
    if any(
        len(value.dims) != len(x.dims) or other != others[0]
        for value, other in zip(values, others, strict=True)
    ):
        shapes = " and ".join(said(value.dims) for value in values)
        raise Reason("unlike-shapes", f"`{call.layer.kind}` along axis {axis + 1} of {shapes}")
    dims = (*x.dims[:axis], sum(value.dims[axis] for value in values), *x.dims[axis + 1 :])
    laid = [value._replace(axis=x.axis) for value in values]
    if len(values) == 1:
        return call.add("identity", *laid, dims=dims)
    if axis == x.axis:
        return call.add("concat", *laid, dims=dims, branches=len(laid))
    extents = [place for place in range(len(dims)) if place != x.axis]
    names = sides(len(extents))
    if len(names) < len(extents):
        return call.does(dims, x.axis)
    name = names[extents.index(axis)]
    return call.add("concat", *laid, dims=dims, branches=len(laid), along=name)


def dot(call: Call) -> Value:
    """Read a product of two activations along an axis of each."""
    one, other = _both(call)
    found = call.fields.wholes("axes", least=-100) or []
    found = found * 2 if len(found) == 1 else found
    if len(found) != 2:
        raise Reason("wrong-type", "`axes` is one number, or two", key="axes")
    ends = [
        axis - 1 if axis > 0 else len(value.dims) + axis
        for axis, value in zip(found, call.values, strict=True)
    ]
    for end, value in zip(ends, call.values, strict=True):
        if not 0 <= end < len(value.dims):
            message = f"`axes` is {found}, and what enters is {said(value.dims)} without the batch"
            raise Reason("wrong-type", message, key="axes")
    length = one.dims[ends[0]]
    if length != other.dims[ends[1]]:
        message = f"`Dot` of {said(one.dims)} and {said(other.dims)} along the axes {found}"
        raise Reason("unlike-shapes", message)
    rest = [(*v.dims[:end], *v.dims[end + 1 :]) for end, v in zip(ends, call.values, strict=True)]
    dims = (*rest[0], *rest[1]) or (1,)
    macs = prod(dims) * length
    work = {"mac": macs, "interactions": macs}
    if call.fields.truth("normalize", default=False):
        n = one.size + other.size
        roots = n // length
        work |= {"mul": n, "add": n - roots, "sqrt": roots, "div": n}
    return call.does(dims, figures=work)


def scaled_sum(call: Call) -> Value:
    """Read x + scale · y, the residual of Inception-ResNet."""
    one, other = _both(call)
    scaled = call.add(
        "scale", other, dims=other.dims, factor=call.fields.number("scale", "1"), beside="scale"
    )
    return joined(call, "add", (one, scaled))


def _both(call: Call) -> tuple[Value, Value]:
    """Give the two tensors that a layer takes."""
    if len(call.values) != 2:
        message = f"`{call.layer.kind}` takes 2 tensors, not {len(call.values)}"
        raise Reason("two-inputs", message)
    return call.values[0], call.values[1]
