"""The difference of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._broadcast import gathered, spread_out

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes
    from archcalc.kernels._broadcast import Shapes


RULES = {
    "y": "y = x - F(x)",
    "x": "∂E/∂x = δ·(1 - ∂F/∂x): the first branch gets δ, all others -δ",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(*xs: Array) -> tuple[Array, Shapes]:
    """Subtract from the first branch all others, one of one map or one place spread out.

    Raises ValueError with the shapes if they differ otherwise.

    >>> import numpy as np
    >>> forward(np.array([1.0, 2]), np.array([10.0, 20]))[0].tolist()
    [-9.0, -18.0]
    """
    y, *others = spread_out("subtract", xs)
    for x in others:
        y = y - x
    return y, tuple(x.shape for x in xs)


def backward(dy: Array, saved: Shapes) -> Gradients:
    """Give the first branch the gradient, and the others its negative.

    >>> import numpy as np
    >>> [dx.tolist() for dx in backward(np.array([1.0, 2]), ((2,), (2,)))[0]]
    [[1.0, 2.0], [-1.0, -2.0]]
    """
    first, *others = saved
    return (gathered(dy, first), *(gathered(-dy, shape) for shape in others)), {}
