"""Padding with zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps
from archcalc.kernels._cuts import ends_of

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes

RULES = {
    "y": "y = x with zeros at its ends",
    "x": "∂E/∂x = δ without that of the zeros",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, cells: Size) -> tuple[Array, tuple[slice, ...]]:
    """Put cells of zeros at the ends of each extent.

        x  N  C  H  W
        y  N  C  H' W'

    Raises ValueError if the cells are told for more extents than x has.

    >>> forward(np.array([[[1.0, 2]]]), cells=(1, 2))[0].tolist()
    [[[0.0, 1.0, 2.0, 0.0, 0.0]]]
    """
    expect_maps("pad", x)
    sides = list(zip(x.shape[2:], ends_of(cells, x.ndim - 2), strict=True))
    extents = (before + size + after for size, (before, after) in sides)
    y = np.zeros((*x.shape[:2], *extents), x.dtype)
    cut = (slice(before, before + size) for size, (before, _) in sides)
    inside = (slice(None), slice(None), *cut)
    y[inside] = x
    return y, inside


def backward(dy: Array, saved: tuple[slice, ...]) -> Gradients:
    """Leave out the gradient of the zeros.

    >>> _, saved = forward(np.array([[[1.0, 2]]]), cells=(1, 2))
    >>> backward(np.array([[[1.0, 2, 3, 4, 5]]]), saved)[0][0].tolist()
    [[[2.0, 3.0]]]
    """
    return (dy[saved],), {}
