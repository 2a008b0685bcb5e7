"""Blocks of cells: woven from maps, or laid in maps of their own."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import shown
from archcalc.kernels._windows import each

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Size


def scaled(x: Array, scale: Size) -> Size:
    """Tell the cells of a block along each extent; told for fewer, they are of the last.

    >>> scaled(np.zeros((1, 4, 3, 5, 5)), (2, 2))
    (1, 2, 2)
    """
    extents = x.ndim - 2
    scale = each(scale, extents)
    if len(scale) > extents:
        message = f"blocks of {shown(scale)} do not lie on a map of {extents} extents"
        raise ValueError(message)
    return (*(1,) * (extents - len(scale)), *scale)


def spread_out(x: Array, scale: Size) -> Array:
    """Weave blocks of cells from as many maps."""
    rank, maps = len(scale), x.shape[1] // prod(scale)
    parted = x.reshape(len(x), maps, *scale, *x.shape[2:])
    axes = [axis for side in range(rank) for axis in (2 + rank + side, 2 + side)]
    woven = np.ascontiguousarray(parted.transpose(0, 1, *axes))
    extents = (n * size for n, size in zip(scale, x.shape[2:], strict=True))
    return woven.reshape(len(x), maps, *extents)


def taken_in(x: Array, scale: Size) -> Array:
    """Lay each cell of a block in maps of its own."""
    rank = len(scale)
    sizes = [size // n for n, size in zip(scale, x.shape[2:], strict=True)]
    pairs = [n for pair in zip(sizes, scale, strict=True) for n in pair]
    parted = x.reshape(*x.shape[:2], *pairs)
    cells, blocks = range(3, 3 + 2 * rank, 2), range(2, 2 + 2 * rank, 2)
    laid = np.ascontiguousarray(parted.transpose(0, 1, *cells, *blocks))
    return laid.reshape(len(x), x.shape[1] * prod(scale), *sizes)
