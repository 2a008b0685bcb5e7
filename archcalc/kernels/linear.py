"""The fully connected layer: one matrix product."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, expect_shape, rows, shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"weight": "weight", "bias": "bias"}

RULES = {
    "y": "z = W·x + b",
    "x": "∂E/∂x = Wᵀ·δ",
    "weight": "∂E/∂W = δ·xᵀ",
    "bias": "∂E/∂b = δ",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    weight: Array
    bias: Array | None
    flatten: bool
    over: str | None


def weights(
    shape: Shape,
    *,
    units: int,
    bias: bool = True,
    flatten: bool = True,
    over: str | None = None,
    **_: object,
) -> WeightShapes:
    """Give the shapes of weight and bias for an input C x H x W.

    >>> weights((16, 5, 5), units=120)
    {'weight': (120, 400), 'bias': (120,)}
    """
    inputs = prod(shape[1:]) if over else prod(shape) if flatten else shape[0]
    shapes: WeightShapes = {"weight": (units, inputs)}
    if bias:
        shapes["bias"] = (units,)
    return shapes


def forward(
    x: Array,
    *,
    weight: Array,
    bias: Array | None = None,
    flatten: bool = True,
    over: str | None = None,
) -> tuple[Array, Saved]:
    """Multiply x, flattened, with the weight of each unit, and add the unit's bias.

        x  N  C  H  W           weight  units  C·H·W    (at each place: units  C)
        y  N  units 1 1         bias    units           (at each place: y is N  units  H  W)

    Without `flatten` each place is multiplied by itself; `over` places, each map.
    Raises ValueError with the shapes if weight, bias and x do not fit together.

    >>> y, _ = forward(np.array([[[[1.0, 2]]]]), weight=np.array([[3.0, 4]]), bias=np.array([5.0]))
    >>> y.tolist()  # 1·3 + 2·4 + 5
    [[[[16.0]]]]
    """
    expect_maps("linear", x)
    flat = _over(x, flatten=flatten, over=over)
    if weight.ndim != 2 or weight.shape[1] != flat.shape[-1]:
        found = f"weight {shown(weight.shape)}"
        message = f"linear: {found} does not fit {flat.shape[-1]} inputs ({shown(x.shape[1:])})"
        raise ValueError(message)
    y = flat @ weight.T
    if bias is not None:
        expect_shape("linear", "bias", bias, (len(weight),))
        y += bias
    if not over:
        y = y.reshape(*y.shape, 1, 1) if flatten else np.ascontiguousarray(np.moveaxis(y, -1, 1))
    return y, Saved(x, weight, bias, flatten, over)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, weight and bias.

    >>> _, saved = forward(np.array([[[[1.0, 2]]]]), weight=np.array([[3.0, 4]]))
    >>> (dx,), gradients = backward(np.ones((1, 1, 1, 1)), saved)
    >>> dx.tolist(), gradients["weight"].tolist()
    ([[[[3.0, 4.0]]]], [[1.0, 2.0]])
    """
    x, weight, bias, flatten, over = saved
    flat = _over(x, flatten=flatten, over=over)
    along = dy if over else dy.reshape(len(dy), -1) if flatten else np.moveaxis(dy, 1, -1)
    d_rows = along.reshape(-1, len(weight))
    gradients = {"weight": d_rows.T @ flat.reshape(-1, flat.shape[-1])}
    if bias is not None:
        gradients["bias"] = d_rows.sum(axis=0)
    dx = along @ weight
    whole = flatten or over
    return (dx.reshape(x.shape) if whole else np.moveaxis(dx, -1, 1),), gradients


def _over(x: Array, *, flatten: bool, over: str | None) -> Array:
    """Lay in rows what the layer runs over: a sample, the maps of a place, the places of a map."""
    if over:
        return x.reshape(*x.shape[:2], prod(x.shape[2:]))
    return rows(x) if flatten else np.moveaxis(x, 1, -1)
