"""Max pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps
from archcalc.kernels._windows import Sides, offsets, padded, sides, unpadded

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Padding, Shape, Size, WeightShapes

RULES = {
    "y": "y = the largest of the window",
    "x": "∂E/∂x = δ at the place of each window's maximum, 0 elsewhere",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    y: Array
    both: Sides


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(
    x: Array,
    *,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = (0, 0),
    ceil: bool = False,
) -> tuple[Array, Saved]:
    """Keep the largest value of each window. Padding is -inf: it never wins.

        x  N  C  H  W
        y  N  C  H' W'

    Raises ValueError if x has no places or the window does not fit.

    >>> x = np.array([[[[1.0, 8, 4], [7, 2, 1], [6, 1, 2]]]])
    >>> forward(x, kernel=(2, 2))[0].tolist()
    [[[[8.0]]]]
    >>> forward(x, kernel=(2, 2), ceil=True)[0].tolist()
    [[[[8.0, 4.0], [6.0, 2.0]]]]
    """
    expect_maps("maxpool", x)
    both = sides(x.shape[2:], kernel, stride, padding, ceil=ceil)
    first, *others = offsets(padded(x, both, -np.inf), both)
    y = first.copy()
    for cells in others:
        np.maximum(y, cells, out=y)
    return y, Saved(x, y, both)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Send the gradient of each window to its maximum: the first, row by row, of equal ones.

    >>> _, saved = forward(np.array([[[[5.0, 8], [8, 2]]]]), kernel=(2, 2))
    >>> backward(np.ones((1, 1, 1, 1)), saved)[0][0].tolist()
    [[[[0.0, 1.0], [0.0, 0.0]]]]
    """
    x, y, both = saved
    image = padded(x, both, -np.inf)
    d_image = np.zeros(image.shape, dy.dtype)
    waiting = np.ones(y.shape, dtype=bool)
    for cells, d_cells in zip(offsets(image, both), offsets(d_image, both), strict=True):
        found = waiting & (cells == y)
        np.add(d_cells, dy, out=d_cells, where=found)
        waiting &= ~found
    return (unpadded(d_image, both).reshape(x.shape),), {}
