"""A trained factor and a trained term, and what normalises by statistics of the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, per_map, shown

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"gamma": "scale", "beta": "shift"}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    n: Array
    """Normalised, a stretch in each row."""
    f: Array
    gamma: Array | None
    beta: Array | None


def rescaling(shape: Shape, *, scale: bool, shift: bool) -> WeightShapes:
    """Give the shapes of gamma and beta, where there are any.

    >>> rescaling((64,), scale=True, shift=False)
    {'gamma': (64,)}
    """
    wanted = {"gamma": scale, "beta": shift}
    return {name: shape for name, given in wanted.items() if given}


def check(op: str, x: Array, **weights: Array | None) -> None:
    """Refuse what is no map, and a weight that is neither for each map nor for each element."""
    expect_maps(op, x)
    for name, weight in weights.items():
        if weight is not None and weight.shape not in {x.shape[1:2], x.shape[1:]}:
            message = f"{op}: {name} {shown(weight.shape)} does not fit {shown(x.shape[1:])}"
            raise ValueError(message)


def rescale(n: Array, gamma: Array | None, beta: Array | None) -> Array:
    """Give gamma·n + beta, of those that there are.

    >>> rescale(np.ones((1, 1, 2)), np.array([3.0]), None).tolist()
    [[[3.0, 3.0]]]
    """
    if gamma is not None:
        n = n * _over(gamma, n)
    return n if beta is None else n + _over(beta, n)


def unscale(dy: Array, n: Array, gamma: Array | None, beta: Array | None) -> Gradients:
    """Give the gradients of n, and of gamma and beta, of those that there are.

    >>> (dn,), found = unscale(np.ones((1, 1, 2)), np.array([[[5.0, 6]]]), np.array([3.0]), None)
    >>> dn.tolist(), found["gamma"].tolist()
    ([[[3.0, 3.0]]], [11.0])
    """
    found = {}
    if gamma is not None:
        found["gamma"] = _gathered(dy * n, gamma)
    if beta is not None:
        found["beta"] = _gathered(dy, beta)
    return (dy if gamma is None else dy * _over(gamma, dy),), found


def normalise(x: Array, eps: float, *, centred: bool = True) -> tuple[Array, Array]:
    """Normalise along the last axis: n = (x - mean)·f, f = √(m / (Σ (x - mean)² + m·eps)).

    Without `centred` the mean stays. Gives n and the factor f.

    >>> n, f = normalise(np.array([[1.0, 3]]), 0)
    >>> n.tolist(), f.tolist()
    ([[-1.0, 1.0]], [[1.0]])
    """
    if centred:
        x = x - x.mean(axis=-1, keepdims=True)
    length = x.shape[-1]
    f = np.sqrt(length / ((x * x).sum(axis=-1, keepdims=True) + length * eps))
    n: Array = x * f
    return n, f


def denormalise(dn: Array, n: Array, f: Array, *, centred: bool = True) -> Array:
    """Give the gradient of x: f·(dn - mean of dn - n·mean of dn·n); without `centred` no mean.

    >>> denormalise(np.array([[1.0, 0]]), np.array([[-1.0, 1.0]]), np.array([[1.0]])).tolist()
    [[0.0, 0.0]]
    """
    dx: Array = dn - n * (dn * n).mean(axis=-1, keepdims=True)
    if centred:
        dx = dx - dn.mean(axis=-1, keepdims=True)
    dx *= f
    return dx


def _over(weight: Array, x: Array) -> Array:
    """Turn a number for each map, or for each element, so that it meets x."""
    return per_map(weight, x) if weight.ndim == 1 else weight


def _gathered(gradient: Array, weight: Array) -> Array:
    """Add up what a number for each map, or for each element, has part in."""
    if weight.ndim > 1:
        return np.asarray(gradient.sum(axis=0))
    return np.asarray(gradient.sum(axis=(0, *range(2, gradient.ndim))))
