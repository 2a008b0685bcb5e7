"""The locally connected layer: at each place a matrix product of its own."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, expect_shape
from archcalc.kernels._windows import Sides, each, offsets, padded, sides, unpadded

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Padding, Shape, Size, WeightShapes

WEIGHTS = {"kernel": "weight", "bias": "bias"}

RULES = {
    "y": "z[f] = Σ of K[f] at the place times the window there, + b[f] at the place",
    "x": "∂E/∂x = Σ over f and windows of K[f] at the place times its δ[f]",
    "kernel": "∂E/∂K[f] at a place = δ[f] there times the window",
    "bias": "∂E/∂b = δ",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shape: tuple[int, ...]
    columns: Array
    kernel: Array
    bias: Array | None
    both: Sides


def weights(  # noqa: PLR0913 - the fields of the op
    shape: Shape,
    *,
    filters: int,
    kernel: Size,
    stride: Size = (1,),
    padding: Padding = (0, 0),
    bias: bool = True,
    **_: object,
) -> WeightShapes:
    """Give the shapes of kernel and bias for an input C x H x W.

    >>> weights((3, 8, 8), filters=6, kernel=(5, 5))
    {'kernel': (6, 4, 4, 3, 5, 5), 'bias': (6, 4, 4)}
    """
    channels, *extents = shape
    kernel = each(kernel, len(extents))
    units = (filters, *(side.windows for side in sides(tuple(extents), kernel, stride, padding)))
    shapes: WeightShapes = {"kernel": (*units, channels, *kernel)}
    if bias:
        shapes["bias"] = units
    return shapes


def forward(
    x: Array,
    *,
    kernel: Array,
    bias: Array | None = None,
    stride: Size = (1,),
    padding: Padding = (0, 0),
) -> tuple[Array, Saved]:
    """Multiply each window with the kernels of its place.

        x  N  C  H  W         kernel  C'  H'  W'  C  kh  kw
        y  N  C' H' W'        bias    C'  H'  W'

    Raises ValueError with the shapes if kernel, bias and x do not fit together.

    >>> x, kernel = np.array([[[1.0, 2, 3]]]), np.array([[[[1.0, 0]], [[0, 10]]]])
    >>> forward(x, kernel=kernel)[0].tolist()  # 1·1 + 2·0, 2·0 + 3·10
    [[[1.0, 30.0]]]
    """
    expect_maps("local", x)
    rest = kernel.ndim - x.ndim
    rest = rest if rest <= x.ndim - 2 else (kernel.ndim - 2) // 2
    both = sides(x.shape[2:], kernel.shape[kernel.ndim - rest :], stride, padding)
    out = tuple(side.windows for side in both)
    taps = tuple(side.kernel for side in both)[len(both) - rest :]
    expect_shape("local", "kernel", kernel, (len(kernel), *out, x.shape[1], *taps))
    cells = np.stack([*offsets(padded(x, both), both)], axis=2)
    columns = cells.reshape(len(x), x.shape[1] * prod(taps), prod(out)).transpose(2, 1, 0)
    rows = kernel.reshape(len(kernel), prod(out), -1).swapaxes(0, 1)
    y = np.matmul(rows, columns).transpose(2, 1, 0).reshape(len(x), len(kernel), *out)
    if bias is not None:
        expect_shape("local", "bias", bias, y.shape[1:])
        y = y + bias
    return y, Saved(x.shape, columns, kernel, bias, both)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, kernel and bias.

    >>> x, kernel = np.array([[[1.0, 2, 3]]]), np.array([[[[1.0, 0]], [[0, 10]]]])
    >>> _, saved = forward(x, kernel=kernel)
    >>> (dx,), gradients = backward(np.array([[[1.0, 1]]]), saved)
    >>> dx.tolist(), gradients["kernel"].tolist()
    ([[[1.0, 0.0, 10.0]]], [[[[1.0, 2.0]], [[2.0, 3.0]]]])
    """
    shape, columns, kernel, bias, both = saved
    units = dy.reshape(len(dy), len(kernel), -1).transpose(2, 1, 0)
    d_rows = units @ columns.swapaxes(1, 2)
    rows = kernel.reshape(len(kernel), len(units), -1).swapaxes(0, 1)
    d_columns = (rows.swapaxes(1, 2) @ units).transpose(2, 1, 0)
    d_cells = d_columns.reshape(len(dy), shape[1], -1, *dy.shape[2:])
    image = np.zeros((*shape[:2], *(side.span for side in both)), dy.dtype)
    for tap, cells in enumerate(offsets(image, both)):
        np.add(cells, d_cells[:, :, tap], out=cells)
    gradients = {"kernel": d_rows.swapaxes(0, 1).reshape(kernel.shape)}
    if bias is not None:
        gradients["bias"] = dy.sum(axis=0)
    return (unpadded(image, both).reshape(shape),), gradients
