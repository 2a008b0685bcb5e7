"""The largest of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._broadcast import gathered, spread_out

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes


RULES = {
    "y": "y = max(x, F(x))",
    "x": "∂E/∂x = δ where the branch is the largest, 0 elsewhere",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(*xs: Array) -> tuple[Array, tuple[Array, ...]]:
    """Keep the largest of branches, one of one map or one place spread over the others.

    Raises ValueError with the shapes if they differ otherwise.

    >>> forward(np.array([1.0, 20]), np.array([10.0, 2]))[0].tolist()
    [10.0, 20.0]
    """
    y, *others = spread_out("maximum", xs)
    for x in others:
        y = np.maximum(y, x)
    return y, xs


def backward(dy: Array, saved: tuple[Array, ...]) -> Gradients:
    """Give the gradient to the branch that was the largest: the first of equal ones.

    >>> xs = np.array([1.0, 20]), np.array([10.0, 2])
    >>> [dx.tolist() for dx in backward(np.array([5.0, 6]), xs)[0]]
    [[0.0, 6.0], [5.0, 0.0]]
    """
    spread = np.stack(spread_out("maximum", saved))
    chosen = spread.argmax(axis=0)
    found = (gathered(dy * (chosen == place), x.shape) for place, x in enumerate(saved))
    return tuple(found), {}
