"""What all losses demand of their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array


def checked(loss: str, y: Array, labels: Array) -> Array:
    """Give y as N x classes, or refuse labels that are not one class for each sample.

    >>> import numpy as np
    >>> checked("cross_entropy", np.ones((2, 10, 1, 1)), np.array([3, 10]))
    Traceback (most recent call last):
    ValueError: cross_entropy: labels should be whole numbers from 0 to 9, not 3 to 10
    """
    if labels.shape != (len(y),) or labels.dtype.kind not in "iu":
        found = f"{labels.dtype} of {shown(labels.shape)}"
        message = f"{loss}: labels should be whole numbers, {len(y)} of them, not {found}"
        raise ValueError(message)
    if not len(y):
        message = f"{loss}: a mean is of one sample or more"
        raise ValueError(message)
    flat = y.reshape(len(y), -1)
    classes = flat.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        found = f"{labels.min()} to {labels.max()}"
        message = f"{loss}: labels should be whole numbers from 0 to {classes - 1}, not {found}"
        raise ValueError(message)
    return flat
