"""Cross-entropy of probabilities, as a softmax gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._labels import checked

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    y: Array
    labels: Array


def forward(y: Array, labels: Array) -> tuple[float, Saved]:
    """Give the mean over the samples of -log(y of the right class).

        y       N  classes  1  1    probabilities
        labels  N                   whole numbers from 0

    A probability of 0 counts as the smallest positive number of its kind: the loss stays finite.
    Raises ValueError with the shapes if labels and y do not fit together.

    >>> loss, _ = forward(np.array([[0.25, 0.75], [0.5, 0.5]]), np.array([1, 0]))
    >>> round(loss, 4)  # (-log 0.75 - log 0.5) / 2
    0.4904
    """
    right = checked("cross_entropy", y, labels)[np.arange(len(y)), labels]
    return float(-np.log(_positive(right)).mean()), Saved(y, labels)


def backward(saved: Saved) -> Array:
    """Give the gradient of y; through a softmax it becomes (y - 1 or 0) / N.

    >>> _, saved = forward(np.array([[0.25, 0.75], [0.5, 0.5]]), np.array([1, 0]))
    >>> backward(saved).round(4).tolist()  # -1 / (2·0.75), -1 / (2·0.5)
    [[0.0, -0.6667], [-1.0, 0.0]]
    """
    y, labels = saved
    rows = np.arange(len(y))
    dy = np.zeros((len(y), y[0].size), y.dtype)
    dy[rows, labels] = -1 / (len(y) * _positive(y.reshape(dy.shape)[rows, labels]))
    return dy.reshape(y.shape)


def _positive(probabilities: Array) -> Array:
    positive: Array = np.maximum(probabilities, np.finfo(probabilities.dtype).tiny)
    return positive
