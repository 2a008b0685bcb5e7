"""A trained scale and shift alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from archcalc.kernels._rescaling import WEIGHTS, check, rescale, rescaling, unscale

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

__all__ = ["WEIGHTS"]

Saved: TypeAlias = "tuple[Array, Array | None, Array | None]"

RULES = {
    "y": "y = γ·x + β",
    "x": "∂E/∂x = γ·δ",
    "gamma": "∂E/∂γ = Σ δ·x, over the map",
    "beta": "∂E/∂β = Σ δ, over the map",
}


def weights(shape: Shape, *, scale: bool = True, shift: bool = True, **_: object) -> WeightShapes:
    """Give the shapes of gamma and beta for an input C x H x W.

    >>> weights((768, 197), shift=False)
    {'gamma': (768,)}
    """
    return rescaling(shape[:1], scale=scale, shift=shift)


def forward(
    x: Array, *, gamma: Array | None = None, beta: Array | None = None
) -> tuple[Array, Saved]:
    """Scale each map by gamma, shift it by beta.

        x  N  C  H  W           gamma  C
        y  N  C  H  W           beta   C

    Raises ValueError with the shapes if they do not fit.

    >>> import numpy as np
    >>> forward(np.ones((1, 1, 1, 2)), gamma=np.array([3.0]), beta=np.array([4.0]))[0].tolist()
    [[[[7.0, 7.0]]]]

    Source: Touvron, Cord, Sablayrolles, Synnaeve, Jegou 2021, Going deeper with image transformers.
    """
    check("affine", x, gamma=gamma, beta=beta)
    return rescale(x, gamma, beta), (x, gamma, beta)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, gamma and beta.

    >>> import numpy as np
    >>> (dx,), gradients = backward(np.ones((1, 1, 2)), (np.ones((1, 1, 2)), np.array([3.0]), None))
    >>> dx.tolist(), gradients["gamma"].tolist()
    ([[[3.0, 3.0]]], [2.0])
    """
    x, gamma, beta = saved
    return unscale(dy, x, gamma, beta)
