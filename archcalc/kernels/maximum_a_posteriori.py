"""The loss of 1998 for radial basis outputs, whose values are distances: the smallest is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, SupportsFloat

import numpy as np

from archcalc.kernels import softmax
from archcalc.kernels._labels import checked

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    y: Array
    labels: Array
    j: float


def forward(y: Array, labels: Array, *, j: SupportsFloat = 0.1) -> tuple[float, Saved]:
    """Give the mean over the samples of y of the right class + log(exp(-j) + Σ exp(-y)).

        y       N  classes  1  1    distances from the centres
        labels  N                   whole numbers from 0

    The first term pulls the right distance down, the second pushes the wrong ones up; -j bounds the
    push, as if there were one more class at the fixed distance j. The paper leaves j open.
    Raises ValueError with the shapes if labels and y do not fit together.

    >>> loss, _ = forward(np.array([[0.0, 2.0]]), np.array([0]), j=1)
    >>> round(loss, 4)  # 0 + log(e^-1 + e^0 + e^-2)
    0.4076

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.C, equation 9.
    """
    flat = checked("maximum_a_posteriori", y, labels)
    distances = _with_rubbish(flat, float(j))
    # log Σ exp(-d), with the smallest distance taken out: far ones would all become exp(-d) = 0.
    nearest = distances.min(axis=1)
    push = np.log(np.exp(nearest[:, None] - distances).sum(axis=1)) - nearest
    right = flat[np.arange(len(flat)), labels]
    return float((right + push).mean()), Saved(y, labels, float(j))


def backward(saved: Saved) -> Array:
    """Give the gradient of y: (1 for the right class - share of each class in the sum) / N.

    >>> _, saved = forward(np.array([[1.0, 1.0]]), np.array([0]), j=1)
    >>> backward(saved).round(4).tolist()  # 1 - 1/3, -1/3
    [[0.6667, -0.3333]]
    """
    y, labels, j = saved
    flat = y.reshape(len(y), -1)
    dy = -softmax.forward(-_with_rubbish(flat, j))[0][:, :-1]
    dy[np.arange(len(y)), labels] += 1
    return (dy / len(y)).reshape(y.shape)


def _with_rubbish(distances: Array, j: float) -> Array:
    """Append the class of all that is no class, at distance j."""
    rubbish = np.full((len(distances), 1), j, distances.dtype)
    return np.concatenate([distances, rubbish], axis=1)
