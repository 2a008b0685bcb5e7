"""The identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = x",
    "x": "∂E/∂x = δ",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, None]:
    """Pass x on, of any shape.

    >>> import numpy as np
    >>> forward(np.array([1.0, 2]))[0].tolist()
    [1.0, 2.0]
    """
    return x, None


def backward(dy: Array, saved: None = None) -> Gradients:  # noqa: ARG001 - nothing was needed
    """Pass the gradient on.

    >>> import numpy as np
    >>> backward(np.array([1.0, 2]))[0][0].tolist()
    [1.0, 2.0]
    """
    return (dy,), {}
