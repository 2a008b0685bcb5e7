"""Keras's layers that arrange, cut or resize what they read.

Source: keras/src/layers/reshaping, keras/src/layers/preprocessing.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.keras.call import Unknown, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Value
    from archcalc.readers.sizes import Dims


def flatten(call: Call) -> Value:
    """Make one axis of all."""
    x = call.x
    dims = (*x.dims[: x.lead], prod(x.inner))
    if x.lead:
        return arranged(call, x, dims)
    return call.add("flatten", x, dims=dims)._replace(axis=0)


def reshape(call: Call) -> Value:
    """Arrange the elements anew; -1 takes what is left."""
    target = call.fields.wholes("target_shape", least=-1)
    if target is None:
        raise Reason("missing-key", "`Reshape` needs its `target_shape`")
    return arranged(call, call.x, (*call.x.dims[: call.x.lead], *settled(call.x.inner, target)))


def settled(before: Dims, target: Sequence[int]) -> Dims:
    """Put the size that is left for -1. Raises a `Reason` where the sizes do not fit.

    >>> settled((4, 4, 8), [16, -1])
    (16, 8)
    """
    whole, told = prod(before), prod(size for size in target if size != -1)
    left = whole // told if told and list(target).count(-1) == 1 and whole % told == 0 else 0
    dims = tuple(left if size == -1 else size for size in target)
    if prod(dims) != whole or min(dims, default=1) < 1:
        message = f"{said(before)} cannot be arranged as {'x'.join(map(str, target))}"
        raise Reason("unlike-sizes", message)
    return dims


def arranged(call: Call, x: Value, dims: Dims) -> Value:
    """Add a layer that gives the same elements with other sizes."""
    axis = same_axis(x, dims)
    shape = x._replace(dims=dims, axis=axis).shape()
    if shape.is_vector and shape.rank == 2:
        return call.add("flatten", x, dims=dims)._replace(axis=axis)
    found = call.add("reshape", x, dims=dims, output=(*shape,))
    return found._replace(axis=axis)


def same_axis(x: Value, dims: Dims) -> int:
    """Find the axis that has as many elements before it, and is as long; else take the last."""
    if x.axis < len(x.dims):
        ahead, size = prod(x.dims[: x.axis]), x.dims[x.axis]
        for position, length in enumerate(dims):
            if length == size and prod(dims[:position]) == ahead:
                return position
    return max(len(dims) - 1, 0)


def permute(call: Call) -> Value:
    """Let axes change places; they are counted from 1."""
    asked = call.fields.wholes("dims", least=1) or []
    lead = call.x.lead
    return turned(call, call.x, (*range(lead), *(axis - 1 + lead for axis in asked)), "dims")


def turned(call: Call, x: Value, order: Dims, key: str) -> Value:
    """Let axes change places: what is read from which. Features stay at their place in the file."""
    rank = len(x.dims)
    if sorted(order) != list(range(rank)):
        message = f"`{key}` is no order of the {rank - x.lead} axes of {said(x.inner)}"
        raise Reason("bad-order", message, key=key)
    dims = tuple(x.dims[axis] for axis in order)
    own = [x.axis, *(axis for axis in range(rank) if axis != x.axis)]
    after = [order[x.axis], *(order[axis] for axis in range(rank) if axis != x.axis)]
    if rank == 1:
        return call.add("identity", x)
    return call.add("permute", x, dims=dims, order=tuple(own.index(axis) for axis in after))


def repeat_vector(call: Call) -> Value:
    """Give a vector at each of so many steps."""
    x = call.ranked(1)
    dims = (*x.dims[:-1], call.fields.whole("n"), x.dims[-1])
    return call.does(dims)


def resizing(call: Call) -> Value:
    """Enlarge or shrink an image to a size."""
    x, axis = call.ranked(3), call.features()
    output = (call.fields.whole("height"), call.fields.whole("width"))
    mode = call.fields.word("interpolation", "bilinear")
    if mode not in {"nearest", "bilinear"}:
        why = f"the interpolation `{mode[:80]}` has no op here"
        raise Unknown(why, sized(x, axis, output), ())
    return call.add("upsample", x, axis=axis, output=output, mode=mode)


def center_crop(call: Call) -> Value:
    """Keep the middle of an image; a smaller one is enlarged."""
    x, axis = call.ranked(3), call.features()
    output = (call.fields.whole("height"), call.fields.whole("width"))
    extents = [size for i, size in enumerate(x.dims) if i >= x.lead and i != axis]
    if any(size > extent for size, extent in zip(output, extents, strict=True)):
        return call.add("upsample", x, axis=axis, output=output, mode="bilinear")
    return call.add("crop", x, axis=axis, output=output)


def sized(x: Value, axis: int, extents: Sequence[int]) -> Dims:
    """Give the sizes of maps with other extents."""
    rest = iter(extents)
    return tuple(size if i < x.lead or i == axis else next(rest) for i, size in enumerate(x.dims))
