"""The sigmoid linear unit, or swish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import no_weights
from archcalc.kernels._functions import sigmoid

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x·s, s = 1/(1 + exp(-x))",
    "x": "∂E/∂x = δ·σ′, σ′ = s + y·(1 - s)",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, tuple[Array, Array]]:
    """Let each element through by its own sigmoid, of any shape.

    >>> import numpy as np
    >>> forward(np.array([-1000.0, 0, np.log(3)]))[0].round(4).tolist()  # 3/4 of log 3
    [-0.0, 0.0, 0.824]
    """
    s = sigmoid(x)
    y = x * s
    return y, (y, s)


def backward(dy: Array, saved: tuple[Array, Array]) -> Gradients:
    """Multiply by the slope, s + y (1 - s).

    >>> import numpy as np
    >>> backward(np.array([8.0]), (np.array([0.0]), np.array([0.5])))[0][0].tolist()
    [4.0]
    """
    y, s = saved
    return (dy * (s + y * (1 - s)),), {}
