"""An embedding: rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"table": "value"}
MAPS = 1
"""How many maps it reads, at places."""

RULES = {
    "y": "y = table[x], a row for each place",
    "x": "∂E/∂x = 0: a number that names a row has no slope",
    "table": "∂E/∂table[w] = Σ δ, over the places where x is w",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    rows: Array
    table: Array


def weights(_shape: Shape, *, features: int, words: int, **_: object) -> WeightShapes:
    """Give the shape of the table.

    >>> weights((1, 20), features=8, words=50)
    {'table': (50, 8)}
    """
    return {"table": (words, features)}


def forward(x: Array, *, table: Array) -> tuple[Array, Saved]:
    """Pick a row for each number: whole, from 0, and cut off where the table begins and ends.

        x  N  1  L  (or N  L  1  1)       table  words  features
        y  N  features  L

    >>> table = np.array([[0.0, 1], [2, 3], [4, 5]])
    >>> forward(np.array([[[2.0, 0]]]), table=table)[0].tolist()
    [[[4.0, 0.0], [5.0, 1.0]]]
    """
    expect_maps("embedding", x)
    extents = x.shape[2:] if x.shape[1] == 1 else x.shape[1:2]
    numbers = np.clip(np.nan_to_num(np.asarray(x, float)), 0, len(table) - 1).astype(int)
    rows = numbers.reshape(len(x), *extents)
    return np.moveaxis(table[rows], -1, 1), Saved(np.asarray(x), rows, table)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give each row what came back to the places that it was picked for; x has no slope.

    >>> table = np.zeros((3, 1))
    >>> _, saved = forward(np.array([[[2.0, 0, 2]]]), table=table)
    >>> backward(np.array([[[1.0, 10, 100]]]), saved)[1]["table"].ravel().tolist()
    [10.0, 0.0, 101.0]
    """
    x, rows, table = saved
    d_table = np.zeros_like(np.asarray(table))
    np.add.at(d_table, rows.ravel(), np.moveaxis(dy, 1, -1).reshape(-1, table.shape[1]))
    return (np.zeros_like(x),), {"table": d_table}
