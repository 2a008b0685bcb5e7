"""The sum of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = x + F(x)",
    "x": "∂E/∂x = δ·(1 + ∂F/∂x): each branch gets δ whole",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(*xs: Array) -> tuple[Array, int]:
    """Add up branches of one shape. Raises ValueError with the shapes if they differ.

    >>> import numpy as np
    >>> forward(np.array([1.0, 2]), np.array([10.0, 20]), np.array([100.0, 200]))[0].tolist()
    [111.0, 222.0]
    """
    if len({x.shape for x in xs}) != 1:
        shapes = ", ".join(shown(x.shape) for x in xs)
        message = f"add: branches of one shape are needed, not {shapes or 'none at all'}"
        raise ValueError(message)
    y, *others = xs
    for x in others:
        y = y + x
    return y, len(xs)


def backward(dy: Array, saved: int) -> Gradients:
    """Give every branch the whole gradient.

    >>> import numpy as np
    >>> [dx.tolist() for dx in backward(np.array([1.0, 2]), 2)[0]]
    [[1.0, 2.0], [1.0, 2.0]]
    """
    return (dy,) * saved, {}
