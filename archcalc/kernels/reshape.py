"""Arranging anew: the same elements in the same order, with other sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x, in the same order with other sizes",
    "x": "∂E/∂x = δ, with the sizes that x had",
}

weights = no_weights


def forward(x: Array, *, output: tuple[int, ...]) -> tuple[Array, tuple[int, ...]]:
    """Give the elements of each sample other sizes.

        x  N  C  H  W
        y  N  output

    >>> import numpy as np
    >>> forward(np.zeros((2, 8, 4, 4)), output=(8, 16))[0].shape
    (2, 8, 16)
    """
    sizes = output if len(output) > 1 else (*output, 1, 1)
    return x.reshape(len(x), *sizes), x.shape


def backward(dy: Array, saved: tuple[int, ...]) -> Gradients:
    """Give the gradient the sizes that x had.

    >>> import numpy as np
    >>> backward(np.zeros((2, 8, 16)), (2, 8, 4, 4))[0][0].shape
    (2, 8, 4, 4)
    """
    return (dy.reshape(saved),), {}
