"""Branches stacked map on map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps, shown

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


def forward(*xs: Array) -> tuple[Array, Shapes]:
    """Stack the maps of the branches in their order.

        x  N  C1 H  W,  N  C2 H  W,  ...
        y  N  C1 + C2 + ...  H  W

    Raises ValueError with the shapes unless N, H and W agree.

    >>> forward(np.zeros((1, 64, 28, 28)), np.zeros((1, 128, 28, 28)))[0].shape
    (1, 192, 28, 28)
    """
    for x in xs:
        expect_maps("concat", x)
    shapes = tuple(x.shape for x in xs)
    if all(set(shape[2:]) == {1} for shape in shapes):
        most = max(map(len, shapes), default=0)
        xs = tuple(x.reshape(*x.shape[:2], *(1,) * (most - 2)) for x in xs)
    if len({(len(x), *x.shape[2:]) for x in xs}) != 1:
        found = ", ".join(map(shown, shapes)) or "none at all"
        message = f"concat: branches of one size are needed, not {found}"
        raise ValueError(message)
    return np.concatenate(xs, axis=1), shapes


def backward(dy: Array, saved: Shapes) -> Gradients:
    """Give every branch the gradient of its own maps.

    >>> shapes = (1, 64, 28, 28), (1, 128, 28, 28)
    >>> [dx.shape for dx in backward(np.zeros((1, 192, 28, 28)), shapes)[0]]
    [(1, 64, 28, 28), (1, 128, 28, 28)]
    """
    ends = np.cumsum([shape[1] for shape in saved])
    parts = zip(saved, ends, strict=True)
    return tuple(dy[:, end - shape[1] : end].reshape(shape) for shape, end in parts), {}
