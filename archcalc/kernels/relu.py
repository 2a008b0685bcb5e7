"""The rectified linear unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = max(x, 0)",
    "x": "∂E/∂x = δ·σ′, σ′ = 1 where x > 0, else 0",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, Array]:
    """Keep what is positive: y = max(x, 0), of any shape.

    >>> forward(np.array([-2.0, 0, 3]))[0].tolist()
    [0.0, 0.0, 3.0]

    Source: Nair, Hinton 2010, Rectified linear units improve restricted Boltzmann machines.
    """
    y = np.maximum(x, 0)
    return y, y


def backward(dy: Array, saved: Array) -> Gradients:
    """Let the gradient through where y is positive; at 0 there is none.

    >>> backward(np.array([5.0, 5, 5]), np.array([0.0, 0, 3]))[0][0].tolist()
    [0.0, 0.0, 5.0]
    """
    return (dy * (saved > 0),), {}
