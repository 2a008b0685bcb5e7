"""The logarithm of a sigmoid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import no_weights
from archcalc.kernels._functions import sigmoid, softplus

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = -log(1 + exp(-x))",
    "x": "∂E/∂x = δ·σ′, σ′ = 1/(1 + exp(x))",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, Array]:
    """Give the logarithm of the sigmoid, of any shape.

    >>> import numpy as np
    >>> forward(np.array([-1000.0, 0, 1000]))[0].round(4).tolist()
    [-1000.0, -0.6931, -0.0]
    """
    return -softplus(-x), x


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: a power of e that is too large is avoided."""
    return frozenset({"cmp"})


def backward(dy: Array, saved: Array) -> Gradients:
    """Multiply by the slope, which is the sigmoid of -x.

    >>> import numpy as np
    >>> backward(np.array([8.0]), np.array([0.0]))[0][0].tolist()
    [4.0]
    """
    return (dy * sigmoid(-saved),), {}
