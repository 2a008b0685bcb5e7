"""Axes that change places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import no_weights

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients

RULES = {
    "y": "y = x, each axis at its new place",
    "x": "∂E/∂x = δ, each axis at its old place again",
}

weights = no_weights


def forward(x: Array, *, order: tuple[int, ...]) -> tuple[Array, tuple[int, ...]]:
    """Put the axes of each sample in order.

        x  N  C  H  W
        y  N  as ordered

    >>> forward(np.zeros((2, 3, 28, 20)), order=(2, 0, 1))[0].shape
    (2, 20, 3, 28)
    """
    return np.ascontiguousarray(x.transpose(0, *(axis + 1 for axis in order))), order


def backward(dy: Array, saved: tuple[int, ...]) -> Gradients:
    """Put each axis back.

    >>> backward(np.zeros((2, 20, 3, 28)), (2, 0, 1))[0][0].shape
    (2, 3, 28, 20)
    """
    back = np.argsort(saved)
    return (np.ascontiguousarray(dy.transpose(0, *(int(axis) + 1 for axis in back))),), {}
