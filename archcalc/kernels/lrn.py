"""Local response normalisation over neighbouring maps, or within each map."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = x/base^β, base = k + α·Σ x² over neighbours",
    "x": "∂E/∂x = δ/base^β - 2·α·β·x·Σ δ·y/base, over those that see it",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    base: Array
    power: Array
    size: int
    rate: float
    within: bool


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(  # noqa: PLR0913 - one for each field
    x: Array,
    *,
    size: int = 5,
    alpha: SupportsFloat = 1e-4,
    beta: SupportsFloat = 0.75,
    k: SupportsFloat = 2,
    within: bool = False,
) -> tuple[Array, Saved]:
    """Divide each element by a power of the squares around it: y = x / (k + alpha · Σ x²)^beta.

        x  N  C  H  W
        y  N  C  H  W

    The sum runs over `size` maps at the same place, this one in the middle (of an even number, the
    later middle), as far as there are maps; `within` a map it runs over as many places along each
    extent. Raises ValueError if x has no places.

    >>> x = np.array([1.0, 2, 3]).reshape(1, 3, 1, 1)
    >>> y, _ = forward(x, size=3, alpha=1, beta=1, k=0)
    >>> y.ravel().round(4).tolist()  # 1/(1 + 4), 2/(1 + 4 + 9), 3/(4 + 9)
    [0.2, 0.1429, 0.2308]

    Source: Krizhevsky, Sutskever, Hinton 2012, section 3.3 (alpha is not divided by the size).
    """
    expect_maps("lrn", x)
    base = float(alpha) * _neighbours(x * x, size // 2, (size - 1) // 2, within=within)
    base += float(k)
    power = np.power(base, float(beta))
    return x / power, Saved(x, base, power, size, 2 * float(alpha) * float(beta), within)


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: those that are not there are left out."""
    return frozenset({"add"})


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradient of x: each element also weighs on the neighbours whose sums it is in.

    >>> _, saved = forward(np.ones((1, 1, 1, 1)), size=1, alpha=1, beta=1, k=0)
    >>> backward(np.ones((1, 1, 1, 1)), saved)[0][0].tolist()  # y = 1/x
    [[[[-1.0]]]]
    """
    x, base, power, size, rate, within = saved
    weight = dy * x / (power * base)
    seen = _neighbours(weight, (size - 1) // 2, size // 2, within=within)
    return (dy / power - rate * x * seen,), {}


def _neighbours(x: Array, before: int, after: int, *, within: bool) -> Array:
    """Add up for each element those of other maps, or of other places, one extent at a time."""
    for axis in range(2, x.ndim) if within else (1,):
        x = _along(x, before, after, axis)
    return x


def _along(x: Array, before: int, after: int, axis: int) -> Array:
    """Add up along an axis those from `before` steps earlier to `after` steps later."""
    steps = x.shape[axis]
    sums = x.copy()
    there, here = sums.swapaxes(0, axis), x.swapaxes(0, axis)
    for distance in range(1, min(before, steps - 1) + 1):
        there[distance:] += here[:-distance]
    for distance in range(1, min(after, steps - 1) + 1):
        there[:-distance] += here[distance:]
    return sums
