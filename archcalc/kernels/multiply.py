"""The product of branches."""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import TYPE_CHECKING

from archcalc.kernels._broadcast import gathered, spread_out

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes


RULES = {
    "y": "y = x·F(x)",
    "x": "∂E/∂x = δ·F(x) + δ·x·∂F/∂x: each branch gets δ times the others",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(*xs: Array) -> tuple[Array, tuple[Array, ...]]:
    """Multiply branches, one of one map or one place spread over the others.

    Raises ValueError with the shapes if they differ otherwise.

    >>> import numpy as np
    >>> forward(np.array([1.0, 2]), np.array([10.0, 20]))[0].tolist()
    [10.0, 40.0]
    """
    return reduce(mul, spread_out("multiply", xs)), xs


def backward(dy: Array, saved: tuple[Array, ...]) -> Gradients:
    """Give every branch the gradient times all others, added up where the branch was spread.

    >>> import numpy as np
    >>> xs = np.array([1.0, 2]), np.array([10.0, 20])
    >>> [dx.tolist() for dx in backward(np.array([1.0, 1]), xs)[0]]
    [[10.0, 20.0], [1.0, 2.0]]
    """
    spread = spread_out("multiply", saved)
    others = (spread[:place] + spread[place + 1 :] for place in range(len(spread)))
    slopes = (reduce(mul, factors, dy) for factors in others)
    return tuple(gathered(dx, x.shape) for dx, x in zip(slopes, saved, strict=True)), {}
