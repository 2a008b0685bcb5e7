"""What enlarges maps, spreads them, or picks from them by places."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.assembly import lacks
from archcalc.readers.onnx.call import Call, Unknown, holding, within
from archcalc.readers.onnx.known import whole_numbers
from archcalc.readers.onnx.values import Array, Maps
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def pad(call: Call) -> Maps:
    """Put cells around maps."""
    x = call.first()
    rank = len(x.dims)
    cells = call.told("pads", 1) if "paddings" not in call.node.attributes else None
    axes = call.told("axes", 3)
    axes = list(range(rank)) if axes is None else [within(axis, rank) for axis in axes]
    if cells is None or len(cells) != 2 * len(axes):
        raise Reason("wrong-type", f"`pads` are {cells}, for {len(axes)} axes", key="pads")
    before = dict(zip(axes, cells, strict=False))
    after = dict(zip(axes, cells[len(axes) :], strict=False))
    dims = tuple(n + before.get(i, 0) + after.get(i, 0) for i, n in enumerate(x.dims))
    if min(dims, default=1) < 1:
        raise Reason("wrong-type", f"nothing is left of {list(x.dims)}: {list(dims)}")
    ends = [before.get(axis, 0) for axis in range(2)] + [after.get(axis, 0) for axis in range(2)]
    if not any(cells):
        return x
    if any(ends) or min(cells) < 0 or rank < 3 or x.features != 1 or lacks("pad"):
        return call.does(dims, x.axis)
    cells = [end.get(axis, 0) for axis in range(2, rank) for end in (before, after)]
    return call.add("pad", x, axis=1, dims=dims, cells=tuple(cells))


def resize(call: Call) -> Maps:
    """Read an enlargement, by factors or to sizes; which input has them depends on the opset."""
    x = call.first()
    if call.node.op == "Upsample" or call.opset < 11:
        factors, sizes = _factors(call, 1), None
    else:
        factors = _factors(call, 2)
        sizes = whole_numbers(call.array(3)) if call.has(3) else None
    axes = call.wholes("axes", tuple(range(len(x.dims))))
    told = sizes or factors
    if not told or len(told) != len(axes):
        raise Unknown("its size depends on the values of an input")
    dims = list(x.dims)
    for axis, number in zip(axes, told, strict=True):
        at = within(axis, len(dims))
        dims[at] = int(number) if sizes else int(dims[at] * number + 1e-6)
    if min(dims) < 1:
        raise Reason("wrong-type", f"nothing is left of {list(x.dims)}: {dims}")
    mode = call.word("mode", "nearest")
    if tuple(dims[:2]) != x.dims[:2] or mode not in {"nearest", "linear", "bilinear"}:
        raise Unknown(f"an enlargement `{mode[:20]}` to {dims}", tuple(dims))
    word = "nearest" if mode == "nearest" else "bilinear"
    smaller = any(size < own for size, own in zip(dims, x.dims, strict=True))
    if smaller:
        return call.does(tuple(dims), 1)
    return call.add("upsample", x, axis=1, dims=tuple(dims), output=tuple(dims[2:]), mode=word)


def _factors(call: Call, position: int) -> Sequence[float] | None:
    found = call.node.attributes.get("scales")
    if isinstance(found, tuple):
        return found
    array = call.array(position)
    return array.values() if array and array.size else None


def expand(call: Call) -> Maps:
    """Spread maps over larger sizes."""
    x, target = call.first(), call.told("shape", 1)
    dims = broadcast(x.dims, tuple(target or ()))
    if dims is None or any(size < 1 for size in dims):
        raise Reason("unlike-shapes", f"{list(x.dims)} cannot be spread over {target}")
    axis = None if x.axis is None else x.axis + len(dims) - len(x.dims)
    return x if dims == x.dims else call.does(dims, axis)


def scattered(call: Call) -> Maps:
    """Put values somewhere into others: what comes out has the sizes of these."""
    into = call.value(0)
    axis = into.axis if isinstance(into, Maps) else call.x.axis
    arrays = [value for value in call.values if isinstance(value, Array)]
    return call.does(into.dims, axis, holding(arrays))


def picked(call: Call) -> Maps:
    """Pick values by their places, as many as there are places."""
    arrays = [value for value in call.values if isinstance(value, Array)]
    return call.does(call.value(1).dims, call.x.axis, holding(arrays))


def picked_rows(call: Call) -> Maps:
    """Pick rows by their places, whose last axis names as many axes as it is long."""
    data, places = call.value(0), call.value(1)
    beside, depth = call.whole("batch_dims", 0), places.dims[-1] if places.dims else 0
    if not 0 <= beside <= min(len(data.dims), len(places.dims) - 1):
        raise Reason("wrong-type", f"`batch_dims` is {beside}", key="batch_dims")
    if not 0 < depth <= len(data.dims) - beside:
        raise Reason("unlike-shapes", f"places of {depth} axes in {list(data.dims)}")
    arrays = [value for value in call.values if isinstance(value, Array)]
    return call.does((*places.dims[:-1], *data.dims[beside + depth :]), None, holding(arrays))


def tiled(call: Call) -> Maps:
    """Lay copies of maps side by side."""
    x, times = call.first(), call.told("repeats", 1) or []
    if len(times) != len(x.dims) or min(times, default=1) < 1:
        raise Reason("wrong-type", f"`repeats` are {times}, for {len(x.dims)} axes")
    dims = tuple(n * k for n, k in zip(x.dims, times, strict=True))
    return x if dims == x.dims else call.does(dims, x.axis)


def largest(call: Call) -> Maps:
    """Read the largest along an axis: how they are sorted is not told."""
    x = call.first()
    axis, found = call.axis(len(x.dims), -1), call.told("k", 1)
    if not found or not 0 < found[0] <= x.dims[axis]:
        raise Reason("wrong-type", f"`k` is {found} of {x.dims[axis]}")
    dims = (*x.dims[:axis], found[0], *x.dims[axis + 1 :])
    raise Unknown("how it sorts is not told", dims)


def sampled(call: Call) -> Maps:
    """Read values between places that another input names."""
    x, grid = call.first(3), call.value(1)
    if len(grid.dims) != len(x.dims) or grid.dims[-1] != len(x.dims) - 2:
        raise Reason("unlike-shapes", f"`{call.node.op}` of {list(x.dims)} at {list(grid.dims)}")
    dims = (*x.dims[:2], *grid.dims[1:-1])
    if call.word("mode", "linear") == "nearest":
        return call.does(dims, 1)
    raise Unknown("it weighs values between places, in a way of its own", dims)


def coded(call: Call) -> Maps:
    """Write numbers as rows with a single one."""
    depth = call.number(1)
    rank = len(call.x.dims) + 1
    axis = call.axis(rank, -1)
    if depth is None or not 1 <= depth <= 1 << 31:
        raise Unknown("its depth depends on the values of an input")
    return call.does((*call.x.dims[:axis], int(depth), *call.x.dims[axis:]), None)


def shuffled(word: str, sign: int) -> Callable[[Call], Maps]:
    """Read a move between channels and places."""

    def rule(call: Call) -> Maps:
        x, block = call.first(), call.whole("blocksize", 1)
        if len(x.dims) != 4 or block < 1:
            raise Reason("wrong-type", f"`{word}` of {list(x.dims)} by {block}")
        n, channels, height, width = x.dims
        if sign > 0:
            dims = (n, channels // block**2, height * block, width * block)
        else:
            dims = (n, channels * block**2, height // block, width // block)
        if prod(dims) != x.size:
            raise Reason("wrong-type", f"`{word}` of {list(x.dims)} by {block}")
        return call.does(dims, 1)

    return rule
