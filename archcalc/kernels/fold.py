"""An extent folded into the features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import axis_of, expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = each line along the axis in maps of its own",
    "x": "∂E/∂x = δ, laid out along the axis again",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, axis: str = "height") -> tuple[Array, tuple[tuple[int, ...], int]]:
    """Lay the lines along an axis in maps of their own.

        x  N  C  H  W
        y  N  C·H  W

    >>> forward(np.zeros((1, 512, 2, 26)))[0].shape
    (1, 1024, 26)
    """
    expect_maps("fold", x)
    along = axis_of(axis, x.ndim)
    if along == 1:
        return x, (x.shape, along)
    moved = np.ascontiguousarray(np.moveaxis(x, along, 2))
    rest = moved.shape[3:] or (1, 1)
    return moved.reshape(len(x), moved.shape[1] * moved.shape[2], *rest), (x.shape, along)


def backward(dy: Array, saved: tuple[tuple[int, ...], int]) -> Gradients:
    """Lay the gradient out along the axis again.

    >>> _, saved = forward(np.zeros((1, 512, 2, 26)))
    >>> backward(np.zeros((1, 1024, 26)), saved)[0][0].shape
    (1, 512, 2, 26)
    """
    shape, along = saved
    if along == 1:
        return (dy,), {}
    rest = (*shape[2:along], *shape[along + 1 :])
    moved = dy.reshape(*shape[:2], shape[along], *rest)
    return (np.ascontiguousarray(np.moveaxis(moved, 2, along)),), {}
