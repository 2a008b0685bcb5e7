"""The identity between two bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = min(max(x, low), high)",
    "x": "∂E/∂x = δ·σ′, σ′ = 1 where low < x < high, else 0",
}

weights = no_weights


def forward(
    x: Array, *, low: SupportsFloat = -1, high: SupportsFloat = 1
) -> tuple[Array, tuple[Array, float, float]]:
    """Cut off at both ends, of any shape.

    >>> forward(np.array([-2.0, 0.5, 9]))[0].tolist()
    [-1.0, 0.5, 1.0]
    """
    low, high = float(low), float(high)
    y = np.minimum(np.maximum(x, low), high)
    return y, (y, low, high)


def backward(dy: Array, saved: tuple[Array, float, float]) -> Gradients:
    """Let the gradient through where y is between the bounds.

    >>> backward(np.array([5.0, 5]), (np.array([-1.0, 0.5]), -1.0, 1.0))[0][0].tolist()
    [0.0, 5.0]
    """
    y, low, high = saved
    return (dy * ((y > low) & (y < high)),), {}
