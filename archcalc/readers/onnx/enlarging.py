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
