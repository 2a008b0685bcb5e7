"""Global average pooling."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = the mean of the map",
    "x": "∂E/∂x = δ divided by the cells of the map, the same at each",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array) -> tuple[Array, tuple[int, ...]]:
    """Average each map.

        x  N  C  H  W
        y  N  C  1  1

    Raises ValueError if x has no places.

    >>> forward(np.array([[[[1.0, 2], [3, 4]]]]))[0].tolist()
    [[[[2.5]]]]

    Source: Lin, Chen, Yan 2013, Network in network, section 3.2.
    """
    expect_maps("globalavgpool", x)
    return x.mean(axis=tuple(range(2, x.ndim)))[:, :, None, None], x.shape


def backward(dy: Array, saved: tuple[int, ...]) -> Gradients:
    """Spread the gradient of each map evenly over its cells.

    >>> backward(np.full((1, 1, 1, 1), 8.0), (1, 1, 2, 2))[0][0].tolist()
    [[[[2.0, 2.0], [2.0, 2.0]]]]
    """
    share = dy.reshape(*saved[:2], *(1,) * (len(saved) - 2)) / prod(saved[2:])
    return (np.broadcast_to(share, saved).copy(),), {}
