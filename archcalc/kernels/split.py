"""One of the parts of a map stack that is split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import axis_of, expect_maps
from archcalc.kernels._cuts import put_back, stretch

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes
    from archcalc.kernels._cuts import Saved

RULES = {
    "y": "y = the maps of x that are of the part",
    "x": "∂E/∂x = δ at the maps of the part, 0 elsewhere",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(
    x: Array, *, parts: tuple[int, ...], part: int, axis: str = "channels"
) -> tuple[Array, Saved]:
    """Split along the maps, or another axis, into equal parts or those of given sizes; keep one.

        x  N  C  H  W
        y  N  C/parts  H  W

    Raises ValueError if the parts are not the whole, or there is no such part.

    >>> import numpy as np
    >>> forward(np.array([[[[1.0]], [[2]], [[3]]]]), parts=(1, 2), part=2)[0].ravel().tolist()
    [2.0, 3.0]
    """
    expect_maps("split", x)
    size = x.shape[axis_of(axis, x.ndim)]
    sizes = parts if len(parts) > 1 else (size // parts[0],) * parts[0]
    if sum(sizes) != size or not 1 <= part <= len(sizes):
        message = f"split: part {part} of {sizes} is none of {size} ({axis})"
        raise ValueError(message)
    before = sum(sizes[: part - 1])
    return stretch("split", x, axis, before, before + sizes[part - 1])


def backward(dy: Array, saved: Saved) -> Gradients:
    """Put the gradient back where the part was; the others have none.

    >>> import numpy as np
    >>> _, saved = forward(np.zeros((1, 4, 1, 1)), parts=(2,), part=1)
    >>> backward(np.ones((1, 2, 1, 1)), saved)[0][0].ravel().tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    return put_back(dy, saved)
