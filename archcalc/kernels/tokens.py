"""Maps laid out as a row of places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = x, place after place in one row",
    "x": "∂E/∂x = δ, laid out in maps again",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, tuple[int, ...]]:
    """Lay all places out in a row, each with its channels.

        x  N  C  H  W
        y  N  C  H·W

    >>> forward(np.zeros((2, 768, 14, 14)))[0].shape
    (2, 768, 196)
    """
    expect_maps("tokens", x)
    return x.reshape(*x.shape[:2], int(np.prod(x.shape[2:]))), x.shape


def backward(dy: Array, saved: tuple[int, ...]) -> Gradients:
    """Lay the gradient out in maps again.

    >>> backward(np.zeros((2, 768, 196)), (2, 768, 14, 14))[0][0].shape
    (2, 768, 14, 14)
    """
    return (dy.reshape(saved),), {}
