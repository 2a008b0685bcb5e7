"""Normalisation to length 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._rescaling import WEIGHTS, check, rescale, rescaling, unscale

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

__all__ = ["WEIGHTS"]

RULES = {
    "y": "y = γ·n + β, n = x/max(√Σ x², ε), over the maps of the place",
    "x": "∂E/∂x = (γδ - n·Σ γδ·n)/√Σ x²",
    "gamma": "∂E/∂γ = Σ δ·n, over the map",
    "beta": "∂E/∂β = Σ δ, over the map",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    n: Array
    length: Array
    eps: float
    gamma: Array | None
    beta: Array | None


def weights(shape: Shape, *, scale: bool = False, shift: bool = False, **_: object) -> WeightShapes:
    """Give the shapes of gamma and beta for an input C x H x W.

    >>> weights((512, 38, 38), scale=True)
    {'gamma': (512,)}
    """
    return rescaling(shape[:1], scale=scale, shift=shift)


def forward(
    x: Array,
    *,
    gamma: Array | None = None,
    beta: Array | None = None,
    eps: SupportsFloat = 1e-12,
) -> tuple[Array, Saved]:
    """Divide the maps at each place by their length; scale by gamma, shift by beta.

        x  N  C  H  W           gamma  C
        y  N  C  H  W           beta   C

    Raises ValueError with the shapes if they do not fit.

    >>> forward(np.array([[[[3.0]], [[4]]]]))[0].ravel().tolist()
    [0.6, 0.8]

    Source: Liu, Rabinovich, Berg 2015, ParseNet, section 3.2.
    """
    check("l2norm", x, gamma=gamma, beta=beta)
    length = np.sqrt((x * x).sum(axis=1, keepdims=True))
    n = x / np.maximum(length, float(eps))
    return rescale(n, gamma, beta), Saved(n, length, float(eps), gamma, beta)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, gamma and beta.

    >>> _, saved = forward(np.array([[[[3.0]], [[4]]]]))
    >>> (dx,), _ = backward(np.array([[[[5.0]], [[0]]]]), saved)
    >>> dx.ravel().round(4).tolist()  # (5 - 0.6·3)/5, -0.8·3/5
    [0.64, -0.48]
    """
    n, length, eps, gamma, beta = saved
    (dn,), found = unscale(dy, n, gamma, beta)
    along = np.where(length > eps, n * (dn * n).sum(axis=1, keepdims=True), 0)
    return ((dn - along) / np.maximum(length, eps),), found
