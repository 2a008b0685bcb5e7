"""The core of attention: queries meet keys, values are mixed."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import axis_of, expect_maps, shown
from archcalc.kernels._functions import softmax, softmax_back
from archcalc.kernels._heads import gathered, repeated

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = s·v, s = softmax(q·kᵀ/√d + m) in each head",
    "x": "∂E/∂q = δs·k/√d, ∂E/∂k = δsᵀ·q/√d, ∂E/∂v = sᵀ·δ, ∂E/∂m = δs",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    shapes: tuple[tuple[int, ...], ...]
    along: int | None
    queries: Array
    keys: Array
    values: Array
    scores: Array


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(
    *xs: Array,
    heads: int,
    kv_heads: int | None = None,
    causal: bool = False,
    axis: str | None = None,
) -> tuple[Array, Saved]:
    """Mix the values of all places, or of those along an axis, for each place by its query.

        x  N  C  L, N  C'  S and N  G  S         (m: N  heads  L  S)
        y  N  G·heads/kv_heads  L

    Raises ValueError with the shapes if they do not fit.

    >>> queries, rest = np.zeros((1, 1, 2)), np.array([[[1.0, 3]]])
    >>> forward(queries, rest, rest, heads=1)[0].tolist()  # no query: each place gets the mean
    [[[2.0, 2.0]]]
    """
    for x in xs:
        expect_maps("scaled_dot_product", x)
    along = None if axis is None else axis_of(axis, xs[0].ndim)
    shared = kv_heads or heads
    asked, keyed, valued = xs[0], xs[min(1, len(xs) - 1)], xs[min(2, len(xs) - 1)]
    queries, keys, values = (
        _rows(x, along, parts) for x, parts in ((asked, heads), (keyed, shared), (valued, shared))
    )
    if queries.shape[-1] != keys.shape[-1] or keys.shape[-2] != values.shape[-2]:
        said = ", ".join(shown(x.shape) for x in xs)
        message = f"scaled_dot_product: {said} are no queries, keys and values"
        raise ValueError(message)
    times = heads // shared
    scores = queries @ repeated(keys, times).swapaxes(-1, -2) * (1 / sqrt(queries.shape[-1]))
    if len(xs) > 3:
        scores = scores + _added(xs[3], along)
    if causal:
        scores = np.where(_behind(*scores.shape[-2:]), -np.inf, scores)
    scores = softmax(scores)
    y = _maps(scores @ repeated(values, times), asked.shape[2:], along)
    return y, Saved(tuple(x.shape for x in xs), along, queries, keys, values, scores)


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: the largest score is first taken out."""
    return frozenset({"add", "cmp"})


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of all inputs.

    >>> queries, rest = np.zeros((1, 1, 2)), np.array([[[1.0, 3]]])
    >>> _, saved = forward(queries, rest, rest, heads=1)
    >>> [dx.tolist() for dx in backward(np.array([[[1.0, 0]]]), saved)[0]]
    [[[[1.0, 0.0]]], [[[0.0, 0.0]]], [[[0.5, 0.5]]]]
    """
    shapes, along, queries, keys, values, scores = saved
    times = queries.shape[-3] // keys.shape[-3]
    d_mixed = _rows(dy, along, queries.shape[-3])
    d_values = gathered(scores.swapaxes(-1, -2) @ d_mixed, times)
    d_scores = d_mixed @ repeated(values, times).swapaxes(-1, -2)
    d_scores = softmax_back(d_scores, scores)
    scaled = d_scores * (1 / sqrt(queries.shape[-1]))
    rows = (
        scaled @ repeated(keys, times),
        gathered(scaled.swapaxes(-1, -2) @ queries, times),
        d_values,
    )
    one = shapes[0]
    extents = (one, shapes[min(1, len(shapes) - 1)], shapes[min(2, len(shapes) - 1)])
    dxs = [_maps(d, x[2:], along) for d, x in zip(rows, extents, strict=True)]
    if len(shapes) == 1:
        dxs = [dxs[0] + dxs[1] + dxs[2]]
    elif len(shapes) == 2:
        dxs = [dxs[0], dxs[1] + dxs[2]]
    elif len(shapes) > 3:
        dxs.append(_summed(d_scores, shapes[3]))
    return tuple(dxs), {}


def _rows(x: Array, along: int | None, heads: int) -> Array:
    """Part N x C x extents into N x others x heads x places x features of each head."""
    samples, channels = x.shape[:2]
    parts = x.reshape(samples, heads, channels // heads, *x.shape[2:])
    if along is None:
        places = int(np.prod(x.shape[2:]))
        return np.moveaxis(parts.reshape(*parts.shape[:3], places), 2, 3)[:, None]
    parts = np.moveaxis(parts, (along + 1, 2), (-2, -1))  # N heads others along features
    others = int(np.prod(parts.shape[2:-2]))
    parts = parts.reshape(*parts.shape[:2], others, *parts.shape[-2:])
    return np.moveaxis(parts, 2, 1)


def _maps(rows: Array, extents: tuple[int, ...], along: int | None) -> Array:
    """Undo `_rows`."""
    samples, _, heads, places, features = rows.shape
    if along is None:
        parts = np.moveaxis(rows[:, 0], 3, 2)
        return np.ascontiguousarray(parts).reshape(samples, heads * features, *extents)
    others = [n for axis, n in enumerate(extents) if axis != along - 2]
    parts = np.moveaxis(rows, 1, 2).reshape(samples, heads, *others, places, features)
    parts = np.moveaxis(parts, (-1, -2), (2, along + 1))
    return np.ascontiguousarray(parts).reshape(samples, heads * features, *extents)


def _added(mask: Array, along: int | None) -> Array:
    """Lay N x heads x (others) x L x S out beside the scores, N x others x heads x L x S."""
    apart = mask.shape[2:-2]
    others = int(np.prod(apart))
    laid = mask.reshape(*mask.shape[:2], others if along else 1, *mask.shape[-2:])
    return np.moveaxis(laid, 2, 1)


def _summed(d_scores: Array, shape: tuple[int, ...]) -> Array:
    """Add up what came back to what was spread over the scores."""
    found = np.moveaxis(d_scores, 1, 2)
    wanted = (*shape[:2], int(np.prod(shape[2:-2])), *shape[-2:])
    spread = tuple(
        axis for axis, (n, own) in enumerate(zip(found.shape, wanted, strict=True)) if n != own
    )
    return np.asarray(found.sum(axis=spread, keepdims=True)).reshape(shape)


def _behind(queries: int, keys: int) -> Array:
    """Mark the keys that lie behind a query, if both begin at the same place."""
    return np.triu(np.ones((queries, keys), bool), 1)
