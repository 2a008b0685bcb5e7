"""A stretch of maps, or of places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._cuts import put_back, stretch

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes
    from archcalc.kernels._cuts import Saved

RULES = {
    "y": "y = the maps of x from the first of the range to before its end",
    "x": "∂E/∂x = δ where x was kept, 0 elsewhere",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(x: Array, *, range: tuple[int, int], axis: str = "channels") -> tuple[Array, Saved]:  # noqa: A002
    """Keep the maps of a range, or that stretch along another axis.

        x  N  C  H  W
        y  N  to - from  H  W

    Raises ValueError if the range is empty or reaches beyond x.

    >>> import numpy as np
    >>> forward(np.array([[[[1.0]], [[2]], [[3]]]]), range=(1, 3))[0].ravel().tolist()
    [2.0, 3.0]
    """
    return stretch("slice", x, axis, *range)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Put the gradient back where it was kept; the rest has none.

    >>> import numpy as np
    >>> _, saved = forward(np.zeros((1, 3, 1, 1)), range=(1, 3))
    >>> backward(np.ones((1, 2, 1, 1)), saved)[0][0].ravel().tolist()
    [0.0, 1.0, 1.0]
    """
    return put_back(dy, saved)
