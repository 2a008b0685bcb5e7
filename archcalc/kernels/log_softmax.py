"""The logarithm of a softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import axis_of, no_weights

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = z - log(Σ exp(z)), over the maps",
    "x": "∂E/∂z = δ - exp(y)·Σ δ",
}

weights = no_weights


def forward(x: Array, *, axis: str = "channels") -> tuple[Array, tuple[Array, int]]:
    """Give logarithms of probabilities: y_c = x_c - log(Σ exp(x)), over the maps or another axis.

        x  N  C  ...
        y  N  C  ...

    >>> np.exp(forward(np.log(np.array([[1.0, 2, 5]])))[0]).round(4).tolist()
    [[0.125, 0.25, 0.625]]
    """
    # The largest becomes 0: nothing overflows, and the difference is the same.
    along = axis_of(axis, x.ndim)
    low = x - x.max(axis=along, keepdims=True)
    y: Array = low - np.log(np.exp(low).sum(axis=along, keepdims=True))
    return y, (y, along)


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: the largest value is first taken out."""
    return frozenset({"add", "cmp"})


def backward(dy: Array, saved: tuple[Array, int]) -> Gradients:
    """Give the gradient of x: dy - exp(y) Σ dy.

    >>> backward(np.array([[1.0, 0]]), (np.log(np.array([[0.5, 0.5]])), 1))[0][0].round(4).tolist()
    [[0.5, -0.5]]
    """
    y, along = saved
    return (dy - np.exp(y) * dy.sum(axis=along, keepdims=True),), {}
