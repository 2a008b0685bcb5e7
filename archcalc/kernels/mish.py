"""Mish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights
from archcalc.kernels._functions import sigmoid, softplus

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x·t, t = tanh(log(1 + exp(x)))",
    "x": "∂E/∂x = δ·σ′, σ′ = t + x·(1 - t²)/(1 + exp(-x))",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, tuple[Array, Array]]:
    """Let each element through by the tanh of its softplus, of any shape.

    >>> forward(np.array([0.0, 1000]))[0].tolist()
    [0.0, 1000.0]
    """
    t = np.tanh(softplus(x))
    return x * t, (x, t)


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: a power of e that is too large is avoided."""
    return frozenset({"cmp"})


def backward(dy: Array, saved: tuple[Array, Array]) -> Gradients:
    """Multiply by the slope, t + x (1 - t²) / (1 + exp(-x)).

    >>> backward(np.array([5.0]), (np.array([0.0]), np.array([0.6])))[0][0].tolist()
    [3.0]
    """
    x, t = saved
    return (dy * (t + x * (1 - t * t) * sigmoid(x)),), {}
