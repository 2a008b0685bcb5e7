"""The rectifier with trained slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, per_map, places, shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"slope": "slope"}

RULES = {
    "y": "y = x where x > 0, else a·x",
    "x": "∂E/∂x = δ where x > 0, else a·δ",
    "slope": "∂E/∂a = Σ δ·x where x ≤ 0, over all that share it",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    slope: Array


def weights(shape: Shape, *, slopes: str = "map", **_: object) -> WeightShapes:
    """Give the shape of the slopes for an input C x H x W.

    >>> weights((64, 56, 56)), weights((64, 56, 56), slopes="shared")
    ({'slope': (64,)}, {'slope': (1,)})
    """
    return {"slope": {"map": shape[:1], "shared": (1,), "untied": tuple(shape)}[slopes]}


def forward(x: Array, *, slope: Array) -> tuple[Array, Saved]:
    """Keep what is positive, and of what is not a part that is learnt.

        x  N  C  H  W           slope  C, or 1, or C H W
        y  N  C  H  W

    Raises ValueError with the shapes if the slopes and x do not fit together.

    >>> forward(np.array([[[[-2.0, 3]]]]), slope=np.array([0.25]))[0].tolist()
    [[[[-0.5, 3.0]]]]

    Source: He, Zhang, Ren, Sun 2015, Delving deep into rectifiers, section 2.1.
    """
    expect_maps("prelu", x)
    if slope.shape not in {(1,), x.shape[1:2], x.shape[1:]}:
        message = f"prelu: slope {shown(slope.shape)} does not fit {shown(x.shape[1:])}"
        raise ValueError(message)
    return np.where(x > 0, x, x * _over(slope, x)), Saved(x, slope)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x and of the slopes.

    >>> _, saved = forward(np.array([[[[-2.0, 3]]]]), slope=np.array([0.25]))
    >>> (dx,), gradients = backward(np.ones((1, 1, 1, 2)), saved)
    >>> dx.tolist(), gradients["slope"].tolist()
    ([[[[0.25, 1.0]]]], [-2.0])
    """
    x, slope = saved
    dx = np.where(x > 0, dy, dy * _over(slope, x))
    d_slope = np.where(x > 0, 0, dy * x)
    if slope.shape == x.shape[1:]:
        return (dx,), {"slope": d_slope.sum(axis=0)}
    maps = d_slope.sum(axis=places(x))
    return (dx,), {"slope": maps if slope.shape == maps.shape else maps.sum(keepdims=True)}


def _over(slope: Array, x: Array) -> Array:
    """Turn the slopes so that they meet the elements of x."""
    return slope if slope.ndim > 1 else per_map(slope, x)
