"""The Gaussian error linear unit, and two approximations of it."""

from __future__ import annotations

from math import pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import no_weights
from archcalc.kernels._functions import erf, sigmoid

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x·Φ(x), Φ(x) = (1 + erf(x/√2))/2",
    "x": "∂E/∂x = δ·σ′, σ′ = Φ(x) + x·exp(-x²/2)/√(2π)",
}
INNER = sqrt(2 / pi)
CUBIC = 0.044715
STEEP = 1.702

weights = no_weights


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    inner: Array
    """What the function within the formula gave: erf, tanh or sigmoid."""
    approximate: str | None


def forward(x: Array, *, approximate: str | None = None) -> tuple[Array, Saved]:
    """Let each element through by the share of a normal distribution below it, of any shape.

    With `approximate: tanh` or `sigmoid` by a curve that is close to this share.

    >>> [round(float(forward(np.array([1.0]), approximate=way)[0][0]), 4)
    ...  for way in (None, "tanh", "sigmoid")]
    [0.8413, 0.8412, 0.8458]

    Source: Hendrycks, Gimpel 2016, Gaussian error linear units, section 2.
    """
    if approximate == "sigmoid":
        inner = sigmoid(STEEP * x)
        return x * inner, Saved(x, inner, approximate)
    inner = erf(x * sqrt(0.5)) if approximate is None else np.tanh(INNER * (x + CUBIC * x**3))
    return 0.5 * x * (1 + inner), Saved(x, inner, approximate)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Multiply by the slope: the share, and x times the share's own slope.

    >>> _, saved = forward(np.array([0.0]))
    >>> backward(np.array([8.0]), saved)[0][0].tolist()
    [4.0]
    """
    x, inner, approximate = saved
    share = inner if approximate == "sigmoid" else 0.5 * (1 + inner)
    if approximate is None:
        steepness = np.exp(-0.5 * x * x) / sqrt(2 * pi)
    elif approximate == "tanh":
        steepness = 0.5 * (1 - inner * inner) * INNER * (1 + 3 * CUBIC * x * x)
    else:
        steepness = STEEP * inner * (1 - inner)
    return (dy * (share + x * steepness),), {}
