"""Branches of unlike shapes: one map, or one place, is spread over the larger ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from archcalc.kernels._arrays import shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array

Shapes: TypeAlias = tuple[tuple[int, ...], ...]
"""The shapes of all branches, samples included."""


def spread_out(op: str, xs: tuple[Array, ...]) -> list[Array]:
    """Give all branches one shape. Raises ValueError with the shapes if there is none.

    >>> [x.shape for x in spread_out("add", (np.zeros((2, 3, 1, 1)), np.zeros((2, 1, 5, 6, 7))))]
    [(2, 3, 5, 6, 7), (2, 3, 5, 6, 7)]
    """
    if len({x.shape for x in xs}) == 1:
        return list(xs)
    places = {x.shape[2:] for x in xs if set(x.shape[2:]) - {1}}
    maps = {x.shape[1] for x in xs if x.ndim > 1} - {1}
    samples = {len(x) for x in xs}
    if not xs or min(x.ndim for x in xs) < 2 or max(map(len, (places, maps, samples))) > 1:
        shapes = ", ".join(shown(x.shape) for x in xs)
        message = f"{op}: branches of one shape are needed, not {shapes or 'none at all'}"
        raise ValueError(message)
    single = max((x.shape[2:] for x in xs), key=lambda sides: (len(sides) != 2, len(sides)))
    (extents,) = places or {single}
    shape = (*samples, *(maps or {1}), *extents)
    return [np.broadcast_to(_raised(x, len(shape)), shape) for x in xs]


def gathered(dy: Array, shape: tuple[int, ...]) -> Array:
    """Add up the gradient of a branch over all that it was spread over.

    >>> gathered(np.ones((2, 3, 5, 5)), (2, 3, 1, 1))[0].ravel().tolist()
    [25.0, 25.0, 25.0]
    """
    if dy.shape == shape:
        return dy
    raised = shape if len(shape) == dy.ndim else (*shape[:2], *(1,) * (dy.ndim - 2))
    spread = tuple(axis for axis in range(dy.ndim) if raised[axis] != dy.shape[axis])
    return np.asarray(dy.sum(axis=spread, keepdims=True)).reshape(shape)


def _raised(x: Array, dimensions: int) -> Array:
    """Give a single place as many extents as the others have."""
    return x if x.ndim == dimensions else x.reshape(*x.shape[:2], *(1,) * (dimensions - 2))
