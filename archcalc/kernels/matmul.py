"""The product of two stacks of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = a·b, of the matrices a and b of each map",
    "x": "∂E/∂a = δ·bᵀ, ∂E/∂b = aᵀ·δ",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    inputs: int
    one: Array
    other: Array


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(*xs: Array) -> tuple[Array, Saved]:
    """Multiply each matrix of the first input with that of the second at the same map.

        x  N  C  L  K and N  C  K  S
        y  N  C  L  S

    Raises ValueError with the shapes if they do not fit.

    >>> one, other = np.array([[[[1.0, 2]]]]), np.array([[[[3.0], [4]]]])
    >>> forward(one, other)[0].tolist()
    [[[[11.0]]]]
    """
    one, other = xs[0], xs[-1]
    if (
        len(xs) > 2
        or min(one.ndim, other.ndim) < 4
        or one.shape[:-2] != other.shape[:-2]
        or one.shape[-1] != other.shape[-2]
    ):
        message = f"matmul: {_said(xs)} cannot be multiplied"
        raise ValueError(message)
    return one @ other, Saved(len(xs), one, other)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of both inputs.

    >>> one, other = np.array([[[[1.0, 2]]]]), np.array([[[[3.0], [4]]]])
    >>> _, saved = forward(one, other)
    >>> [dx.ravel().tolist() for dx in backward(np.ones((1, 1, 1, 1)), saved)[0]]
    [[3.0, 4.0], [1.0, 2.0]]
    """
    inputs, one, other = saved
    dxs = dy @ np.swapaxes(other, -1, -2), np.swapaxes(one, -1, -2) @ dy
    return dxs if inputs > 1 else (dxs[0] + dxs[1],), {}


def _said(xs: tuple[Array, ...]) -> str:
    return ", ".join(shown(x.shape) for x in xs)
