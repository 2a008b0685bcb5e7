"""Normalisation by the root mean square."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._rescaling import (
    WEIGHTS,
    Saved,
    check,
    denormalise,
    normalise,
    rescale,
    rescaling,
    unscale,
)

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

__all__ = ["WEIGHTS"]

RULES = {
    "y": "y = γ·n + β, n = x/√(mean of x² + ε), over the maps of the place",
    "x": "∂E/∂x = (γδ - n·mean of γδ·n)/√(mean of x² + ε)",
    "gamma": "∂E/∂γ = Σ δ·n",
    "beta": "∂E/∂β = Σ δ",
}


def weights(shape: Shape, *, scale: bool = True, shift: bool = False, **_: object) -> WeightShapes:
    """Give the shapes of gamma and beta for an input C x H x W.

    >>> weights((4096, 2048))
    {'gamma': (4096,)}
    """
    return rescaling(shape[:1], scale=scale, shift=shift)


def forward(
    x: Array,
    *,
    gamma: Array | None = None,
    beta: Array | None = None,
    eps: SupportsFloat = 1e-6,
) -> tuple[Array, Saved]:
    """Divide the maps at each place by the root of their mean square; scale by gamma.

        x  N  C  H  W           gamma, beta  C
        y  N  C  H  W

    Raises ValueError with the shapes if they do not fit.

    >>> y, _ = forward(np.array([[[[1.0]], [[7]]]]), eps=0)
    >>> y.ravel().round(4).tolist()  # √((1 + 49)/2) = 5
    [0.2, 1.4]

    Source: Zhang, Sennrich 2019, Root mean square layer normalization, equation 4.
    """
    check("rmsnorm", x, gamma=gamma, beta=beta)
    rows = np.moveaxis(x, 1, -1)
    n, f = normalise(rows, float(eps), centred=False)
    normal = np.moveaxis(n, -1, 1)
    return rescale(normal, gamma, beta), Saved(n, f, gamma, beta)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, gamma and beta.

    >>> _, saved = forward(np.array([[[[1.0]], [[7]]]]), gamma=np.ones(2), eps=0)
    >>> (dx,), gradients = backward(np.array([[[[1.0]], [[0]]]]), saved)
    >>> dx.ravel().round(3).tolist(), gradients["gamma"].tolist()
    ([0.196, -0.028], [0.2, 0.0])
    """
    n, f, gamma, beta = saved
    (dn,), found = unscale(dy, np.moveaxis(n, -1, 1), gamma, beta)
    dx = denormalise(np.moveaxis(dn, 1, -1), n, f, centred=False)
    return (np.moveaxis(dx, -1, 1),), found
