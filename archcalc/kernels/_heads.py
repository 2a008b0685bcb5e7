"""Heads of attention that share keys or values: there, and what comes back to them.

Arrays end in heads, places and the features of a head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array


def repeated(parts: Array, times: int) -> Array:
    """Give each head the keys or values that it shares with its neighbours.

    >>> repeated(np.array([[[1]], [[2]]]), 2).ravel().tolist()
    [1, 1, 2, 2]
    """
    return np.repeat(parts, times, axis=-3) if times > 1 else parts


def gathered(parts: Array, times: int) -> Array:
    """Add up what came back to the heads that shared something.

    >>> gathered(np.array([[[1]], [[1]], [[2]], [[3]]]), 2).ravel().tolist()
    [2, 5]
    """
    if times == 1:
        return parts
    *before, heads, places, size = parts.shape
    grouped = parts.reshape(*before, heads // times, times, places, size)
    return np.asarray(grouped.sum(axis=-3))
