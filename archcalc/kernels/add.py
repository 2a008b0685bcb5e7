"""The sum of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._broadcast import gathered, spread_out

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes
    from archcalc.kernels._broadcast import Shapes

RULES = {
    "y": "y = x + F(x)",
    "x": "∂E/∂x = δ·(1 + ∂F/∂x): each branch gets δ whole",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(*xs: Array) -> tuple[Array, Shapes]:
    """Add up branches, one of one map or one place spread over the others.

    Raises ValueError with the shapes if they differ otherwise.

    >>> import numpy as np
    >>> forward(np.array([1.0, 2]), np.array([10.0, 20]), np.array([100.0, 200]))[0].tolist()
    [111.0, 222.0]
    """
    spread = spread_out("add", xs)
    y, *others = spread
    for x in others:
        y = y + x
    return y, tuple(x.shape for x in xs)


def backward(dy: Array, saved: Shapes) -> Gradients:
    """Give every branch the whole gradient, added up where the branch was spread.

    >>> import numpy as np
    >>> [dx.tolist() for dx in backward(np.array([1.0, 2]), ((2,), (2,)))[0]]
    [[1.0, 2.0], [1.0, 2.0]]
    """
    return tuple(gathered(dy, shape) for shape in saved), {}
