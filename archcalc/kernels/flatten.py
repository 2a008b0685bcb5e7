"""Flattening: maps become a single row of elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import rows

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = x, map after map in one row",
    "x": "∂E/∂x = δ, laid out in maps again",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, tuple[int, ...]]:
    """Lay all elements of a sample in a row, map after map.

        x  N  C  H  W
        y  N  C·H·W  1  1

    >>> import numpy as np
    >>> forward(np.zeros((2, 16, 5, 5)))[0].shape
    (2, 400, 1, 1)
    """
    return rows(x)[:, :, None, None], x.shape


def backward(dy: Array, saved: tuple[int, ...]) -> Gradients:
    """Fold the row back into maps.

    >>> import numpy as np
    >>> backward(np.zeros((2, 400, 1, 1)), (2, 16, 5, 5))[0][0].shape
    (2, 16, 5, 5)
    """
    return (dy.reshape(saved),), {}
