"""An embedding: rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"weight": "value"}
MAPS = 1
"""How many maps it reads, at places."""

RULES = {
    "y": "y = W[x], a row for each place",
    "x": "∂E/∂x = 0: a number that names a row has no slope",
    "weight": "∂E/∂W[w] = Σ δ, over the places where x is w",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    rows: Array
    weight: Array


def weights(_shape: Shape, *, features: int, words: int, **_: object) -> WeightShapes:
    """Give the shape of the table.

    >>> weights((1, 20), features=8, words=50)
    {'weight': (50, 8)}
    """
    return {"weight": (words, features)}


def forward(x: Array, *, weight: Array) -> tuple[Array, Saved]:
    """Pick a row for each number: whole, from 0, and cut off where the table begins and ends.

        x  N  1  L  (or N  L  1  1)       weight  words  features
        y  N  features  L

    >>> table = np.array([[0.0, 1], [2, 3], [4, 5]])
    >>> forward(np.array([[[2.0, 0]]]), weight=table)[0].tolist()
    [[[4.0, 0.0], [5.0, 1.0]]]
    """
    expect_maps("embedding", x)
    extents = x.shape[2:] if x.shape[1] == 1 else x.shape[1:2]
    numbers = np.clip(np.nan_to_num(np.asarray(x, float)), 0, len(weight) - 1).astype(int)
    rows = numbers.reshape(len(x), *extents)
    return np.moveaxis(weight[rows], -1, 1), Saved(np.asarray(x), rows, weight)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give each row what came back to the places that it was picked for; x has no slope.

    >>> table = np.zeros((3, 1))
    >>> _, saved = forward(np.array([[[2.0, 0, 2]]]), weight=table)
    >>> backward(np.array([[[1.0, 10, 100]]]), saved)[1]["weight"].ravel().tolist()
    [10.0, 0.0, 101.0]
    """
    x, rows, weight = saved
    d_weight = np.zeros_like(np.asarray(weight))
    np.add.at(d_weight, rows.ravel(), np.moveaxis(dy, 1, -1).reshape(-1, weight.shape[1]))
    return (np.zeros_like(x),), {"weight": d_weight}
