"""Pixel shuffle: maps become places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps, shown
from archcalc.kernels._blocks import scaled, spread_out, taken_in

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes

RULES = {
    "y": "y = each block of cells woven from as many maps of x",
    "x": "∂E/∂x = δ, the cells of each block laid in maps again",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, scale: Size) -> tuple[Array, tuple[tuple[int, ...], Size]]:
    """Deal maps out in blocks of cells.

        x  N  C  H  W
        y  N  C/(sh·sw)  sh·H  sw·W

    Raises ValueError if the cells of a block do not divide the maps.

    >>> x = np.array([[[[1.0]], [[2]], [[3]], [[4]]]])
    >>> forward(x, scale=(2,))[0].tolist()
    [[[[1.0, 2.0], [3.0, 4.0]]]]
    """
    expect_maps("pixel_shuffle", x)
    scale = scaled(x, scale)
    if x.shape[1] % int(np.prod(scale)):
        message = f"pixel_shuffle: blocks of {shown(scale)} do not divide {x.shape[1]} maps"
        raise ValueError(message)
    return spread_out(x, scale), (x.shape, scale)


def backward(dy: Array, saved: tuple[tuple[int, ...], Size]) -> Gradients:
    """Lay the cells in maps again.

    >>> _, saved = forward(np.zeros((1, 4, 1, 1)), scale=(2,))
    >>> backward(np.array([[[[1.0, 2], [3, 4]]]]), saved)[0][0].ravel().tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    shape, scale = saved
    return (taken_in(dy, scale).reshape(shape),), {}
