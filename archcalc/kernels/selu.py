"""The self-normalising exponential linear unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

ALPHA = 1.6732632423543772
LAMBDA = 1.0507009873554805
"""The fixed point of mean 0 and variance 1: Klambauer et al. 2017, equation 14."""

RULES = {
    "y": "y = λ·x where x > 0, else λ·α·(exp(x) - 1), λ = 1.0507, α = 1.6733",
    "x": "∂E/∂x = δ·σ′, σ′ = λ where x > 0, else y + λ·α",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, Array]:
    """Bend as an ELU does, and stretch so that mean 0 and variance 1 stay, of any shape.

    >>> forward(np.array([-1000.0, 0, 1]))[0].round(4).tolist()
    [-1.7581, 0.0, 1.0507]
    """
    with np.errstate(over="ignore"):  # what is large is kept as it is
        y = np.where(x > 0, x, (np.exp(x) - 1) * ALPHA) * LAMBDA
    return y, y


def backward(dy: Array, saved: Array) -> Gradients:
    """Multiply by the slope.

    >>> backward(np.array([1.0, 1]), np.array([0.0, 1.0507]))[0][0].round(4).tolist()
    [1.7581, 1.0507]
    """
    return (np.where(saved > 0, dy * LAMBDA, dy * (saved + LAMBDA * ALPHA)),), {}
