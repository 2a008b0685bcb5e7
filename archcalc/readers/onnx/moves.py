"""Moves of data, of maps and of arrays alike: nothing is computed, so a move is no layer.

Maps keep where they come from, and have other axes. What leaves something out, or puts it
together anew, is a layer, for it is one place in the file.
"""

from __future__ import annotations

from itertools import accumulate, pairwise, product
from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.assembly import lacks
from archcalc.readers.onnx.call import Call, holding, within
from archcalc.readers.onnx.proto import SMALL
from archcalc.readers.onnx.values import Array, Maps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.readers.onnx.values import Dims, Value

MOST_PARTS = 10_000


def reshape(call: Call) -> Value:
    """Arrange elements anew: 0 keeps a size, -1 is what is left."""
    x = call.value(0)
    target = call.told("shape", 1)
    if target is None:
        raise Reason("missing-key", "`Reshape` needs a shape")
    return _arranged(call, x, _target(call, x.dims, target))


def _target(call: Call, before: Dims, target: list[int]) -> Dims:
    sizes = list(target)
    if not call.whole("allowzero", 0):
        for position, size in enumerate(sizes):
            if size == 0 and position < len(before):
                sizes[position] = before[position]
    whole, told = prod(before), prod(size for size in sizes if size != -1)
    left = [position for position, size in enumerate(sizes) if size == -1]
    if len(left) == 1 and told > 0 and whole % told == 0:
        sizes[left[0]] = whole // told
    if prod(sizes) != whole or any(size < 0 for size in sizes):
        message = f"{list(before)} cannot be arranged as {target[:16]}"
        raise Reason("unlike-shapes", message)
    return tuple(sizes)


def _arranged(call: Call, x: Value, dims: Dims) -> Value:
    """Give the same elements in the same order with other sizes."""
    if isinstance(x, Array):
        return x._replace(dims=dims, numbers=x.values())
    row = len(dims) == 2 and dims[0] == x.dims[0] if x.dims else False
    if row and call.node.op in {"Flatten", "Reshape"} and not call.shape(x).is_vector:
        if x.features == 1:
            return call.add("flatten", x, axis=1, dims=dims)
        return Maps(x.output, dims, 1)
    return Maps(x.output, dims, _same(x.dims, x.axis, dims))


def _same(before: Dims, axis: int | None, after: Dims) -> int | None:
    """Find the axis that has as many elements before it, and is as long.

    >>> _same((1, 768, 14, 14), 1, (1, 768, 196)), _same((1, 3, 4), 1, (1, 12)) is None
    (1, True)
    """
    if axis is None or axis >= len(before):
        return None
    ahead, size = prod(before[:axis]), before[axis]
    for position, length in enumerate(after):
        if length == size and prod(after[:position]) == ahead:
            return position
    return None


def flatten(call: Call) -> Value:
    """Make two axes of all."""
    x = call.value(0)
    rank = len(x.dims)
    axis = call.whole("axis", 1)
    axis = axis if axis == rank else within(axis, rank)
    return _arranged(call, x, (prod(x.dims[:axis]), prod(x.dims[axis:])))


def transpose(call: Call) -> Value:
    """Let axes change places."""
    x = call.value(0)
    rank = len(x.dims)
    order = call.wholes("perm", tuple(reversed(range(rank))))
    if sorted(order) != list(range(rank)):
        raise Reason("wrong-type", f"{list(order)} is no order of {rank} axes", key="perm")
    dims = tuple(x.dims[axis] for axis in order)
    if isinstance(x, Array):
        return _picked(x, [range(size) for size in x.dims], dims, order)
    return Maps(x.output, dims, None if x.axis is None else order.index(x.axis))


def _picked(
    x: Array, places: Sequence[Sequence[int]], dims: Dims, order: Sequence[int] | None = None
) -> Array:
    """Pick places along each axis; then let the axes change places."""
    values = x.values()
    if values is None or prod(dims) > SMALL:
        return Array(dims, name=x.name, whole=x.whole)
    steps = [prod(x.dims[i + 1 :]) for i in range(len(x.dims))]
    order = order if order is not None else range(len(x.dims))
    axes = [[place * steps[axis] for place in places[axis]] for axis in order]
    return Array(dims, tuple(values[sum(at)] for at in product(*axes)), whole=x.whole, name=x.name)


def squeeze(call: Call) -> Value:
    """Leave axes of one out."""
    x = call.value(0)
    rank = len(x.dims)
    told = call.told("axes", 1)
    gone = {within(axis, rank) for axis in told or ()}
    if told is None:
        gone = {axis for axis, size in enumerate(x.dims) if size == 1}
    if any(x.dims[axis] != 1 for axis in gone):
        raise Reason(
            "wrong-type", f"axes {sorted(gone)} of {list(x.dims)} are not all 1", key="axes"
        )
    return _kept(x, [axis for axis in range(rank) if axis not in gone])


def _kept(x: Value, axes: list[int]) -> Value:
    dims = tuple(x.dims[axis] for axis in axes)
    if isinstance(x, Array):
        return x._replace(dims=dims, numbers=x.values())
    return Maps(x.output, dims, axes.index(x.axis) if x.axis in axes else None)


def unsqueeze(call: Call) -> Value:
    """Put axes of one in."""
    x = call.value(0)
    told = call.told("axes", 1) or []
    rank = len(x.dims) + len(told)
    new = {within(axis, rank) for axis in told}
    if len(new) != len(told) or rank > MOST_AXES:
        raise Reason("wrong-type", f"axes {told[:16]} of something with {rank}", key="axes")
    sizes = iter(x.dims)
    dims = tuple(1 if axis in new else next(sizes) for axis in range(rank))
    if isinstance(x, Array):
        return x._replace(dims=dims, numbers=x.values())
    old = [axis for axis in range(rank) if axis not in new]
    return Maps(x.output, dims, None if x.axis is None else old[x.axis])


def cut(call: Call) -> Value:
    """Read a slice: from and to along axes, with steps; attributes before opset 10."""
    x = call.value(0)
    rank = len(x.dims)
    starts, ends = call.told("starts", 1), call.told("ends", 2)
    if starts is None or ends is None:
        raise Reason("missing-key", "`Slice` needs `starts` and `ends`")
    axes, steps = call.told("axes", 3), call.told("steps", 4)
    axes = list(range(len(starts))) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise Reason("wrong-type", f"a slice from {starts} to {ends} along {axes} by {steps}")
    places: list[range] = [range(size) for size in x.dims]
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        at = within(axis, rank)
        stop = None if step < 0 and end < -x.dims[at] else end
        places[at] = range(*slice(start, stop, step).indices(x.dims[at]))
    dims = tuple(map(len, places))
    if isinstance(x, Array):
        return _picked(x, places, dims)
    changed = [axis for axis in range(rank) if dims[axis] != x.dims[axis]]
    if 0 in dims:
        raise Reason("wrong-type", f"nothing is left of {list(x.dims)}: {list(dims)}")
    if not changed:
        return x
    if len(changed) == 1 and places[changed[0]].step == 1:
        first = places[changed[0]]
        return _part(call, call.path, x, changed[0], (first.start, first.stop))
    return call.does(dims, x.axis)


def split(call: Call) -> list[Value]:
    """Cut along an axis, into parts of these sizes or into equal ones."""
    x, outputs = call.value(0), len(call.node.outputs)
    axis = within(call.whole("axis", 0), len(x.dims))
    whole, sizes = x.dims[axis], call.told("split", 1)
    if not 0 < outputs <= MOST_PARTS:
        raise Reason("too-large", f"a split into {outputs:,} parts")
    if sizes is None:
        part = -(-whole // outputs)
        sizes = [part] * (outputs - 1) + [whole - part * (outputs - 1)]
    if len(sizes) != outputs or sum(sizes) != whole or min(sizes) < 1:
        message = f"parts of {sizes[:16]} for {outputs} outputs are not {whole}"
        raise Reason("wrong-type", message, key="split")
    found: list[Value] = []
    for number, (start, stop) in enumerate(pairwise(accumulate(sizes, initial=0)), 1):
        if isinstance(x, Array):
            places = [range(size) for size in x.dims]
            places[axis] = range(start, stop)
            found.append(_picked(x, places, tuple(map(len, places))))
        else:
            path = call.path if outputs == 1 else f"{call.path}/{number}"
            found.append(_part(call, path, x, axis, (start, stop)))
    return found


def _part(call: Call, path: str, x: Maps, axis: int, stretch: tuple[int, int]) -> Maps:
    """Keep a stretch of an axis: of maps, or of the places of each."""
    dims = (*x.dims[:axis], stretch[1] - stretch[0], *x.dims[axis + 1 :])
    call = call._replace(path=path)
    if axis == x.features > 0 and not lacks("slice"):
        return call.add("slice", x, dims=dims, range=stretch)
    return call.does(dims, x.axis)


def concat(call: Call) -> Maps:
    """Lay maps, or stored arrays beside them, behind each other."""
    x = call.x
    axis = call.axis(len(x.dims), 1)
    dims = list(x.dims)
    all_dims = [value.dims for value in call.values if value]
    if any(len(other) != len(dims) for other in all_dims) or any(
        other[:axis] + other[axis + 1 :] != x.dims[:axis] + x.dims[axis + 1 :] for other in all_dims
    ):
        shapes = " and ".join(map(str, map(list, all_dims)))
        raise Reason("unlike-shapes", f"`Concat` along axis {axis} of {shapes}")
    dims[axis] = sum(other[axis] for other in all_dims)
    if axis == x.features > 0 and len(call.maps) == len(call.values) > 1:
        maps = [value._replace(axis=axis) for value in call.maps]
        return call.add("concat", *maps, axis=axis, dims=tuple(dims), branches=len(maps))
    arrays = [value for value in call.values if isinstance(value, Array)]
    return call.does(tuple(dims), x.axis, holding(arrays))


MOST_AXES = 16
