"""Cropping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.kernels._arrays import expect_maps, shown
from archcalc.kernels._cuts import cut_out, ends_of, put_back
from archcalc.kernels._windows import each

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, Size, WeightShapes
    from archcalc.kernels._cuts import Saved

RULES = {
    "y": "y = x without the cells at its ends",
    "x": "∂E/∂x = δ where x was kept, 0 at its ends",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(
    x: Array, *beside: Array, cells: Size | None = None, output: Size | None = None
) -> tuple[Array, Saved]:
    """Take cells away at the ends of each extent, or keep the middle of a size `output`.

        x  N  C  H  W
        y  N  C  H' W'        the size of an array that stands beside x, if there is one

    Raises ValueError if nothing is left.

    >>> import numpy as np
    >>> forward(np.array([[[1.0, 2, 3, 4]]]), cells=(1, 2))[0].tolist()
    [[[2.0]]]
    >>> forward(np.array([[[1.0, 2, 3, 4]]]), output=(1,))[0].tolist()
    [[[2.0]]]
    """
    expect_maps("crop", x)
    output = beside[0].shape[2:] if beside else output
    extents = x.shape[2:]
    ends = ends_of(cells or (0, 0), len(extents))
    if output is not None:
        sizes = each(output, len(extents))
        missing = [n - size for n, size in zip(extents[-len(sizes) :], sizes, strict=True)]
        ends = ends_of(tuple(n for m in missing for n in (m // 2, m - m // 2)), len(extents))
    stops = [size - after for size, (_, after) in zip(extents, ends, strict=True)]
    if any(
        not 0 <= n < stop <= size for (n, _), stop, size in zip(ends, stops, extents, strict=True)
    ):
        message = f"crop: nothing is left of {shown(extents)}"
        raise ValueError(message)
    inner = (slice(before, stop) for (before, _), stop in zip(ends, stops, strict=True))
    y, saved = cut_out(x, (slice(None), slice(None), *inner))
    return y, saved._replace(beside=tuple(other.shape for other in beside))


def backward(dy: Array, saved: Saved) -> Gradients:
    """Put the gradient back where it was kept; the ends have none.

    >>> import numpy as np
    >>> _, saved = forward(np.zeros((1, 1, 4)), cells=(1, 2))
    >>> backward(np.ones((1, 1, 1)), saved)[0][0].tolist()
    [[[0.0, 1.0, 0.0, 0.0]]]
    """
    return put_back(dy, saved)
