"""Upsampling by the nearest cell, or by the two nearest along each extent."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps
from archcalc.kernels._windows import each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes

RULES = {
    "y": "y = the nearest cell, or the nearest cells weighed by their distance",
    "x": "∂E/∂x = Σ δ of the cells that were filled from it, by the same weights",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shape: tuple[int, ...]
    extents: tuple[int, ...]
    mode: str


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(
    x: Array, *, scale: Size | None = None, output: Size | None = None, mode: str = "nearest"
) -> tuple[Array, Saved]:
    """Enlarge each map, `scale` times or to the size `output`.

        x  N  C  H  W
        y  N  C  H' W'

    Raises ValueError unless one of the two is given.

    >>> x = np.array([[[[0.0, 4]]]])
    >>> forward(x, scale=(1, 2))[0].tolist()
    [[[[0.0, 0.0, 4.0, 4.0]]]]
    >>> forward(x, scale=(1, 2), mode="bilinear")[0].tolist()
    [[[[0.0, 1.0, 3.0, 4.0]]]]
    """
    expect_maps("upsample", x)
    if (scale is None) == (output is None):
        message = "upsample: either a scale or an output size is needed"
        raise ValueError(message)
    shape, told = x.shape, each(scale or output or (), x.ndim - 2)
    if len(told) > x.ndim - 2 and set(x.shape[2:]) == {1}:
        x = x.reshape(*x.shape[:2], *(1,) * len(told))
    earlier, last = x.shape[2 : x.ndim - len(told)], x.shape[x.ndim - len(told) :]
    extents = tuple(np.multiply(told, last).tolist()) if scale else told
    saved = Saved(shape, (*earlier, *extents), mode)
    if mode == "nearest":
        return next(x[cells] for cells, _ in _nearest(x.shape, saved)), saved
    terms = (x[cells] * share.astype(x.dtype) for cells, share in _nearest(x.shape, saved))
    return reduce(add, terms), saved


def backward(dy: Array, saved: Saved) -> Gradients:
    """Gather the gradient of every cell that was filled from a cell.

    >>> _, saved = forward(np.array([[[[0.0, 4]]]]), scale=(1, 2))
    >>> backward(np.array([[[[1.0, 2, 3, 4]]]]), saved)[0][0].tolist()
    [[[[3.0, 7.0]]]]
    """
    raised = (*saved.shape[:2], *(saved.shape[2:] + (1,) * len(saved.extents))[: dy.ndim - 2])
    dx = np.zeros(raised, dy.dtype)
    for cells, share in _nearest(raised, saved):
        np.add.at(dx, cells, dy * share.astype(dy.dtype))
    return (dx.reshape(saved.shape),), {}


def _nearest(shape: tuple[int, ...], saved: Saved) -> Iterator[tuple[tuple[Any, ...], Array]]:
    """Tell the cells that each cell of y is filled from, and the share of each."""
    along = _copied if saved.mode == "nearest" else _between
    sides = [along(*pair) for pair in zip(shape[2:], saved.extents, strict=True)]
    for corner in product(*sides):
        cells = np.ix_(*(cell for cell, _ in corner))
        share = np.ones(())
        for _, part in corner:
            share = np.multiply.outer(share, part)
        yield (slice(None), slice(None), *cells), share


def _copied(size: int, outputs: int) -> list[tuple[Array, Array]]:
    """Copy cell floor(i·size/outputs) to cell i."""
    return [(np.arange(outputs) * size // outputs, np.ones(outputs))]


def _between(size: int, outputs: int) -> list[tuple[Array, Array]]:
    """Find the cells before and behind each centre, and how near they are."""
    centre = np.maximum((np.arange(outputs) + 0.5) * size / outputs - 0.5, 0)
    before = np.minimum(centre.astype(int), size - 1)
    beyond = centre - before
    return [(before, 1 - beyond), (np.minimum(before + 1, size - 1), beyond)]
