"""Joins, and what moves data, as nodes of ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.onnx.emitting import FLAT
from archcalc.ops.shape import place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.exports.onnx.emitting import Emitter, Out
    from archcalc.exports.onnx.wire import Attribute


def join(op: str) -> Callable[[Emitter], Out]:
    """Join one after the other, single places as extents of 1."""

    def rule(e: Emitter) -> Out:
        names = list(_alike(e))
        found = names[0]
        for name in names[1:]:
            found = e.add(op, found, name)
        flat = all(len(sizes) == 1 for _, sizes in e.inputs)
        return (found, FLAT) if flat else found

    return rule


def _alike(e: Emitter) -> list[str]:
    if all(len(sizes) == 1 for _, sizes in e.inputs):
        return [name for name, _ in e.inputs]
    rank = e.y.rank
    return [e.maps(i, rank if x.is_vector else None) for i, x in enumerate(e.node.xs)]


def concat(e: Emitter) -> Out:
    """Write a concatenation along an axis."""
    flat = all(len(sizes) == 1 for _, sizes in e.inputs)
    axis = 1 + place_of(e.op.axis, e.y)
    found = e.add("Concat", *_alike(e), axis=axis)
    return (found, FLAT) if flat else found


# -- Moves


def cut(e: Emitter) -> str:
    """Write a slice, or a part of a split."""
    place = place_of(e.op.axis, e.x)
    start, stop = e.op.stretch(e.x[place])
    return e.add("Slice", e.maps(), e.ints(start), e.ints(stop), e.ints(place + 1))


def _reshaped(e: Emitter, x: str, apart: list[int], order: list[int]) -> str:
    """Take axes apart, put them in another order, and together again."""
    wide = e.add("Reshape", x, e.ints(0, *apart))
    return e.add("Reshape", e.add("Transpose", wide, perm=order), e.ints(0, *e.y))


def shuffle(e: Emitter) -> str:
    """Write a shuffle of groups."""
    n = e.op.groups
    rest = list(range(3, e.x.rank + 3))
    return _reshaped(e, e.maps(), [n, e.x.channels // n, *e.x.extents], [0, 2, 1, *rest])


def pixel_shuffle(e: Emitter) -> str:
    """Write maps that are woven into larger ones."""
    scale, rank = e.op.scale, e.x.rank
    apart = [e.y.channels, *scale, *e.x.extents]
    pairs = [axis for i in range(rank) for axis in (2 + rank + i, 2 + i)]
    return _reshaped(e, e.maps(), apart, [0, 1, *pairs])


def pixel_unshuffle(e: Emitter) -> str:
    """Write the opposite."""
    scale, rank = e.op.scale, e.x.rank
    apart = [e.x.channels, *(n for pair in zip(e.y.extents, scale, strict=True) for n in pair)]
    order = [0, 1, *range(3, 3 + 2 * rank, 2), *range(2, 2 + 2 * rank, 2)]
    return _reshaped(e, e.maps(), apart, order)


def fold(e: Emitter) -> str:
    """Take an extent into the maps."""
    place, rank = place_of(e.op.axis, e.x), e.x.rank
    rest = [axis for axis in range(2, rank + 2) if axis != place + 1]
    moved = e.add("Transpose", e.maps(), perm=[0, 1, place + 1, *rest])
    return e.add("Reshape", moved, e.ints(0, *e.y))


def upsample(e: Emitter) -> str:
    """Write an enlarged map."""
    sizes = e.add("Concat", e.add("Shape", e.maps(), start=0, end=1), e.ints(*e.y), axis=0)
    bilinear = e.op.mode == "bilinear"
    how: dict[str, Attribute] = {"mode": "linear" if bilinear else "nearest"}
    how["coordinate_transformation_mode"] = "half_pixel" if bilinear else "asymmetric"
    if not bilinear:
        how["nearest_mode"] = "floor"
    return e.add("Resize", e.maps(), "", "", sizes, **how)


def pad(e: Emitter) -> str:
    """Write cells of zeros around a map."""
    cells = e.op.cells
    before, after = [0] * (e.x.rank - len(cells) // 2), [0] * (e.x.rank - len(cells) // 2)
    return e.add("Pad", e.maps(), e.ints(0, 0, *before, *cells[::2], 0, 0, *after, *cells[1::2]))


def pad_channels(e: Emitter) -> str:
    """Write maps of zeros behind those that there are."""
    rank, x = e.x.rank, e.maps()
    steps = [*[1] * (rank - len(e.op.stride)), *e.op.stride]
    if set(steps) != {1}:
        axes, ends = range(2, rank + 2), e.x.extents
        x = e.add("Slice", x, e.ints(*[0] * rank), e.ints(*ends), e.ints(*axes), e.ints(*steps))
    missing = e.y.channels - e.x.channels
    return e.add("Pad", x, e.ints(*[0] * (rank + 2), 0, missing, *[0] * rank))


def crop(e: Emitter) -> str:
    """Write a part of a map."""
    if e.op.cells is not None:
        starts = list(e.op.cells[::2])
    else:
        starts = [(n - size) // 2 for n, size in zip(e.x.extents, e.y.extents, strict=True)]
    stops = [start + size for start, size in zip(starts, e.y.extents, strict=True)]
    return e.add(
        "Slice", e.maps(), e.ints(*starts), e.ints(*stops), e.ints(*range(2, e.x.rank + 2))
    )


def unpool(e: Emitter) -> str:
    """Lay zeros between: a cell of its own for each place, which is then enlarged."""
    sizes = [n for extent in e.x.extents for n in (extent, 1)]
    wide = e.add("Reshape", e.maps(), e.ints(0, e.x.channels, *sizes))
    more = [n for scale in e.op.scale for n in (0, scale - 1)]
    padded = e.add("Pad", wide, e.ints(*[0] * (len(sizes) + 2), 0, 0, *more))
    return e.add("Reshape", padded, e.ints(0, *e.y))


def tokens(e: Emitter) -> str:
    """Lay places in a row."""
    return e.maps() if e.x.rank == 1 else e.add("Reshape", e.maps(), e.ints(0, *e.y))


def mean(e: Emitter) -> Out:
    """Write a mean over places, or along an axis."""
    if e.op.axis is None:
        axes = e.ints(*range(2, e.x.rank + 2))
        return e.add("ReduceMean", e.maps(), axes, keepdims=0), FLAT
    return e.add("ReduceMean", e.maps(), e.ints(1 + place_of(e.op.axis, e.x)), keepdims=1)


def matmul(e: Emitter) -> str:
    """Write a product of two outputs."""
    return e.add("MatMul", e.maps(0), e.maps(len(e.inputs) - 1))
