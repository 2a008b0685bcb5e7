"""Global max pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = the largest of the map",
    "x": "∂E/∂x = δ at the place of the map's maximum, 0 elsewhere",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, Array]:
    """Keep the largest value of each map.

        x  N  C  H  W
        y  N  C  1  1

    Raises ValueError if x has no places.

    >>> forward(np.array([[[[1.0, 2], [4, 3]]]]))[0].tolist()
    [[[[4.0]]]]
    """
    expect_maps("globalmaxpool", x)
    return x.max(axis=tuple(range(2, x.ndim)))[:, :, None, None], x


def backward(dy: Array, saved: Array) -> Gradients:
    """Send the gradient of each map to its maximum: the first of equal ones.

    >>> backward(np.ones((1, 1, 1, 1)), np.array([[[[1.0, 2], [4, 4]]]]))[0][0].tolist()
    [[[[0.0, 0.0], [1.0, 0.0]]]]
    """
    flat = saved.reshape(*saved.shape[:2], -1)
    dx = np.zeros(flat.shape, dy.dtype)
    places = flat.argmax(axis=2)[:, :, None]
    np.put_along_axis(dx, places, dy.reshape(*places.shape), axis=2)
    return (dx.reshape(saved.shape),), {}
