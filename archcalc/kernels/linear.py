"""The fully connected layer: one matrix product."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.kernels._arrays import expect_maps, expect_shape, rows, shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = ("weight", "bias")

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


def weights(shape: Shape, *, units: int, bias: bool = True, **_: object) -> WeightShapes:
    """Give the shapes of weight and bias for an input C x H x W.

    >>> weights((16, 5, 5), units=120)
    {'weight': (120, 400), 'bias': (120,)}
    """
    channels, height, width = shape
    shapes: WeightShapes = {"weight": (units, channels * height * width)}
    if bias:
        shapes["bias"] = (units,)
    return shapes


def forward(x: Array, *, weight: Array, bias: Array | None = None) -> tuple[Array, Saved]:
    """Multiply x, flattened, with the weight of each unit, and add the unit's bias.

        x  N  C  H  W           weight  units  C·H·W
        y  N  units 1 1         bias    units

    Raises ValueError with the shapes if weight, bias and x do not fit together.

    >>> import numpy as np
    >>> y, _ = forward(np.array([[[[1.0, 2]]]]), weight=np.array([[3.0, 4]]), bias=np.array([5.0]))
    >>> y.tolist()  # 1·3 + 2·4 + 5
    [[[[16.0]]]]
    """
    expect_maps("linear", x)
    flat = rows(x)
    if weight.ndim != 2 or weight.shape[1] != flat.shape[1]:
        found = f"weight {shown(weight.shape)}"
        message = f"linear: {found} does not fit {flat.shape[1]} inputs ({shown(x.shape[1:])})"
        raise ValueError(message)
    y = flat @ weight.T
    if bias is not None:
        expect_shape("linear", "bias", bias, (len(weight),))
        y += bias
    return y.reshape(*y.shape, 1, 1), Saved(x, weight, bias)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, weight and bias.

    >>> import numpy as np
    >>> _, saved = forward(np.array([[[[1.0, 2]]]]), weight=np.array([[3.0, 4]]))
    >>> (dx,), gradients = backward(np.ones((1, 1, 1, 1)), saved)
    >>> dx.tolist(), gradients["weight"].tolist()
    ([[[[3.0, 4.0]]]], [[1.0, 2.0]])
    """
    x, weight, bias = saved
    d_units = dy.reshape(len(dy), -1)
    gradients = {"weight": d_units.T @ x.reshape(len(x), -1)}
    if bias is not None:
        gradients["bias"] = d_units.sum(axis=0)
    return ((d_units @ weight).reshape(x.shape),), gradients
