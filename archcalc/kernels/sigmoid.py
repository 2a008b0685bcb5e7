"""The logistic sigmoid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._functions import sigmoid

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = 1/(1 + exp(-x))",
    "x": "∂E/∂x = δ·σ′, σ′ = y·(1 - y)",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, Array]:
    """Squash to 0 ... 1: y = 1 / (1 + exp(-x)), of any shape.

    >>> import numpy as np
    >>> forward(np.array([-1000.0, 0, 1000]))[0].tolist()
    [0.0, 0.5, 1.0]
    """
    y = sigmoid(x)
    return y, y


def backward(dy: Array, saved: Array) -> Gradients:
    """Multiply by the slope, y (1 - y).

    >>> import numpy as np
    >>> backward(np.array([8.0, 8]), np.array([0.5, 1]))[0][0].tolist()
    [2.0, 0.0]
    """
    return (dy * (saved * (1 - saved)),), {}
