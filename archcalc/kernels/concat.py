"""Branches stacked map on map, or laid one behind the other along an extent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import axis_of, expect_maps, shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes
    from archcalc.kernels._broadcast import Shapes

RULES = {
    "y": "y = the maps of each branch, one after the other",
    "x": "each branch gets the part of δ that is of its own maps",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shapes: Shapes
    axis: int


def forward(*xs: Array, axis: str = "channels") -> tuple[Array, Saved]:
    """Stack the maps of the branches in their order.

        x  N  C1 H  W,  N  C2 H  W,  ...
        y  N  C1 + C2 + ...  H  W

    With another `axis`, such as "height", lay the maps one behind the other along it.
    Raises ValueError with the shapes unless all other axes agree.

    >>> forward(np.zeros((1, 64, 28, 28)), np.zeros((1, 128, 28, 28)))[0].shape
    (1, 192, 28, 28)
    """
    for x in xs:
        expect_maps("concat", x)
    shapes = tuple(x.shape for x in xs)
    if all(set(shape[2:]) == {1} for shape in shapes):
        most = max(map(len, shapes), default=0)
        xs = tuple(x.reshape(*x.shape[:2], *(1,) * (most - 2)) for x in xs)
    along = axis_of(axis, max(map(len, shapes), default=4))
    if len({(x.shape[:along], x.shape[along + 1 :]) for x in xs}) != 1:
        found = ", ".join(map(shown, shapes)) or "none at all"
        message = f"concat: branches of one size are needed, not {found}"
        raise ValueError(message)
    return np.concatenate(xs, axis=along), Saved(shapes, along)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give every branch the gradient of its own maps.

    >>> saved = Saved(((1, 64, 28, 28), (1, 128, 28, 28)), 1)
    >>> [dx.shape for dx in backward(np.zeros((1, 192, 28, 28)), saved)[0]]
    [(1, 64, 28, 28), (1, 128, 28, 28)]
    """
    shapes, axis = saved
    ends = np.cumsum([shape[axis] for shape in shapes])[:-1]
    parts = zip(np.split(dy, ends, axis), shapes, strict=True)
    return tuple(part.reshape(shape) for part, shape in parts), {}
