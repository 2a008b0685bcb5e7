"""The rectifier that leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x where x > 0, else slope·x",
    "x": "∂E/∂x = δ·σ′, σ′ = 1 where x > 0, else the slope",
}

weights = no_weights


def forward(x: Array, *, slope: SupportsFloat = 0.01) -> tuple[Array, tuple[Array, float]]:
    """Keep what is positive, and a part of what is not, of any shape.

    >>> forward(np.array([-2.0, 3]), slope=0.1)[0].tolist()
    [-0.2, 3.0]
    """
    y = np.where(x > 0, x, x * float(slope))
    return y, (x, float(slope))


def backward(dy: Array, saved: tuple[Array, float]) -> Gradients:
    """Let the gradient through where x was positive; the rest by the slope.

    >>> backward(np.array([5.0, 5]), (np.array([-1.0, 1]), 0.1))[0][0].tolist()
    [0.5, 5.0]
    """
    x, slope = saved
    return (np.where(x > 0, dy, dy * slope),), {}
