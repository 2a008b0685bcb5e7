"""The power of e."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = exp(x)",
    "x": "∂E/∂x = δ·y",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, Array]:
    """Raise e to each element, of any shape; what is too large is infinite.

    >>> forward(np.log(np.array([1.0, 2])))[0].tolist()
    [1.0, 2.0]
    """
    with np.errstate(over="ignore"):
        y: Array = np.exp(x)
    return y, y


def backward(dy: Array, saved: Array) -> Gradients:
    """Multiply by the slope, which is y.

    >>> backward(np.array([3.0]), np.array([2.0]))[0][0].tolist()
    [6.0]
    """
    return (dy * saved,), {}
