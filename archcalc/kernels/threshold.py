"""The rectifier with a threshold of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x where x > θ, else the value",
    "x": "∂E/∂x = δ·σ′, σ′ = 1 where x > θ, else 0",
}

weights = no_weights


def forward(x: Array, *, theta: SupportsFloat = 1, value: SupportsFloat = 0) -> tuple[Array, Array]:
    """Keep what is above theta, of any shape.

    >>> forward(np.array([0.5, 2]), value=-1)[0].tolist()
    [-1.0, 2.0]
    """
    kept = x > float(theta)
    return np.where(kept, x, np.asarray(float(value), x.dtype)), kept


def backward(dy: Array, saved: Array) -> Gradients:
    """Let the gradient through where x was above theta.

    >>> backward(np.array([5.0, 5]), np.array([False, True]))[0][0].tolist()
    [0.0, 5.0]
    """
    return (dy * saved,), {}
