"""The softsign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x/(1 + |x|)",
    "x": "∂E/∂x = δ·σ′, σ′ = 1/(1 + |x|)²",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, Array]:
    """Squash to -1 ... 1, of any shape.

    >>> forward(np.array([-3.0, 0, 1]))[0].tolist()
    [-0.75, 0.0, 0.5]
    """
    spread = 1 + np.maximum(x, -x)
    return x / spread, spread


def backward(dy: Array, saved: Array) -> Gradients:
    """Multiply by the slope, 1/(1 + |x|)².

    >>> backward(np.array([16.0, 4]), np.array([4.0, 2]))[0][0].tolist()
    [1.0, 1.0]
    """
    return (dy / saved**2,), {}
