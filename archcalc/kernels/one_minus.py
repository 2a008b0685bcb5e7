"""The complement to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = 1 - x",
    "x": "∂E/∂x = -δ",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, None]:
    """Subtract x, of any shape, from 1.

    >>> import numpy as np
    >>> forward(np.array([0.25, 1]))[0].tolist()
    [0.75, 0.0]
    """
    return 1 - x, None


def backward(dy: Array, saved: None = None) -> Gradients:  # noqa: ARG001 - nothing was needed
    """Turn the sign of the gradient.

    >>> import numpy as np
    >>> backward(np.array([1.0, 2]), None)[0][0].tolist()
    [-1.0, -2.0]
    """
    return (-dy,), {}
