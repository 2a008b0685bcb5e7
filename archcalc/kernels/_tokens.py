"""Places in a row: what sequences are to a kernel that goes from place to place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array


def in_a_row(x: Array) -> Array:
    """Lay N x C x H x W out as N x places x C.

    >>> in_a_row(np.zeros((2, 8, 4, 5))).shape
    (2, 20, 8)
    """
    return np.moveaxis(x.reshape(*x.shape[:2], -1) if x.size else _empty(x), 1, -1)


def as_maps(row: Array, extents: tuple[int, ...]) -> Array:
    """Lay N x places x C out as N x C x extents.

    >>> as_maps(np.zeros((2, 20, 8)), (4, 5)).shape
    (2, 8, 4, 5)
    """
    maps = np.ascontiguousarray(np.moveaxis(row, -1, 1))
    return maps.reshape(*maps.shape[:2], *extents)


def _empty(x: Array) -> Array:
    places = 1
    for extent in x.shape[2:]:
        places *= extent
    return x.reshape(*x.shape[:2], places)
