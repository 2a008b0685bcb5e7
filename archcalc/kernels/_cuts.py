"""A stretch of an axis that is kept, and the rest that is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import axis_of, expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

Cut = tuple[slice, ...]


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shape: tuple[int, ...]
    cut: Cut
    beside: tuple[tuple[int, ...], ...] = ()
    """Of inputs whose values are not read."""


def stretch(op: str, x: Array, axis: str, start: int, stop: int) -> tuple[Array, Saved]:
    """Keep what lies from `start` to before `stop` along an axis of a batch."""
    expect_maps(op, x)
    along = axis_of(axis, x.ndim)
    if not 0 <= start < stop <= x.shape[along]:
        message = f"{op}: {start} to {stop} is no stretch of {x.shape[along]} ({axis})"
        raise ValueError(message)
    return cut_out(x, (*[slice(None)] * along, slice(start, stop)))


def cut_out(x: Array, cut: Cut) -> tuple[Array, Saved]:
    """Keep a part of an array."""
    return np.ascontiguousarray(x[cut]), Saved(x.shape, cut)


def put_back(dy: Array, saved: Saved) -> Gradients:
    """Put a gradient back where it was cut out; the rest has none.

    >>> put_back(np.ones((1, 1, 1)), Saved((1, 2, 1), (slice(None), slice(1, 2))))[0][0].tolist()
    [[[0.0], [1.0]]]
    """
    dx = np.zeros(saved.shape, dy.dtype)
    dx[saved.cut] = dy
    return (dx, *[np.zeros(shape, dy.dtype) for shape in saved.beside]), {}


def ends_of(cells: tuple[int, ...], extents: int) -> list[tuple[int, int]]:
    """Tell the cells before and after each extent; told for fewer, they are of the last.

    >>> ends_of((1, 2), 2), ends_of((1, 1, 2, 2), 3)
    ([(1, 2), (1, 2)], [(0, 0), (1, 1), (2, 2)])
    """
    pairs = list(zip(cells[::2], cells[1::2], strict=True))
    pairs = pairs * extents if len(pairs) == 1 else pairs
    if len(pairs) > extents:
        message = f"cells of {len(pairs)} extents do not fit a map of {extents}"
        raise ValueError(message)
    return [(0, 0)] * (extents - len(pairs)) + pairs
