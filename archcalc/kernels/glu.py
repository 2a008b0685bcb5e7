"""The gated linear unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights, shown
from archcalc.kernels._functions import sigmoid

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = a·s, s = 1/(1 + exp(-b)); a, b: the halves of x",
    "x": "∂E/∂a = δ·s, ∂E/∂b = δ·y·(1 - s)",
}

weights = no_weights


def forward(x: Array) -> tuple[Array, tuple[Array, Array]]:
    """Let the first half of the channels through by the sigmoids of the second half.

        x  N  C    ...
        y  N  C/2  ...

    Raises ValueError with the shape if the channels do not halve.

    >>> forward(np.array([[6.0, np.log(2)]]))[0].round(4).tolist()  # 2/3 of 6
    [[4.0]]

    Source: Dauphin, Fan, Auli, Grangier 2017, equation 1.
    """
    if x.ndim < 2 or x.shape[1] % 2:
        message = f"glu: the channels of {shown(x.shape)} have no halves"
        raise ValueError(message)
    half = x.shape[1] // 2
    s = sigmoid(x[:, half:])
    y = x[:, :half] * s
    return y, (y, s)


def backward(dy: Array, saved: tuple[Array, Array]) -> Gradients:
    """Give the gradients of both halves.

    >>> backward(np.array([[1.0]]), (np.array([[4.0]]), np.array([[0.5]])))[0][0].tolist()
    [[0.5, 2.0]]
    """
    y, s = saved
    return (np.concatenate([dy * s, dy * y * (1 - s)], axis=1),), {}
