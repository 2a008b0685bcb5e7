"""What a layer sees: which rows and columns of its input change an output, found by changing them.

Along each direction a layer gives a matrix of outputs x inputs, True where the one depends on the
other. The matrices of layers, multiplied, say what a unit of the last sees of the image.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.kernels._windows import sides
from archcalc.model.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

MAPS = 2
BRANCHES = 2
NARROW = {
    "filters": MAPS, "units": MAPS, "groups": 1, "table": None, "bias": False, "branches": BRANCHES,
}  # fmt: skip
"""Fields that say how many maps there are. What a unit sees is the same in all maps that it reads,
so two are enough: one that changes, one that does not (a softmax over one map is constant). And so
of the branches of a join, where they are of one shape."""
STRIP = 12
"""Rows and columns do not depend on each other: what is seen along the one is found on so many of
the other, or as many more as a window needs to stand on the image and not on padding."""
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


class Sight(NamedTuple):
    """What depends on what, along the height and along the width."""

    rows: Lines
    columns: Lines

    def through(self, before: Sight) -> Sight:
        """Look through this layer at what the layers before it see."""
        return Sight(self.rows.through(before.rows), self.columns.through(before.columns))

    def joined(self, other: Sight) -> Sight:
        """See what either sees."""
        return Sight(self.rows.joined(other.rows), self.columns.joined(other.columns))


def everything(shape: Shape) -> Sight:
    """See each pixel of the image as itself.

    >>> everything((3, 2, 1)).rows.sees.tolist()
    [[True, False], [False, True]]
    """
    rows, columns = (Lines(np.eye(n, dtype=bool), np.ones((n, 2), bool)) for n in shape[1:])
    return Sight(rows, columns)


def narrowed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leave of an op's fields what places its windows."""
    return {name: NARROW.get(name, value) for name, value in fields.items()}


def look(op: str, fields: Mapping[str, Any], xs: Sequence[Shape]) -> tuple[Sight, ...]:
    """Change one row, then one column, of one input after the other, and see which outputs change.

    >>> (sight,) = look("maxpool", {"kernel": (2, 2)}, [(1, 5, 5)])
    >>> sight.rows.sees.astype(int).tolist()
    [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0]]
    """
    narrow, chosen = narrowed(fields), _unlike(xs) if "branches" in fields else xs
    sights = [
        Sight(_lines(op, narrow, chosen, number, 0), _lines(op, narrow, chosen, number, 1))
        for number in range(len(chosen))
    ]
    found = dict(zip(chosen, sights, strict=True))
    return tuple(found[x] for x in xs) if "branches" in fields else tuple(sights)


def _unlike(xs: Sequence[Shape]) -> Sequence[Shape]:
    """Leave of many branches one of each shape, and two at least."""
    shapes = tuple(dict.fromkeys(xs))
    return shapes if len(shapes) >= BRANCHES else shapes * BRANCHES


def fill(layer: Layer) -> None:
    """Make all weights one; but centres and means 0, so that what is squared or scaled is one."""
    for name, array in {**layer.weights, **layer.statistics}.items():
        array[...] = name not in {"centres", "mean"}


def _lines(
    op: str, fields: Mapping[str, Any], xs: Sequence[Shape], number: int, side: int
) -> Lines:
    """Look along one direction of one input, on a strip of the image."""
    layer = Layer("", op, fields, ())
    shapes = [_strip(x, fields, 1 - side) for x in xs]
    layer.allocate(shapes[0], np.float32)
    fill(layer)
    sees = _depends(layer, shapes, number, side + 2)
    return Lines(sees, _whole(fields, xs[number], side, len(sees)))


def _whole(fields: Mapping[str, Any], x: Shape, side: int, outputs: int) -> Array:
    """Tell for each output whether its window's first tap, and its last, is on the input."""
    if "padding" not in fields or not fields["kernel"]:
        return np.ones((outputs, 2), bool)
    names = ("kernel", "stride", "padding", "dilation", "ceil")
    windows = sides((x[1], x[2]), **{name: fields[name] for name in names if name in fields})[side]
    taps = np.stack([windows.starts, windows.starts + windows.extent - 1], axis=1)
    on_input: Array = (taps >= 0) & (taps < windows.size)
    return on_input


def _strip(x: Shape, fields: Mapping[str, Any], across: int) -> Shape:
    """Cut the image, in the direction that is not looked along, to what a window needs."""
    kernel = fields.get("kernel") or (1, 1)
    dilation, stride = fields.get("dilation", (1, 1)), fields.get("stride") or kernel
    sizes = [x[1], x[2]]
    sizes[across] = max(STRIP, (kernel[across] - 1) * dilation[across] + stride[across])
    return (MAPS, *sizes)


def _depends(layer: Layer, shapes: Sequence[Shape], number: int, axis: int) -> Array:
    """Give the matrix of outputs x inputs along one direction of one input."""
    usual, _ = layer.forward([np.ones((1, *shape), np.float32) for shape in shapes])
    others = (1, 5 - axis)
    depends = [
        (layer.forward(xs)[0] != usual).any(axis=others) for xs in _changed(shapes, number, axis)
    ]
    return np.concatenate(depends).T


def _changed(shapes: Sequence[Shape], number: int, axis: int) -> Iterator[list[Array]]:
    """Give batches of ones in which sample i has twos in line i of the first map of one input."""
    lines = shapes[number][axis - 1]
    at_once = max(1, AT_ONCE // prod(shapes[number]))
    for first in range(0, lines, at_once):
        count = min(at_once, lines - first)
        xs = [np.ones((count, *shape), np.float32) for shape in shapes]
        places = np.moveaxis(xs[number][:, 0], axis - 1, 1)
        places[np.arange(count), np.arange(first, first + count)] = 2
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
