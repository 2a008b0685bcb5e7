"""Softmax over the maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import axis_of
from archcalc.kernels._functions import softmax, softmax_back

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "s = exp(z)/Σ exp(z), over the maps",
    "x": "∂E/∂z = s·(δ - Σ s·δ)",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, axis: str = "channels") -> tuple[Array, tuple[Array, int]]:
    """Turn the maps at each place into probabilities: y_c = exp(x_c) / Σ exp(x).

    Or else what lies along another axis: `height`, `width` ...

        x  N  C  ...
        y  N  C  ...

    >>> import numpy as np
    >>> forward(np.log(np.array([[1.0, 2, 5]])))[0].round(4).tolist()
    [[0.125, 0.25, 0.625]]
    """
    along = axis_of(axis, x.ndim)
    y = softmax(x, along)
    return y, (y, along)


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: the largest value is first taken out."""
    return frozenset({"add", "cmp"})


def backward(dy: Array, saved: tuple[Array, int]) -> Gradients:
    """Give the gradient of x: y (dy - Σ dy·y).

    >>> import numpy as np
    >>> backward(np.array([[1.0, 0]]), (np.array([[0.5, 0.5]]), 1))[0][0].tolist()
    [[0.25, -0.25]]
    """
    y, along = saved
    return (softmax_back(dy, y, along),), {}
