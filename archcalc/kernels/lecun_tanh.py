"""LeCun's scaled hyperbolic tangent, which maps 1 to 1 and -1 to -1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

AMPLITUDE = 1.7159
SLOPE = 2 / 3

RULES = {
    "y": "y = A·tanh(S·x), A = 1.7159, S = 2/3",
    "x": "∂E/∂x = δ·σ′, σ′ = S·(A - y²/A)",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, Array]:
    """Squash to -1.7159 ... 1.7159: y = 1.7159 tanh(2x/3), of any shape.

    >>> forward(np.array([-1.0, 0, 1]))[0].round(4).tolist()
    [-1.0, 0.0, 1.0]

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B and appendix A.
    """
    y = np.tanh(SLOPE * x)
    y *= AMPLITUDE
    return y, y


def backward(dy: Array, saved: Array) -> Gradients:
    """Multiply by the slope, 2/3 · (1.7159 - y²/1.7159).

    >>> backward(np.ones(2), np.array([0.0, AMPLITUDE]))[0][0].round(4).tolist()
    [1.1439, 0.0]
    """
    slope = saved * saved
    slope *= -SLOPE / AMPLITUDE
    slope += SLOPE * AMPLITUDE
    slope *= dy
    return (slope,), {}
