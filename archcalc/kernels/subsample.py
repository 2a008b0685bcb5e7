"""LeCun's trained subsampling: a sum over each window, one coefficient and one bias per map."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, expect_shape, per_map, places
from archcalc.kernels._windows import Sides, offsets, padded, sides, unpadded

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes

WEIGHTS = {"coefficient": "weight", "bias": "bias"}

RULES = {
    "y": "z = c·Σ x + b, the sum over the window",
    "x": "∂E/∂x = c·δ at each cell of the window",
    "coefficient": "∂E/∂c = Σ δ·(Σ x), over all windows of the map",
    "bias": "∂E/∂b = Σ δ, over the map",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shape: tuple[int, ...]
    sums: Array
    coefficient: Array
    both: Sides


def weights(shape: Shape, **_: object) -> WeightShapes:
    """Give the shapes of coefficient and bias for an input C x H x W.

    >>> weights((6, 28, 28), kernel=(2, 2))
    {'coefficient': (6,), 'bias': (6,)}
    """
    return {"coefficient": (shape[0],), "bias": (shape[0],)}


def forward(
    x: Array, *, coefficient: Array, bias: Array, kernel: Size, stride: Size | None = None
) -> tuple[Array, Saved]:
    """Add up each window, multiply by the map's coefficient, add the map's bias.

        x  N  C  H  W           coefficient  C
        y  N  C  H' W'          bias         C

    Raises ValueError with the shapes if coefficient, bias, window and x do not fit together.

    >>> x = np.array([[[[1.0, 2], [3, 4]]]])
    >>> y, _ = forward(x, coefficient=np.array([0.5]), bias=np.array([1.0]), kernel=(2, 2))
    >>> y.tolist()  # 0.5·(1 + 2 + 3 + 4) + 1
    [[[[6.0]]]]

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B (layers S2 and S4).
    """
    expect_maps("subsample", x)
    expect_shape("subsample", "coefficient", coefficient, x.shape[1:2])
    expect_shape("subsample", "bias", bias, x.shape[1:2])
    both = sides(x.shape[2:], kernel, stride)
    first, *others = offsets(padded(x, both), both)
    sums = first.copy()
    for cells in others:
        sums += cells
    y = sums * per_map(coefficient, sums) + per_map(bias, sums)
    return y, Saved(x.shape, sums, coefficient, both)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, coefficient and bias.

    >>> fields = {"coefficient": np.array([0.5]), "bias": np.array([1.0]), "kernel": (2, 2)}
    >>> _, saved = forward(np.array([[[[1.0, 2], [3, 4]]]]), **fields)
    >>> (dx,), gradients = backward(np.ones((1, 1, 1, 1)), saved)
    >>> dx.tolist(), gradients["coefficient"].tolist(), gradients["bias"].tolist()
    ([[[[0.5, 0.5], [0.5, 0.5]]]], [10.0], [1.0])
    """
    shape, sums, coefficient, both = saved
    d_sums = dy * per_map(coefficient, dy)
    d_image = np.zeros((*dy.shape[:2], *(side.span for side in both)), d_sums.dtype)
    for cells in offsets(d_image, both):
        np.add(cells, d_sums, out=cells)
    every = places(dy)
    gradients = {"coefficient": (dy * sums).sum(axis=every), "bias": dy.sum(axis=every)}
    return (unpadded(d_image, both).reshape(shape),), gradients
