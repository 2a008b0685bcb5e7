"""The mean along an axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import axis_of, expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = the mean along the axis",
    "x": "∂E/∂x = δ divided by what is averaged, the same at each",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, axis: str | None = None) -> tuple[Array, tuple[int, ...]]:
    """Average along an axis, or over all places.

        x  N  C  H  W
        y  N  C  1  1

    >>> x = np.array([[[[1.0, 3]], [[5, 7]]]])
    >>> forward(x)[0].ravel().tolist(), forward(x, axis="channels")[0].tolist()
    ([2.0, 6.0], [[[[3.0, 5.0]]]])
    """
    expect_maps("mean", x)
    if axis is None:
        return x.mean(axis=tuple(range(2, x.ndim)))[:, :, None, None], x.shape
    return x.mean(axis=axis_of(axis, x.ndim), keepdims=True), x.shape


def backward(dy: Array, saved: tuple[int, ...]) -> Gradients:
    """Spread the gradient evenly over what was averaged.

    >>> backward(np.full((1, 1, 1, 1), 8.0), (1, 1, 2, 2))[0][0].tolist()
    [[[[2.0, 2.0], [2.0, 2.0]]]]
    """
    kept = dy if dy.ndim == len(saved) else dy.reshape(*saved[:2], *(1,) * (len(saved) - 2))
    share = kept * (kept.size / np.prod(saved)).astype(dy.dtype)
    return (np.broadcast_to(share, saved).copy(),), {}
