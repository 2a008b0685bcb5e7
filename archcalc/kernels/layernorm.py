"""Layer normalisation."""

from __future__ import annotations

from math import prod
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
    "y": "y = γ·n + β, n = (x - mean)/√(variance + ε), over the maps of the place",
    "x": "∂E/∂x = (γδ - mean of γδ - n·mean of γδ·n)/√(variance + ε)",
    "gamma": "∂E/∂γ = Σ δ·n",
    "beta": "∂E/∂β = Σ δ",
}


def weights(
    shape: Shape, *, over: str = "channels", scale: bool = True, shift: bool = True, **_: object
) -> WeightShapes:
    """Give the shapes of gamma and beta for an input C x H x W.

    >>> weights((768, 197)), weights((3, 2, 2), over="all", shift=False)
    ({'gamma': (768,), 'beta': (768,)}, {'gamma': (3, 2, 2)})
    """
    return rescaling(shape[:1] if over == "channels" else tuple(shape), scale=scale, shift=shift)


def forward(
    x: Array,
    *,
    gamma: Array | None = None,
    beta: Array | None = None,
    over: str = "channels",
    eps: SupportsFloat = 1e-5,
) -> tuple[Array, Saved]:
    """Normalise the maps at each place, or all together; scale by gamma, shift by beta.

        x  N  C  H  W           gamma, beta  C, or C H W (over: all)
        y  N  C  H  W

    Raises ValueError with the shapes if they do not fit.

    >>> forward(np.array([[[[1.0]], [[3]]]]), eps=0)[0].ravel().tolist()
    [-1.0, 1.0]

    Source: Ba, Kiros, Hinton 2016, Layer normalization, section 3.1.
    """
    check("layernorm", x, gamma=gamma, beta=beta)
    rows = np.moveaxis(x, 1, -1) if over == "channels" else x.reshape(len(x), prod(x.shape[1:]))
    n, f = normalise(rows, float(eps))
    normal = _back(n, x.shape)
    return rescale(normal, gamma, beta), Saved(n, f, gamma, beta)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, gamma and beta.

    >>> _, saved = forward(np.array([[[[1.0]], [[3]]]]), beta=np.zeros(2), eps=0)
    >>> (dx,), gradients = backward(np.array([[[[2.0]], [[1]]]]), saved)
    >>> dx.ravel().tolist(), gradients["beta"].tolist()
    ([0.0, 0.0], [2.0, 1.0])
    """
    n, f, gamma, beta = saved
    normal = _back(n, dy.shape)
    (dn,), found = unscale(dy, normal, gamma, beta)
    if n.ndim == 2:
        return (denormalise(dn.reshape(n.shape), n, f).reshape(dy.shape),), found
    return (np.moveaxis(denormalise(np.moveaxis(dn, 1, -1), n, f), -1, 1),), found


def _back(n: Array, shape: Shape) -> Array:
    """Give what was normalised its own shape."""
    return n.reshape(shape) if n.ndim == 2 else np.moveaxis(n, -1, 1)
