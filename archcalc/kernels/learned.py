"""A trained tensor: the same for every sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"values": "value"}

RULES = {
    "y": "y = values, whatever x is",
    "x": "∂E/∂x = 0: nothing depends on x",
    "values": "∂E/∂values = Σ δ, over the samples",
}


def weights(shape: Shape, *, values: Shape | None = None, **_: object) -> WeightShapes:
    """Give the shape of the tensor: that of x, or its own.

    >>> weights((768, 197)), weights((768, 196), values=(768, 1))
    ({'values': (768, 197)}, {'values': (768, 1)})
    """
    return {"values": shape if values is None else values if len(values) > 1 else (*values, 1, 1)}


def forward(x: Array, *, values: Array) -> tuple[Array, Array]:
    """Give each sample of x the tensor.

        x  N  ...         values  C  L
        y  N  C  L

    >>> forward(np.zeros((2, 3, 1, 1)), values=np.array([[[5.0]]]))[0].ravel().tolist()
    [5.0, 5.0]
    """
    return np.stack([values] * len(x)) if len(x) else values[None][:0], np.asarray(x)


def backward(dy: Array, saved: Array) -> Gradients:
    """Add up the gradient over the samples; x has none.

    >>> backward(np.ones((2, 1, 1)), np.ones((2, 3, 4)))[1]["values"].tolist()
    [[2.0]]
    """
    return (np.zeros_like(saved),), {"values": dy.sum(axis=0)}
