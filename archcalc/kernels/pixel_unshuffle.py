"""The inverse of the pixel shuffle: places become maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import expect_maps, shown
from archcalc.kernels._blocks import scaled, spread_out, taken_in

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes

RULES = {
    "y": "y = each cell of a block laid in maps of its own",
    "x": "∂E/∂x = δ, woven into blocks again",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, scale: Size) -> tuple[Array, tuple[tuple[int, ...], Size]]:
    """Lay the cells of each block in maps of their own.

        x  N  C  H  W
        y  N  C·sh·sw  H/sh  W/sw

    Raises ValueError if the blocks do not divide the extents.

    >>> import numpy as np
    >>> forward(np.array([[[[1.0, 2], [3, 4]]]]), scale=(2,))[0].ravel().tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    expect_maps("pixel_unshuffle", x)
    scale = scaled(x, scale)
    if any(size % n for size, n in zip(x.shape[2:], scale, strict=True)):
        message = f"pixel_unshuffle: blocks of {shown(scale)} do not divide {shown(x.shape[2:])}"
        raise ValueError(message)
    return taken_in(x, scale), (x.shape, scale)


def backward(dy: Array, saved: tuple[tuple[int, ...], Size]) -> Gradients:
    """Weave the maps into blocks again.

    >>> import numpy as np
    >>> _, saved = forward(np.zeros((1, 1, 2, 2)), scale=(2,))
    >>> backward(np.array([[[[1.0]], [[2]], [[3]], [[4]]]]), saved)[0][0].tolist()
    [[[[1.0, 2.0], [3.0, 4.0]]]]
    """
    shape, scale = saved
    return (spread_out(dy, scale).reshape(shape),), {}
