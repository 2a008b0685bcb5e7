"""Convolution as matrix products: each kernel becomes a row, each window of the input a column.

In networks "convolution" is cross-correlation: the kernel is not turned around.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from archcalc.kernels._arrays import expect_maps, expect_shape, places
from archcalc.kernels._products import check, kernel_gradient, multiply, patch_gradient
from archcalc.kernels._windows import Sides, each, offsets, padded, sides, unpadded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.kernels._arrays import (
        Array,
        Gradients,
        Padding,
        Shape,
        Size,
        Table,
        WeightShapes,
    )

WEIGHTS = {"kernel": "weight", "bias": "bias"}

PATCH_BYTES = 8 * 2**20
"""Columns are copied in portions of about this size: large enough for BLAS, small enough for the
cache. One row of windows is the least that is copied at once."""

RULES = {
    "y": "z[f] = Σᵢ K[f,i] ⋆ x[i] + b[f], the window slid without turning the kernel",
    "x": "∂E/∂x[i] = Σ over f of K[f,i], turned by 180°, ⋆ δ[f] with zeros around it",
    "kernel": "∂E/∂K[f,i] = x[i] ⋆ δ[f], the input correlated with the residual",
    "bias": "∂E/∂b[f] = Σ δ[f], over the map",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    kernel: Array
    bias: Array | None
    both: Sides
    groups: int
    table: Table | None


def weights(  # noqa: PLR0913 - the fields of the op
    shape: Shape,
    *,
    kernel: Size,
    filters: int | None = None,
    stride: Size = (1,),
    padding: Padding = (0, 0),
    dilation: Size = (1,),
    groups: int = 1,
    bias: bool | Literal["untied"] = True,
    table: Table | None = None,
    ceil: bool = False,
    **_: object,
) -> WeightShapes:
    """Give the shapes of kernel and bias for an input C x H x W.

    >>> weights((3, 227, 227), filters=96, kernel=(11, 11), stride=(4, 4))
    {'kernel': (96, 3, 11, 11), 'bias': (96,)}
    >>> weights((3, 8, 8), kernel=(5, 5), table=((0, 1), (1, 2), (0, 1, 2)), bias="untied")
    {'kernel': (7, 5, 5), 'bias': (3, 4, 4)}
    """
    channels, *extents = shape
    maps = filters or len(table or ())
    kernel = each(kernel, len(extents))
    pairs = (maps, channels // groups) if table is None else (sum(map(len, table)),)
    shapes: WeightShapes = {"kernel": (*pairs, *kernel)}
    both = sides(tuple(extents), kernel, stride, padding, dilation, ceil=ceil)
    if bias:
        units = [side.windows for side in both] if bias == "untied" else []
        shapes["bias"] = (maps, *units)
    return shapes


def forward(  # noqa: PLR0913 - the weights and the fields of the op
    x: Array,
    *,
    kernel: Array,
    bias: Array | None = None,
    stride: Size = (1,),
    padding: Padding = (0, 0),
    dilation: Size = (1,),
    groups: int = 1,
    table: Table | None = None,
    ceil: bool = False,
) -> tuple[Array, Saved]:
    """Correlate the maps of x with the kernels.

        x  N  C  H  W         kernel  C'  C/groups  kh  kw      (with a table: pairs  kh  kw)
        y  N  C' H' W'        bias    C'                        (untied: C' H' W')

    With a table, filter f reads the maps table[f] alone; the kernels stand in the table's order.
    Each output takes exactly kh·kw multiplications for each map that feeds it.
    Raises ValueError with the shapes if kernel, bias and x do not fit together.

    >>> x = np.array([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]]])
    >>> y, _ = forward(x, kernel=np.array([[[[1.0, 0], [0, -1]]]]), bias=np.array([10.0]))
    >>> y[0, 0].tolist()  # 1 - 5 + 10, 2 - 6 + 10 / 4 - 8 + 10, 5 - 9 + 10
    [[6.0, 6.0], [6.0, 6.0]]

    Source: Chellapilla, Puri, Simard 2006, High performance convolutional neural networks for
    document processing (convolution unrolled to a matrix product).
    """
    expect_maps("conv", x)
    maps = check(x.shape[1], kernel, groups, table)
    window = kernel.shape[2 if table is None else 1 :]
    both = sides(x.shape[2:], window, stride, padding, dilation, ceil=ceil)
    y = np.empty((maps, len(x), *(side.windows for side in both)), np.result_type(x, kernel))
    units = y.reshape(maps, -1)
    for _, place, patches in _patches(padded(x, both), both):
        multiply(kernel, patches, groups, table, units[:, place])
    if bias is not None:
        y += _aligned(bias, y)
    return np.ascontiguousarray(y.swapaxes(0, 1)), Saved(x, kernel, bias, both, groups, table)


def backward(dy: Array, saved: Saved, *, inputs: bool = True) -> Gradients:
    """Give the gradients of x, kernel and bias.

    The kernel's is the input correlated with dy. The input's is each kernel weight times dy, added
    where the weight's tap lies: dy, zero-padded and with zeros between for a stride, correlated
    with the kernel rotated by 180 degrees. A bias gathers dy over its map. Without `inputs` the
    input's gradient, which a first layer has no use for, is not computed: there is none.

    >>> y, saved = forward(np.ones((1, 1, 3, 3)), kernel=np.array([[[[1.0, 2], [3, 4]]]]))
    >>> (dx,), gradients = backward(np.array([[[[1.0, 0], [0, 0]]]]), saved)
    >>> dx[0, 0].tolist()
    [[1.0, 2.0, 0.0], [3.0, 4.0, 0.0], [0.0, 0.0, 0.0]]
    """
    x, kernel, bias, both, groups, table = saved
    maps = np.ascontiguousarray(dy.swapaxes(0, 1))
    units = maps.reshape(len(maps), -1)
    image = padded(x, both)
    d_image, d_kernel = np.zeros_like(image), np.zeros_like(kernel)
    for block, place, patches in _patches(image, both):
        d_units = units[:, place]
        d_kernel += kernel_gradient(kernel, patches, groups, table, d_units)
        if inputs:
            d_patches = patch_gradient(kernel, patches, groups, table, d_units)
            _add_patches(d_image, d_patches, both, block)
    d_weights = {"kernel": d_kernel}
    if bias is not None:
        d_weights["bias"] = dy.sum(axis=0 if bias.ndim > 1 else places(dy))
    return ((unpadded(d_image, both).reshape(x.shape),) if inputs else ()), d_weights


def _patches(image: Array, both: Sides) -> Iterator[tuple[tuple[slice, slice], slice, Array]]:
    """Copy windows side by side in portions: (samples, rows), their units, their taps.

    Each portion is C x (kh·kw) x units. Windows of 1x1 without stride *are* the image: no copy.
    """
    rank, rows = len(both), both[0].windows
    axes = tuple(range(2, 2 + rank))
    windows = sliding_window_view(image, tuple(side.extent for side in both), axis=axes)
    strides = (slice(None, None, side.stride) for side in both)
    dilations = (slice(None, None, side.dilation) for side in both)
    windows = windows[(slice(None), slice(None), *strides, *dilations)]
    taps = windows.transpose(1, *range(2 + rank, 2 + 2 * rank), 0, *axes)
    across = prod(side.windows for side in both[1:])
    every = (slice(None),) * (1 + rank)
    for samples, lines in _portions(taps, rank):
        first = (samples.start * rows + lines.start) * across
        patches = np.ascontiguousarray(taps[(*every, samples, lines)])
        patches = patches.reshape(len(taps), prod(side.kernel for side in both), -1)
        yield (samples, lines), slice(first, first + patches.shape[2]), patches


def _portions(taps: Array, rank: int) -> Iterator[tuple[slice, slice]]:
    """Split into whole samples, or one sample into rows, so that a portion stays small."""
    samples, rows, *across = taps.shape[1 + rank :]
    each_row = prod(taps.shape[: 1 + rank]) * prod(across)
    at_once = max(1, PATCH_BYTES // (each_row * taps.itemsize))
    if taps.flags.c_contiguous:
        at_once = max(1, samples * rows)
    step = max(1, at_once // rows)
    for sample in range(0, samples, step):
        for row in range(0, rows, min(at_once, rows)):
            lines = slice(row, min(row + at_once, rows))
            yield slice(sample, sample + step), lines


def _aligned(bias: Array, y: Array) -> Array:
    """Turn a bias per map or per unit so that it adds to y, which has the maps first."""
    maps, _, *extents = y.shape
    expect_shape("conv", "bias", bias, (maps, *extents) if bias.ndim > 1 else (maps,))
    return bias.reshape(maps, 1, *(bias.shape[1:] or [1] * len(extents)))


def _add_patches(image: Array, patches: Array, both: Sides, block: tuple[slice, slice]) -> None:
    """Add every tap of some windows to the cell of the image that it was read from."""
    samples, lines = block
    across = (side.windows for side in both[1:])
    taps = patches.reshape(*patches.shape[:2], -1, lines.stop - lines.start, *across)
    for tap, cells in enumerate(offsets(image[samples], both)):
        cells[:, :, lines] += taps[:, tap].swapaxes(0, 1)
