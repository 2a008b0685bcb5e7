"""Transposed convolution: the way back through a convolution, taken forward."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, expect_shape, per_map, places, shown
from archcalc.kernels._windows import (
    Axis,
    Sides,
    cells_of,
    each,
    offsets,
    padded,
    unpadded,
)

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Padding, Shape, Size, WeightShapes

WEIGHTS = {"kernel": "weight", "bias": "bias"}

RULES = {
    "y": "z[f] = Σᵢ of x[i] laid out by the stride, times K[i,f] around each, + b[f]",
    "x": "∂E/∂x[i] = Σ over f of K[i,f] ⋆ δ[f], a convolution by the stride",
    "kernel": "∂E/∂K[i,f] = δ[f] ⋆ x[i], each cell of x times the residual around it",
    "bias": "∂E/∂b[f] = Σ δ[f], over the map",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shape: tuple[int, ...]
    x: Array
    kernel: Array
    bias: Array | None
    both: Sides
    groups: int


def weights(
    shape: Shape, *, filters: int, kernel: Size, groups: int = 1, bias: bool = True, **_: object
) -> WeightShapes:
    """Give the shapes of kernel and bias for an input C x H x W.

    >>> weights((30, 8, 8), filters=20, kernel=(3, 3), groups=10)
    {'kernel': (30, 2, 3, 3), 'bias': (20,)}
    """
    channels, *extents = shape
    shapes: WeightShapes = {"kernel": (channels, filters // groups, *each(kernel, len(extents)))}
    if bias:
        shapes["bias"] = (filters,)
    return shapes


def forward(  # noqa: PLR0913 - the weights and the fields of the op
    x: Array,
    *,
    kernel: Array,
    bias: Array | None = None,
    stride: Size = (1,),
    padding: Padding = (0, 0),
    output_padding: Size = (0,),
    dilation: Size = (1,),
    groups: int = 1,
) -> tuple[Array, Saved]:
    """Lay each kernel, times each cell of x, at each place of the stride, and add up.

        x  N  C  H  W         kernel  C  C'/groups  kh  kw
        y  N  C' H' W'        bias    C'

    Raises ValueError with the shapes if kernel, bias and x do not fit together.

    >>> x, kernel = np.array([[[[1.0, 2]]]]), np.array([[[[1.0, 10]]]])
    >>> forward(x, kernel=kernel)[0].tolist()  # 1 10 0 + 0 2 20
    [[[[1.0, 12.0, 20.0]]]]
    >>> forward(x, kernel=kernel, stride=(1, 2))[0].tolist()
    [[[[1.0, 10.0, 2.0, 20.0]]]]

    Source: Dumoulin, Visin 2016, A guide to convolution arithmetic for deep learning, chapter 4.
    """
    expect_maps("deconv", x)
    if kernel.ndim < 3 or len(kernel) != x.shape[1] or len(kernel) % groups:
        found = f"kernel {shown(kernel.shape)} in {groups} groups"
        message = f"deconv: {found} does not fit an input of {x.shape[1]} maps"
        raise ValueError(message)
    both = turned(x.shape[2:], kernel.shape[2:], stride, padding, output_padding, dilation)
    shape = x.shape
    if x.ndim < len(both) + 2:
        x = x.reshape(*x.shape[:2], *(1,) * len(both))
    units = x.swapaxes(0, 1)
    rows = kernel.reshape(groups, len(kernel) // groups, -1).swapaxes(1, 2)
    columns = units.reshape(groups, len(units) // groups, prod(units.shape[1:]))
    patches = np.matmul(rows, columns)
    patches = patches.reshape(groups * kernel.shape[1], prod(kernel.shape[2:]), *units.shape[1:])
    image = np.zeros((len(x), len(patches), *(side.span for side in both)), patches.dtype)
    for tap, cells in enumerate(offsets(image, both)):
        np.add(cells, patches[:, tap].swapaxes(0, 1), out=cells)
    y = unpadded(image, both)
    if bias is not None:
        expect_shape("deconv", "bias", bias, y.shape[1:2])
        y += per_map(bias, y)
    return y, Saved(shape, x, kernel, bias, both, groups)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, kernel and bias: to x it is the convolution itself.

    >>> x, kernel = np.array([[[[1.0, 2]]]]), np.array([[[[1.0, 10]]]])
    >>> _, saved = forward(x, kernel=kernel)
    >>> (dx,), gradients = backward(np.array([[[[1.0, 1, 0]]]]), saved)
    >>> dx.tolist(), gradients["kernel"].tolist()  # 1 + 10, 1 + 0; 1 + 2, 1 + 0
    ([[[[11.0, 1.0]]]], [[[[3.0, 1.0]]]])
    """
    shape, x, kernel, bias, both, groups = saved
    image = padded(dy, both)
    patches = np.stack([cells.swapaxes(0, 1) for cells in offsets(image, both)], axis=1)
    columns = patches.reshape(groups, -1, x.size // x.shape[1])
    units = x.swapaxes(0, 1).reshape(groups, len(kernel) // groups, -1)
    rows = kernel.reshape(groups, len(kernel) // groups, -1)
    d_units = (rows @ columns).reshape(x.shape[1], len(x), *x.shape[2:])
    gradients = {"kernel": (units @ columns.swapaxes(1, 2)).reshape(kernel.shape)}
    if bias is not None:
        gradients["bias"] = dy.sum(axis=places(dy))
    return (np.ascontiguousarray(d_units.swapaxes(0, 1)).reshape(shape),), gradients


def turned(  # noqa: PLR0913, PLR0917 - the fields of a window
    size: Size, kernel: Size, stride: Size, padding: Padding, output_padding: Size, dilation: Size
) -> Sides:
    """Lay the windows of the convolution that is turned round over y: as many as x has cells.

    >>> (row,) = turned((4,), (3,), (2,), (1, 1), (1,), (1,))
    >>> row.size, row.windows
    (8, 4)
    """
    rank = len(kernel)
    if rank > len(size) and set(size) == {1}:
        size = (1,) * rank
    steps, apart, rests = (each(numbers, rank) for numbers in (stride, dilation, output_padding))
    reaches = [(taps - 1) * step + 1 for taps, step in zip(kernel, apart, strict=True)]
    earlier, last = size[: len(size) - rank], size[len(size) - rank :]
    if padding == "same":
        beyond = [reach - step for reach, step in zip(reaches, steps, strict=True)]
        padding = tuple(n for cells in beyond for n in (cells // 2, cells - cells // 2))
    cells = cells_of(last, kernel, steps, padding, apart)
    found = [Axis(n, 1, 1, 1, 0, 0, n) for n in earlier]
    for i, n in enumerate(last):
        before, after = cells[2 * i : 2 * i + 2]
        outputs = (n - 1) * steps[i] + reaches[i] + rests[i] - before - after
        found.append(Axis(outputs, kernel[i], steps[i], apart[i], before, after, n))
    if any(side.size < 1 for side in found):
        message = f"deconv: padding leaves nothing of {shown(size)}"
        raise ValueError(message)
    return tuple(found)
