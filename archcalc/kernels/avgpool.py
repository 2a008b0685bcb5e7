"""Average pooling, over windows of one size or over as many windows as the output should have."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps
from archcalc.kernels._windows import Axis, Sides, each, offsets, padded, sides, unpadded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.kernels._arrays import Array, Gradients, Padding, Shape, Size, WeightShapes

RULES = {
    "y": "y = the mean of the window",
    "x": "∂E/∂x = of each window δ divided by its cells, added up where windows overlap",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shape: tuple[int, ...]
    divisor: Array
    both: Sides | None


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(  # noqa: PLR0913 - the fields of the op
    x: Array,
    *,
    kernel: Size | None = None,
    stride: Size | None = None,
    padding: Padding = (0, 0),
    ceil: bool = False,
    count_padding: bool = True,
    output: Size | None = None,
) -> tuple[Array, Saved]:
    """Average each window; with `output`, window i of n reads floor(i·H/n) to ceil((i + 1)·H/n).

        x  N  C  H  W
        y  N  C  H' W'

    The divisor counts cells of x and of its padding, or with `count_padding` off of x alone; never
    what a window rounded up reads beyond both. A window on padding alone gives 0.
    Raises ValueError if neither kernel nor output is given, or the window does not fit.

    >>> x = np.array([[[[3.0, 6, 9]]]])
    >>> forward(x, kernel=(1, 2), padding=(0, 0, 1, 0))[0].tolist()  # (0 + 3)/2, (6 + 9)/2
    [[[[1.5, 7.5]]]]
    >>> forward(x, kernel=(1, 2), padding=(0, 0, 1, 0), count_padding=False)[0].tolist()
    [[[[3.0, 7.5]]]]
    >>> forward(x, output=(1, 2))[0].tolist()  # (3 + 6)/2, (6 + 9)/2
    [[[[4.5, 7.5]]]]
    """
    expect_maps("avgpool", x)
    if output is not None:
        return _forward_fixed(x, output)
    if kernel is None:
        message = "avgpool: a kernel or an output size is needed"
        raise ValueError(message)
    both = sides(x.shape[2:], kernel, stride, padding, ceil=ceil)
    first, *others = offsets(padded(x, both), both)
    y = first.copy()
    for cells in others:
        y += cells
    divisor = np.maximum(_product(_cells(s, count_padding=count_padding) for s in both), 1)
    divisor = divisor.astype(x.dtype)
    y /= divisor
    return y, Saved(x.shape, divisor, both)


def otherwise(*, output: Size | None = None, **_: object) -> frozenset[str]:
    """Name the work that is done in another way: a fixed size adds up rows, then columns."""
    return frozenset({"add"} if output else ())


def backward(dy: Array, saved: Saved) -> Gradients:
    """Spread the gradient of each window evenly over its cells.

    >>> _, saved = forward(np.zeros((1, 1, 2, 2)), kernel=(2, 2))
    >>> backward(np.full((1, 1, 1, 1), 8.0), saved)[0][0].tolist()
    [[[[2.0, 2.0], [2.0, 2.0]]]]
    """
    shape, divisor, both = saved
    share = dy / divisor
    if both is None:
        for axis, size in enumerate(shape[2:], start=2):
            share = _spread(share, size, axis)
        return (share,), {}
    d_image = np.zeros((*shape[:2], *(side.span for side in both)), share.dtype)
    for cells in offsets(d_image, both):
        np.add(cells, share, out=cells)
    return (unpadded(d_image, both).reshape(shape),), {}


def _cells(side: Axis, *, count_padding: bool) -> Array:
    """Count what each window divides by along one side."""
    before, after = (side.before, side.after) if count_padding else (0, 0)
    stops = np.minimum(side.starts + side.kernel, side.size + after)
    cells: Array = np.maximum(stops - np.maximum(side.starts, -before), 0)
    return cells


def _forward_fixed(x: Array, output: Size) -> tuple[Array, Saved]:
    whole = x.shape[2:]
    output = each(output, len(whole))
    if len(output) > len(whole) and set(whole) == {1}:
        x = x.reshape(*x.shape[:2], *(1,) * len(output))
    output = (*whole[: len(whole) - len(output)], *output) if len(output) < len(whole) else output
    sums = x
    for axis, outputs in enumerate(output, start=2):
        sums = _gather(sums, outputs, axis)
    divisor = _product(
        np.array([stop - start for start, stop in _bounds(size, outputs)])
        for size, outputs in zip(x.shape[2:], output, strict=True)
    ).astype(x.dtype)
    return sums / divisor, Saved(x.shape, divisor, None)


def _product(along: Iterable[Array]) -> Array:
    """Multiply numbers along each extent to one for each place."""
    return reduce(np.multiply.outer, along)


def _bounds(size: int, outputs: int) -> list[tuple[int, int]]:
    """Cut a side into windows that cover it: where each starts and stops."""
    return [(i * size // outputs, -(-(i + 1) * size // outputs)) for i in range(outputs)]


def _gather(x: Array, outputs: int, axis: int) -> Array:
    """Add up each window along one axis."""
    moved = np.moveaxis(x, axis, 0)
    sums = [moved[start:stop].sum(axis=0) for start, stop in _bounds(len(moved), outputs)]
    return np.moveaxis(np.stack(sums), 0, axis)


def _spread(dy: Array, size: int, axis: int) -> Array:
    """Give each cell along one axis the sum over the windows that read it."""
    moved = np.moveaxis(dy, axis, 0)
    dx = np.zeros((size, *moved.shape[1:]), dy.dtype)
    for window, (start, stop) in enumerate(_bounds(size, len(moved))):
        dx[start:stop] += moved[window]
    return np.moveaxis(dx, 0, axis)
