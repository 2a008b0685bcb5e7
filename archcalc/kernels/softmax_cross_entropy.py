"""Softmax and cross-entropy in one: safe however far the scores lie apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels import softmax
from archcalc.kernels._labels import checked

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    scores: Array
    labels: Array


def forward(scores: Array, labels: Array) -> tuple[float, Saved]:
    """Give the mean over the samples of log(Σ exp(scores)) - score of the right class.

        scores  N  classes  1  1    what would enter the softmax
        labels  N                   whole numbers from 0

    Raises ValueError with the shapes if labels and scores do not fit together.

    >>> loss, _ = forward(np.log(np.array([[0.25, 0.75], [0.5, 0.5]])), np.array([1, 0]))
    >>> round(loss, 4)  # (-log 0.75 - log 0.5) / 2
    0.4904
    """
    flat = checked("softmax_cross_entropy", scores, labels)
    shifted = flat - flat.max(axis=1, keepdims=True)
    right = shifted[np.arange(len(flat)), labels]
    return float((np.log(np.exp(shifted).sum(axis=1)) - right).mean()), Saved(scores, labels)


def backward(saved: Saved) -> Array:
    """Give the gradient of the scores: (probability - 1 for the right class) / N.

    >>> _, saved = forward(np.log(np.array([[0.25, 0.75], [0.5, 0.5]])), np.array([1, 0]))
    >>> backward(saved).round(4).tolist()
    [[0.125, -0.125], [-0.25, 0.25]]
    """
    scores, labels = saved
    d_scores = softmax.forward(scores.reshape(len(scores), -1))[0]
    d_scores[np.arange(len(scores)), labels] -= 1
    d_scores /= len(scores)
    return d_scores.reshape(scores.shape)
