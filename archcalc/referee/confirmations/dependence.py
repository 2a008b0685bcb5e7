"""What a layer sees: which rows and columns of its input change an output, found by changing them.

Along each direction a layer gives a matrix of outputs x inputs, True where the one depends on the
other. The matrices of layers, multiplied, say what a unit of the last sees of the image.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from archcalc.kernels._windows import each, sides
from archcalc.kernels.deconv import turned
from archcalc.model.layer import RunningLayer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

T = TypeVar("T")
Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

MAPS = 2
BRANCHES = 2
NARROW = {
    "filters": MAPS, "units": MAPS, "groups": 1, "table": None, "bias": False, "branches": BRANCHES,
    "low": 0, "high": 4, "theta": 0,
    "heads": 1, "kv_heads": None, "inner": None, "words": 3, "features": MAPS, "stack": 1,
}  # fmt: skip
"""Fields that say how many maps there are, and between which bounds an activation changes. What a
unit sees is the same in all maps that it reads, so two are enough: one that changes, one that does
not (a softmax over one map is constant). And so of the branches of a join, where they are of one
shape."""
WHOLE = {"cells", "range", "parts", "steps"}
"""Fields that tell cells of a map one by one, or go along them: it is looked at whole."""
STRIP = 12
"""Rows and columns do not depend on each other: what is seen along the one is found on so many of
the other, or as many more as a window needs to stand on the image and not on padding."""
LONGEST = 2**11
"""Lines along one extent, at most: each of them is changed, and all is run again."""
AT_ONCE = 2**20
"""Elements that are run in one batch."""


class Lines(NamedTuple):
    """What depends on what along one direction."""

    sees: Array
    """Outputs x inputs: True where the one depends on the other."""
    whole: Array
    """Outputs x 2: True where the first tap, or the last, is on no padding, nor any on its way."""

    def through(self, before: Lines) -> Lines:
        """Look through this layer at what the layers before it see."""
        first, last = first_and_last(self.sees)
        reached = np.stack([before.whole[first, 0], before.whole[last, 1]], axis=1)
        return Lines(_chain(self.sees, before.sees), self.whole & reached)

    def joined(self, other: Lines) -> Lines:
        """See what either sees."""
        return Lines(self.sees | other.sees, self.whole & other.whole)


Sight: TypeAlias = tuple[Lines, ...]
"""What depends on what, along each extent of the network's input."""


def everything(shape: Shape) -> Sight:
    """See each pixel of the image as itself.

    >>> everything((3, 2, 1))[0].sees.tolist()
    [[True, False], [False, True]]
    """
    return tuple(Lines(np.eye(n, dtype=bool), np.ones((n, 2), bool)) for n in shape[1:])


def is_short(shape: Shape) -> bool:
    """Tell whether maps are small enough to be looked at."""
    return max(shape[1:]) <= LONGEST


def through(own: Sight, before: Sight) -> Sight:
    """Look through a layer at what the layers before it see."""
    own = _along(own, len(before), ONE_LINE)
    return tuple(after.through(lines) for after, lines in zip(own, before, strict=True))


def image_of(seen: Sight) -> tuple[int, ...]:
    """Give the size of the image that is seen."""
    return tuple(lines.sees.shape[1] for lines in seen)


def joined(one: Sight, other: Sight) -> Sight:
    """See what either sees."""
    return tuple(a.joined(b) for a, b in zip(one, other, strict=True))


ONE_LINE = Lines(np.ones((1, 1), bool), np.ones((1, 2), bool))
"""What sees the only place that there is."""


def narrowed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leave of an op's fields what places its windows."""
    found = {name: NARROW.get(name, value) for name, value in fields.items()}
    if found.get("axis") == "channels":
        of_maps = {"range": (0, MAPS), "parts": (1,), "part": 1}
        found |= {name: value for name, value in of_maps.items() if name in found}
    return found


def look(op: str, fields: Mapping[str, Any], xs: Sequence[Shape]) -> tuple[Sight, ...]:
    """Change one line after the other along each extent of each input, and see which outputs do.

    >>> ((rows, columns),) = look("maxpool", {"kernel": (2, 2)}, [(1, 5, 5)])
    >>> rows.sees.astype(int).tolist()
    [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0]]
    """
    narrow = narrowed(fields)
    shapes = _raised(xs, narrow)
    chosen = _unlike(shapes) if "branches" in fields else shapes
    sights = [
        tuple(_lines(op, narrow, chosen, number, side) for side in range(len(chosen[number]) - 1))
        for number in range(len(chosen))
    ]
    found = dict(zip(chosen, sights, strict=True))
    return tuple(found[x] for x in shapes) if "branches" in fields else tuple(sights)


def _unlike(xs: Sequence[Shape]) -> Sequence[Shape]:
    """Leave of many branches one of each shape, and two at least."""
    shapes = tuple(dict.fromkeys(xs))
    return shapes if len(shapes) >= BRANCHES else shapes * BRANCHES


def _raised(xs: Sequence[Shape], fields: Mapping[str, Any]) -> list[Shape]:
    """Give a single place as many extents as maps beside it have, or as its window wants."""
    maps = [len(x) - 1 for x in xs if set(x[1:]) != {1}]
    most = max(maps or [*(len(x) - 1 for x in xs), len(fields.get("kernel") or ())])
    return [(x[0], *(1,) * most) if set(x[1:]) == {1} else x for x in xs]


def _along(own: tuple[T, ...], extents: int, one: T) -> tuple[T, ...]:
    """Set what an op has along its own extents beside those of the input, the last to the last."""
    return (*[one] * (extents - len(own)), *own)[-extents:]


def fill(layer: RunningLayer) -> None:
    """Make all weights one, so that nothing is squared or scaled: centres, and means, are 0.

    Values that are put out as they are differ, so that one is told from another.
    """
    for name, array in layer.weights.items():
        array[...] = layer.kinds[name] != "centre"
        if layer.kinds[name] == "value":
            _number(array.reshape(-1))
    for name, array in layer.statistics.items():
        array[...] = layer.kernel.STATISTICS[name]


def _number(flat: Array) -> None:
    """Give elements their numbers, a stretch at a time: a table of words is large by itself."""
    for start in range(0, len(flat), AT_ONCE):
        part = flat[start : start + AT_ONCE]
        part[...] = np.arange(start, start + len(part))


def _lines(
    op: str, fields: Mapping[str, Any], xs: Sequence[Shape], number: int, side: int
) -> Lines:
    """Look along one extent of one input, on a strip of the image."""
    layer = RunningLayer("", op, fields, ())
    maps = getattr(layer.kernel, "MAPS", MAPS)
    shapes = [(maps, *_strip(x, fields, side)[1:]) for x in xs]
    layer.allocate(shapes[0], np.float32, shapes[1:])
    fill(layer)
    sees = _depends(layer, shapes, number, side + 2)
    if "cells" in fields:  # what is put beside the map sees nothing
        return Lines(sees, np.stack([sees.any(axis=1)] * 2, axis=1))
    if "padding" in fields and fields["kernel"]:
        return Lines(sees, _whole(fields, xs[number], side, len(sees)))
    return Lines(sees, _whole_around(sees))


def _whole_around(sees: Array) -> Array:
    """Tell the same where no window is written: one that goes along reaches as far from each place.

    >>> _whole_around(np.tril(np.ones((3, 3), bool))).tolist()  # all up to here
    [[False, True], [False, True], [True, True]]
    """
    outputs, inputs = sees.shape
    if outputs != inputs:
        return np.ones((outputs, 2), bool)
    first, last = first_and_last(sees)
    before, after = np.arange(outputs) - first, last - np.arange(outputs)
    return np.stack([before == before.max(), after == after.max()], axis=1)


def _whole(fields: Mapping[str, Any], x: Shape, side: int, outputs: int) -> Array:
    """Tell for each output whether its window's first tap, and its last, is on the input."""
    if "output_padding" in fields:
        return _whole_turned(fields, x, side, outputs)
    names = ("kernel", "stride", "padding", "dilation", "ceil")
    windows = sides(x[1:], **{name: fields[name] for name in names if name in fields})[side]
    taps = np.stack([windows.starts, windows.starts + windows.extent - 1], axis=1)
    on_input: Array = (taps >= 0) & (taps < windows.size)
    return on_input


def _whole_turned(fields: Mapping[str, Any], x: Shape, side: int, outputs: int) -> Array:
    """Tell the same of a convolution that is turned round, where it lies on each place."""
    names = ("stride", "padding", "output_padding", "dilation")
    kernel = each(fields["kernel"], len(x) - 1)
    windows = turned(x[1:], kernel, *[fields[name] for name in names])[side]
    reach = windows.extent - 1
    starts = np.arange(outputs) + windows.before - reach
    taps = np.stack([starts, starts + reach], axis=1)
    on_input: Array = (taps >= 0) & (taps < x[side + 1])
    return on_input


def _strip(x: Shape, fields: Mapping[str, Any], looked_along: int) -> Shape:
    """Cut the image, but where it is looked along, to what a window needs."""
    if "branches" in fields and set(x[1:]) == {1}:
        return (MAPS, *x[1:])  # it may be spread over larger branches
    if WHOLE & fields.keys() or fields.get("causal"):
        return (MAPS, *x[1:])
    said = (fields.get(name) for name in ("kernel", "scale", "within"))
    kernel = next((size for size in said if isinstance(size, tuple)), (1,))
    numbers = kernel, fields.get("dilation", (1,)), fields.get("stride") or kernel
    windows = [_along(each(n, len(x) - 1), len(x) - 1, 1) for n in numbers]
    sizes = [  # whole steps, as blocks want to divide a map
        -(-max(STRIP, (taps - 1) * apart + step) // step) * step
        for taps, apart, step in zip(*windows, strict=True)
    ]
    sizes[looked_along] = x[looked_along + 1]
    return (MAPS, *sizes)


def _depends(layer: RunningLayer, shapes: Sequence[Shape], number: int, axis: int) -> Array:
    """Give the matrix of outputs x inputs along one direction of one input."""
    usual, _ = layer.forward([np.ones((1, *shape), np.float32) for shape in shapes])
    kept = {0, axis} if usual.ndim == len(shapes[number]) + 1 else {0}
    others = tuple({*range(usual.ndim)} - kept)
    depends = [
        (layer.forward(xs)[0] != usual).any(axis=others)
        for xs in _changed(shapes, number, axis, faint=getattr(layer.kernel, "FADES", False))
    ]
    found = np.concatenate(depends)
    return found.reshape(len(found), -1).T


def _changed(
    shapes: Sequence[Shape], number: int, axis: int, *, faint: bool
) -> Iterator[list[Array]]:
    """Give batches of ones in which sample i has other numbers in line i of one input's first map.

    They grow from 2 to 3 along the line: a map of one number has no variance. Where a change grows
    `faint` on its way it is one to what is no number, which does not.
    """
    lines = shapes[number][axis - 1]
    at_once = max(1, AT_ONCE // prod(shapes[number]))
    for first in range(0, lines, at_once):
        count = min(at_once, lines - first)
        xs = [np.ones((count, *shape), np.float32) for shape in shapes]
        places = np.moveaxis(xs[number][:, 0], axis - 1, 1)
        line = places.shape[2:]
        changed = np.linspace(2, 3, prod(line)).reshape(line)
        places[np.arange(count), np.arange(first, first + count)] = np.nan if faint else changed
        yield xs


def first_and_last(sees: Array) -> tuple[Array, Array]:
    """Find the first and the last line that each output sees, if it sees any."""
    return sees.argmax(axis=1), sees.shape[1] - 1 - sees[:, ::-1].argmax(axis=1)


def _chain(after: Array, before: Array) -> Array:
    """Multiply matrices of True and False; a layer that sees its input one to one changes none."""
    if after.shape[0] == after.shape[1] and np.array_equal(after, np.eye(len(after), dtype=bool)):
        return before
    chained: Array = after.astype(np.float32) @ before.astype(np.float32) > 0
    return chained
