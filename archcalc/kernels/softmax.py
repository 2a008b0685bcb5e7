"""Softmax over the maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "s = exp(z)/Σ exp(z), over the maps",
    "x": "∂E/∂z = s·(δ - Σ s·δ)",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, Array]:
    """Turn the maps at each place into probabilities: y_c = exp(x_c) / Σ exp(x).

        x  N  C  ...
        y  N  C  ...

    >>> forward(np.log(np.array([[1.0, 2, 5]])))[0].round(4).tolist()
    [[0.125, 0.25, 0.625]]
    """
    # The largest becomes exp(0): nothing overflows, and the quotient is the same.
    y = np.exp(x - x.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)
    return y, y


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: the largest value is first taken out."""
    return frozenset({"add", "cmp"})


def backward(dy: Array, saved: Array) -> Gradients:
    """Give the gradient of x: y (dy - Σ dy·y).

    >>> backward(np.array([[1.0, 0]]), np.array([[0.5, 0.5]]))[0][0].tolist()
    [[0.25, -0.25]]
    """
    return (saved * (dy - (dy * saved).sum(axis=1, keepdims=True)),), {}
