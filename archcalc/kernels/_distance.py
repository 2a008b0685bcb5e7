"""How places stand to each other: windows that part a map, distances, and turns by a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array

LONGEST_TURN = 10_000
"""The slowest pair of features turns once in about so many places, times 2π."""


def parted(row: Array, extents: tuple[int, ...], sides: tuple[int, ...]) -> Array:
    """Part N x places x F into N·windows x places of one x F.

    >>> parted(np.arange(8).reshape(1, 8, 1), (2, 4), (2, 2))[..., 0].tolist()
    [[0, 1, 4, 5], [2, 3, 6, 7]]
    """
    counts = tuple(n // side for n, side in zip(extents, sides, strict=True))
    pairs = [number for pair in zip(counts, sides, strict=True) for number in pair]
    rank = len(sides)
    cells = row.reshape(len(row), *pairs, row.shape[-1])
    order = (0, *range(1, 2 * rank, 2), *range(2, 2 * rank + 1, 2), 2 * rank + 1)
    return cells.transpose(order).reshape(-1, int(np.prod(sides)), row.shape[-1])


def rejoined(windows: Array, extents: tuple[int, ...], sides: tuple[int, ...]) -> Array:
    """Lay windows side by side again.

    >>> row = np.arange(8).reshape(1, 8, 1)
    >>> rejoined(parted(row, (2, 4), (2, 2)), (2, 4), (2, 2))[0, :, 0].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    counts = tuple(n // side for n, side in zip(extents, sides, strict=True))
    rank = len(sides)
    cells = windows.reshape(-1, *counts, *sides, windows.shape[-1])
    order = [axis for side in range(rank) for axis in (1 + side, 1 + rank + side)]
    whole = cells.transpose(0, *order, 2 * rank + 1)
    return whole.reshape(len(whole), int(np.prod(extents)), windows.shape[-1])


def distances(sides: tuple[int, ...]) -> Array:
    """Give for each pair of places the number of their distance: in a table of 2·n - 1 each way.

    >>> distances((3,)).tolist()
    [[2, 1, 0], [3, 2, 1], [4, 3, 2]]
    """
    places = np.indices(sides).reshape(len(sides), -1)
    apart = places[:, :, None] - places[:, None] + np.array(sides)[:, None, None] - 1
    return np.asarray(np.ravel_multi_index(tuple(apart), tuple(2 * n - 1 for n in sides)))


def turned(row: Array, each: int, first: int, *, back: bool = False) -> Array:
    """Turn pairs of features by angles that grow with the place, from the place `first` on.

    Feature i of a head's `each` is paired with i + each/2, and turned by place / 10000^(2·i/each).

    >>> turned(np.array([[[1.0, 0], [1, 0]]]), 2, 0).round(3).tolist()
    [[[1.0, 0.0], [0.54, 0.841]]]
    """
    half = each // 2
    slowness = LONGEST_TURN ** (np.arange(half) / half)
    angles = np.arange(first, first + row.shape[1])[:, None] / slowness
    sines = np.sin(angles) * (-1 if back else 1)
    heads = row.reshape(*row.shape[:2], row.shape[-1] // each, 2, half)
    cosines = np.cos(angles)[:, None, None].astype(row.dtype)
    signed = np.stack([-sines, sines], axis=1)[:, None].astype(row.dtype)
    found: Array = (heads * cosines + heads[..., ::-1, :] * signed).reshape(row.shape)
    return found
