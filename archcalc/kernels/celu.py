"""The exponential linear unit whose slope is continuous."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x where x > 0, else α·(exp(x/α) - 1)",
    "x": "∂E/∂x = δ·σ′, σ′ = 1 where x > 0, else exp(x/α)",
}

weights = no_weights


def forward(x: Array, *, alpha: SupportsFloat = 1) -> tuple[Array, tuple[Array, float]]:
    """Keep what is positive, bend the rest towards -alpha, of any shape.

    >>> forward(np.array([-2 * np.log(4), 3]), alpha=2)[0].tolist()  # 2·(1/4 - 1)
    [-1.5, 3.0]
    """
    with np.errstate(over="ignore"):  # what is large is kept as it is
        y = np.where(x > 0, x, (np.exp(x / float(alpha)) - 1) * float(alpha))
    return y, (x, float(alpha))


def backward(dy: Array, saved: tuple[Array, float]) -> Gradients:
    """Multiply by the slope: 1, or exp(x / alpha) where x was not positive.

    >>> backward(np.array([4.0, 5]), (np.array([-2 * np.log(4), 3]), 2))[0][0].tolist()
    [1.0, 5.0]
    """
    x, alpha = saved
    return (np.where(x > 0, dy, dy * np.exp(np.minimum(x, 0) / alpha)),), {}
