"""Instance normalisation."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

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
FADES = True
"""In a map of one place nothing is left of it: it is its own mean."""

RULES = {
    "y": "y = γ·n + β, n = (x - mean)/√(variance + ε), over the map of the sample",
    "x": "∂E/∂x = γ/√(variance + ε)·(δ - mean of δ - n·mean of δ·n)",
    "gamma": "∂E/∂γ = Σ δ·n",
    "beta": "∂E/∂β = Σ δ",
}


def weights(shape: Shape, *, scale: bool = False, shift: bool = False, **_: object) -> WeightShapes:
    """Give the shapes of gamma and beta for an input C x H x W.

    >>> weights((64, 56, 56), scale=True)
    {'gamma': (64,)}
    """
    return rescaling(shape[:1], scale=scale, shift=shift)


def forward(
    x: Array,
    *,
    gamma: Array | None = None,
    beta: Array | None = None,
    eps: SupportsFloat = 1e-5,
) -> tuple[Array, Saved]:
    """Normalise each map of each sample; scale it by gamma, shift it by beta.

        x  N  C  H  W           gamma, beta  C
        y  N  C  H  W

    Raises ValueError with the shapes if they do not fit.

    >>> import numpy as np
    >>> forward(np.array([[[[1.0, 3]]]]), eps=0)[0].tolist()
    [[[[-1.0, 1.0]]]]

    Source: Ulyanov, Vedaldi, Lempitsky 2016, Instance normalization, equation 4.
    """
    check("instancenorm", x, gamma=gamma, beta=beta)
    rows = x.reshape(*x.shape[:2], prod(x.shape[2:]))
    n, f = normalise(rows, float(eps))
    normal = n.reshape(x.shape)
    return rescale(normal, gamma, beta), Saved(n, f, gamma, beta)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, gamma and beta.

    >>> import numpy as np
    >>> _, saved = forward(np.array([[[[1.0, 3]]]]), beta=np.zeros(1), eps=0)
    >>> (dx,), gradients = backward(np.array([[[[2.0, 1]]]]), saved)
    >>> dx.tolist(), gradients["beta"].tolist()
    ([[[[0.0, 0.0]]]], [3.0])
    """
    n, f, gamma, beta = saved
    (dn,), found = unscale(dy, n.reshape(dy.shape), gamma, beta)
    return (denormalise(dn.reshape(n.shape), n, f).reshape(dy.shape),), found
