"""The shortcut without weights: a strided identity with maps of zeros appended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps
from archcalc.kernels._windows import along, each

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes

RULES = {
    "y": "y = every stride-th cell of x, and maps of zeros behind",
    "x": "∂E/∂x = δ of the maps that are x's, at the cells that were read",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shape: tuple[int, ...]
    stride: Size


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, filters: int, stride: Size = (1,)) -> tuple[Array, Saved]:
    """Take every stride-th pixel and append maps of zeros until there are `filters`.

        x  N  C        H  W
        y  N  filters  H' W'

    Raises ValueError if x has more maps than that.

    >>> forward(np.array([[[[1.0, 2, 3]]]]), filters=2, stride=(1, 2))[0].tolist()
    [[[[1.0, 3.0]], [[0.0, 0.0]]]]

    Source: He, Zhang, Ren, Sun 2015, section 3.3, option A.
    """
    expect_maps("pad_channels", x)
    samples, maps = x.shape[:2]
    if maps > filters:
        message = f"pad_channels: an input of {maps} maps cannot be padded to {filters}"
        raise ValueError(message)
    picked = x[_steps(x, stride)]
    y = np.zeros((samples, filters, *picked.shape[2:]), x.dtype)
    y[:, :maps] = picked
    return y, Saved(x.shape, stride)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Put the gradient back where the pixels were picked.

    >>> backward(np.ones((1, 2, 1, 2)), Saved((1, 1, 1, 3), (1, 2)))[0][0].tolist()
    [[[[1.0, 0.0, 1.0]]]]
    """
    dx = np.zeros(saved.shape, dy.dtype)
    dx[_steps(dx, saved.stride)] = dy[:, : saved.shape[1]]
    return (dx,), {}


def _steps(x: Array, stride: Size) -> tuple[Any, ...]:
    """Step along the last extents of a map."""
    extents = x.ndim - 2
    return along(slice(None, None, step) for step in each(stride, extents)[-extents:])
