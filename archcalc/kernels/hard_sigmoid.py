"""The sigmoid in three straight pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = min(max(x + 3, 0), 6)/6",
    "x": "∂E/∂x = δ·σ′, σ′ = 1/6 where -3 < x < 3, else 0",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, Array]:
    """Squash to 0 ... 1 by straight lines, of any shape.

    >>> forward(np.array([-5.0, 0, 1.5]))[0].tolist()
    [0.0, 0.5, 0.75]
    """
    y = np.minimum(np.maximum(x + 3, 0), 6) / 6
    return y, y


def backward(dy: Array, saved: Array) -> Gradients:
    """Let a sixth of the gradient through where y is between the bounds.

    >>> backward(np.array([6.0, 6]), np.array([0.5, 1]))[0][0].tolist()
    [1.0, 0.0]
    """
    return (dy * ((saved > 0) & (saved < 1)) / 6,), {}
