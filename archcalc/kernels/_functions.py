"""Functions of each element that several kernels are made of, safe however far out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array

error_function = np.frompyfunc(math.erf, 1, 1)
"""What NumPy does not have: 2/√π · ∫ exp(-t²) from 0 to x; what comes out is of type object."""


def erf(x: Array) -> Array:
    """Give the error function of each element.

    >>> erf(np.array([0.0, 1.0])).round(7).tolist()
    [0.0, 0.8427008]
    """
    return np.asanyarray(error_function(x)).astype(x.dtype)


def sigmoid(x: Array) -> Array:
    """Squash to 0 ... 1: an exp, an add and a div.

    >>> sigmoid(np.array([-1000.0, 0, 1000])).tolist()
    [0.0, 0.5, 1.0]
    """
    with np.errstate(over="ignore"):  # far out exp(-x) is infinite, and its reciprocal 0
        y: Array = 1 / (1 + np.exp(-x))
    return y


def softplus(x: Array) -> Array:
    """Give log(1 + exp(x)), as max(x, 0) + log(1 + exp(-|x|)).

    >>> softplus(np.array([-1000.0, 0, 1000])).round(4).tolist()
    [0.0, 0.6931, 1000.0]
    """
    y: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.maximum(x, -x)))
    return y


def softmax(x: Array, axis: int = -1) -> Array:
    """Give exp(x)/Σ exp(x) along an axis. The largest becomes exp(0): nothing overflows.

    >>> softmax(np.array([0.0, 1000, 1000])).tolist()
    [0.0, 0.5, 0.5]
    """
    y: Array = np.exp(x - x.max(axis=axis, keepdims=True))
    y /= y.sum(axis=axis, keepdims=True)
    return y


def softmax_back(dy: Array, y: Array, axis: int = -1) -> Array:
    """Give the gradient of x: y·(dy - Σ dy·y).

    >>> softmax_back(np.array([1.0, 0]), np.array([0.5, 0.5])).tolist()
    [0.25, -0.25]
    """
    dx: Array = y * (dy - (dy * y).sum(axis=axis, keepdims=True))
    return dx
