"""Unpooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps
from archcalc.kernels._blocks import scaled

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes

RULES = {
    "y": "y = each value at the first cell of its block, 0 at the others",
    "x": "∂E/∂x = δ at the first cell of each block",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, scale: Size) -> tuple[Array, tuple[slice, ...]]:
    """Put each value at the first cell of a block, and zeros at the others.

        x  N  C  H  W
        y  N  C  sh·H  sw·W

    >>> forward(np.array([[[1.0, 2]]]), scale=(2,))[0].tolist()
    [[[1.0, 0.0, 2.0, 0.0]]]
    """
    expect_maps("unpool", x)
    scale = scaled(x, scale)
    extents = (n * size for n, size in zip(scale, x.shape[2:], strict=True))
    y = np.zeros((*x.shape[:2], *extents), x.dtype)
    first = (slice(None), slice(None), *(slice(None, None, n) for n in scale))
    y[first] = x
    return y, first


def backward(dy: Array, saved: tuple[slice, ...]) -> Gradients:
    """Take the gradient from the first cell of each block.

    >>> _, saved = forward(np.array([[[1.0, 2]]]), scale=(2,))
    >>> backward(np.array([[[1.0, 2, 3, 4]]]), saved)[0][0].tolist()
    [[[1.0, 3.0]]]
    """
    return (np.ascontiguousarray(dy[saved]),), {}
