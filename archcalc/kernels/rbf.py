"""Radial basis units: each gives its squared distance from a centre."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc.kernels._arrays import expect_maps, rows, shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"centres": "centre"}

RULES = {
    "y": "y = Σ (x - c)², over the inputs",
    "x": "∂E/∂x = Σ 2·(x - c)·δ, over the units",
    "centres": "∂E/∂c = -2·(x - c)·δ",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    centres: Array


def weights(shape: Shape, *, units: int, **_: object) -> WeightShapes:
    """Give the shape of the centres for an input C x H x W.

    >>> weights((84, 1, 1), units=10)
    {'centres': (10, 84)}
    """
    return {"centres": (units, prod(shape))}


def forward(x: Array, *, centres: Array) -> tuple[Array, Saved]:
    """Give each unit the squared Euclidean distance of x, flattened, from the unit's centre.

        x  N  C  H  W           centres  units  C·H·W
        y  N  units 1 1

    Raises ValueError with the shapes if centres and x do not fit together.

    >>> import numpy as np
    >>> y, _ = forward(np.array([[[[1.0, 2]]]]), centres=np.array([[1.0, -1], [0, 0]]))
    >>> y.ravel().tolist()  # 0² + 3², 1² + 2²
    [9.0, 5.0]

    Source: LeCun, Bottou, Bengio, Haffner 1998, section II.B, equation 7.
    """
    expect_maps("rbf", x)
    flat = rows(x)
    if centres.ndim != 2 or centres.shape[1] != flat.shape[1]:
        found = f"centres {shown(centres.shape)}"
        message = f"rbf: {found} do not fit {flat.shape[1]} inputs ({shown(x.shape[1:])})"
        raise ValueError(message)
    difference = flat[:, None] - centres
    y = (difference * difference).sum(axis=2)
    return y.reshape(*y.shape, 1, 1), Saved(x, centres)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x and centres: 2 (x - centre) dy, summed over units or samples.

    >>> import numpy as np
    >>> _, saved = forward(np.array([[[[1.0, 2]]]]), centres=np.array([[1.0, -1]]))
    >>> (dx,), gradients = backward(np.ones((1, 1, 1, 1)), saved)
    >>> dx.tolist(), gradients["centres"].tolist()
    ([[[[0.0, 6.0]]]], [[0.0, -6.0]])
    """
    x, centres = saved
    flat, d_units = x.reshape(len(x), -1), dy.reshape(len(dy), -1)
    dx = 2 * (flat * d_units.sum(axis=1, keepdims=True) - d_units @ centres)
    d_centres = 2 * (centres * d_units.sum(axis=0)[:, None] - d_units.T @ flat)
    return (dx.reshape(x.shape),), {"centres": d_centres}
