"""Multiplication by a constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = factor·x",
    "x": "∂E/∂x = factor·δ",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, factor: SupportsFloat) -> tuple[Array, float]:
    """Multiply x, of any shape, by `factor`.

    >>> import numpy as np
    >>> forward(np.array([1.0, 2]), factor=0.1)[0].tolist()
    [0.1, 0.2]
    """
    return x * float(factor), float(factor)


def backward(dy: Array, saved: float) -> Gradients:
    """Multiply the gradient by the same factor.

    >>> import numpy as np
    >>> backward(np.array([1.0, 2]), 3.0)[0][0].tolist()
    [3.0, 6.0]
    """
    return (dy * saved,), {}
