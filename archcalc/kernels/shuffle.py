"""Shuffling of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = the first map of each group, then the second of each, and so on",
    "x": "∂E/∂x = δ, the maps in their old order",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, groups: int) -> tuple[Array, int]:
    """Deal the maps out anew: one of each group in turn.

        x  N  C  H  W
        y  N  C  H  W

    Raises ValueError if the groups do not divide the maps.

    >>> x = np.array([[[[1.0]], [[2]], [[3]], [[4]]]])
    >>> forward(x, groups=2)[0].ravel().tolist()
    [1.0, 3.0, 2.0, 4.0]
    """
    expect_maps("shuffle", x)
    if x.shape[1] % groups:
        message = f"shuffle: {groups} groups do not divide {x.shape[1]} maps"
        raise ValueError(message)
    return _dealt(x, groups), groups


def backward(dy: Array, saved: int) -> Gradients:
    """Put the maps back in their old order.

    >>> backward(np.array([[[[1.0]], [[3]], [[2]], [[4]]]]), 2)[0][0].ravel().tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    return (_dealt(dy, dy.shape[1] // saved),), {}


def _dealt(x: Array, groups: int) -> Array:
    parted = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
    return np.ascontiguousarray(parted.swapaxes(1, 2)).reshape(x.shape)
