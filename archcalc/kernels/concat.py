"""Branches stacked map on map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_maps, shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = the maps of each branch, one after the other",
    "x": "each branch gets the part of δ that is of its own maps",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(*xs: Array) -> tuple[Array, tuple[int, ...]]:
    """Stack the maps of the branches in their order.

        x  N  C1 H  W,  N  C2 H  W,  ...
        y  N  C1 + C2 + ...  H  W

    Raises ValueError with the shapes unless N, H and W agree.

    >>> forward(np.zeros((1, 64, 28, 28)), np.zeros((1, 128, 28, 28)))[0].shape
    (1, 192, 28, 28)
    """
    for x in xs:
        expect_maps("concat", x)
    if len({(len(x), *x.shape[2:]) for x in xs}) != 1:
        shapes = ", ".join(shown(x.shape) for x in xs)
        message = f"concat: branches of one size are needed, not {shapes or 'none at all'}"
        raise ValueError(message)
    return np.concatenate(xs, axis=1), tuple(x.shape[1] for x in xs)


def backward(dy: Array, saved: tuple[int, ...]) -> Gradients:
    """Give every branch the gradient of its own maps.

    >>> [dx.shape for dx in backward(np.zeros((1, 192, 28, 28)), (64, 128))[0]]
    [(1, 64, 28, 28), (1, 128, 28, 28)]
    """
    ends = np.cumsum(saved)
    return tuple(dy[:, end - maps : end] for maps, end in zip(saved, ends, strict=True)), {}
