"""Attention of several heads: queries meet keys, values are mixed."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, expect_shape, shown
from archcalc.kernels._distance import distances, parted, rejoined, turned
from archcalc.kernels._functions import softmax, softmax_back
from archcalc.kernels._heads import gathered, repeated
from archcalc.kernels._tokens import as_maps, in_a_row
from archcalc.kernels._windows import each

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

NAMES = ("query", "key", "value", "output")
WEIGHTS = {
    **dict.fromkeys(NAMES, "weight"),
    **{f"{name}_bias": "bias" for name in (*NAMES, "position")},
}
UNITS_INSIDE = True
"""What comes out is not all the units that there are."""

RULES = {
    "y": "y = Wᵒ·(s·v) + bᵒ, s = softmax(q·kᵀ/√d + b) in each head, q = Wᵠ·x + bᵠ, k and v alike",
    "x": "∂E/∂x = Wᵠᵀ·δq + Wᵏᵀ·δk + Wᵛᵀ·δv, each for what it was made from",
    "query": "∂E/∂Wᵠ = δq·xᵀ, δq = δs·k/√d",
    "key": "∂E/∂Wᵏ = δk·xᵀ, δk = δsᵀ·q/√d",
    "value": "∂E/∂Wᵛ = δv·xᵀ, δv = sᵀ·δ",
    "output": "∂E/∂Wᵒ = δ·(s·v)ᵀ",
    "query_bias": "∂E/∂bᵠ = Σ δq, over the places",
    "key_bias": "∂E/∂bᵏ = Σ δk, over the places: 0, for softmax is blind to what all scores share",
    "value_bias": "∂E/∂bᵛ = Σ δv, over the places",
    "output_bias": "∂E/∂bᵒ = Σ δ, over the places",
    "position_bias": "∂E/∂b = Σ δs, over the pairs of places at that distance, δs of the scores",
}


class Layout(NamedTuple):
    """How places stand to each other: on what map, in what windows, behind what past."""

    extents: tuple[int, ...]
    sides: tuple[int, ...]
    rotary: bool
    past: int

    def parted(self, row: Array) -> Array:
        """Part a row of places into those of each window."""
        return row if self.sides == self.extents else parted(row, self.extents, self.sides)

    def back(self, windows: Array) -> Array:
        """Lay windows side by side again."""
        if self.sides == self.extents:
            return windows
        return rejoined(windows, self.extents, self.sides)

    def laid(self, rows: list[Array], size: int) -> list[Array]:
        """Turn queries and keys, put the past before keys and values, and part all into heads.

        Nothing is remembered here: the past is 0.
        """
        if self.rotary:
            rows = [*(turned(row, size, self.past) for row in rows[:2]), rows[2]]
        if self.past:
            rows = [rows[0], *(_after_zeros(row, self.past) for row in rows[1:])]
        return [_apart(self.parted(row), size) for row in rows]

    def unlaid(self, rows: list[Array], size: int) -> list[Array]:
        """Go the same way back."""
        rows = [self.back(row) for row in rows]
        if self.past:
            rows = [rows[0], *(row[:, self.past :] for row in rows[1:])]
        if self.rotary:
            rows = [*(turned(row, size, self.past, back=True) for row in rows[:2]), rows[2]]
        return rows


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    xs: tuple[Array, ...]
    arrays: dict[str, Array]
    queries: Array
    keys: Array
    values: Array
    scores: Array
    mixed: Array
    layout: Layout


def weights(  # noqa: PLR0913 - the fields of the op
    shape: Shape,
    *beside: Shape,
    heads: int,
    kv_heads: int | None = None,
    inner: int | None = None,
    bias: bool = True,
    within: tuple[int, ...] | None = None,
    positions: str | None = None,
    **_: object,
) -> WeightShapes:
    """Give the shapes of four matrices and their biases; keys and values may come from beside.

    >>> weights((8, 20), heads=2, kv_heads=1, bias=False)
    {'query': (8, 8), 'key': (4, 8), 'value': (4, 8), 'output': (8, 8)}
    """
    asked = inner or shape[0]
    given = asked // heads * (kv_heads or heads)
    keys, values = (beside[0], beside[-1]) if beside else (shape, shape)
    sizes = ((asked, shape[0]), (given, keys[0]), (given, values[0]), (shape[0], asked))
    found: WeightShapes = dict(zip(NAMES, sizes, strict=True))
    if bias:
        found |= {f"{name}_bias": size[:1] for name, size in zip(NAMES, sizes, strict=True)}
    if positions == "relative":
        sides = each(within or shape[1:], len(shape) - 1)
        found["position_bias"] = (heads, *(2 * side - 1 for side in sides))
    return found


def forward(  # noqa: PLR0913 - the weights and the fields of the op
    *xs: Array,
    heads: int,
    query: Array,
    key: Array,
    value: Array,
    output: Array,
    query_bias: Array | None = None,
    key_bias: Array | None = None,
    value_bias: Array | None = None,
    output_bias: Array | None = None,
    position_bias: Array | None = None,
    causal: bool = False,
    within: tuple[int, ...] | None = None,
    positions: str | None = None,
    past: int = 0,
) -> tuple[Array, Saved]:
    """Mix the values of all places, for each place by its query.

        x  N  C  L          query, output  F  C and C  F      (keys and values: N  C'  S, if given)
        y  N  C  L          key, value     G  C'

    Raises ValueError with the shapes if the weights do not fit the inputs.

    >>> x = np.array([[[1.0, 3]]])  # no query: every place gets the mean of all
    >>> one, none = np.ones((1, 1)), np.zeros((1, 1))
    >>> forward(x, heads=1, query=none, key=one, value=one, output=one)[0].tolist()
    [[[2.0, 2.0]]]
    """
    matrices = dict(zip(NAMES, (query, key, value, output), strict=True))
    biases = zip(
        (*NAMES, "position"),
        (query_bias, key_bias, value_bias, output_bias, position_bias),
        strict=True,
    )
    arrays = matrices | {f"{name}_bias": bias for name, bias in biases if bias is not None}
    extents = xs[0].shape[2:]
    layout = Layout(
        extents, each(within or extents, len(extents)), positions == "rotary", past or 0
    )
    rows = _fitting(xs, arrays)
    found = [_product(row, arrays, name) for row, name in zip(rows, NAMES, strict=False)]
    queries, keys, values = layout.laid(found, found[0].shape[-1] // heads)
    shared = heads // keys.shape[1]
    scores = queries @ repeated(keys, shared).swapaxes(-1, -2) * (1 / sqrt(queries.shape[-1]))
    if position_bias is not None:
        scores = scores + position_bias.reshape(heads, -1)[:, distances(layout.sides)]
    if causal:
        scores = np.where(_behind(*scores.shape[-2:]), -np.inf, scores)
    scores = softmax(scores)
    mixed = layout.back(_together(scores @ repeated(values, shared)))
    y = as_maps(_product(mixed, arrays, "output"), extents)
    return y, Saved(xs, arrays, queries, keys, values, scores, mixed, layout)


def otherwise(**_: object) -> frozenset[str]:
    """Name the work that is done in another way: the largest score is first taken out."""
    return frozenset({"add", "cmp"})


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of the inputs and of all weights.

    >>> one, none = np.ones((1, 1)), np.zeros((1, 1))
    >>> arrays = {"query": none, "key": one, "value": one, "output": one}
    >>> _, saved = forward(np.array([[[1.0, 3]]]), heads=1, **arrays)
    >>> (dx,), gradients = backward(np.array([[[1.0, 0]]]), saved)
    >>> dx.tolist(), gradients["value"].tolist()
    ([[[0.5, 0.5]]], [[2.0]])
    """
    xs, arrays, queries, keys, values, scores, mixed, layout = saved
    shared, size = queries.shape[1] // keys.shape[1], queries.shape[-1]
    gradients: dict[str, Array] = {}
    d_row = _back(in_a_row(dy), mixed, arrays, "output", gradients)
    d_mixed = _apart(layout.parted(d_row), size)
    d_values = gathered(scores.swapaxes(-1, -2) @ d_mixed, shared)
    d_scores = d_mixed @ repeated(values, shared).swapaxes(-1, -2)
    d_scores = softmax_back(d_scores, scores)
    if "position_bias" in arrays:
        gradients["position_bias"] = _by_distance(d_scores, layout, arrays["position_bias"])
    d_scores = d_scores * (1 / sqrt(size))
    d_queries = d_scores @ repeated(keys, shared)
    d_keys = gathered(d_scores.swapaxes(-1, -2) @ queries, shared)
    d_rows = layout.unlaid([_together(d) for d in (d_queries, d_keys, d_values)], size)
    found = zip(d_rows, _sources(xs), NAMES, strict=False)
    d_rows = [_back(d, in_a_row(x), arrays, name, gradients) for d, x, name in found]
    if len(xs) == 1:
        d_rows = [d_rows[0] + d_rows[1] + d_rows[2]]
    elif len(xs) == 2:
        d_rows = [d_rows[0], d_rows[1] + d_rows[2]]
    return tuple(as_maps(d, x.shape[2:]) for d, x in zip(d_rows, xs, strict=True)), gradients


def _sources(xs: tuple[Array, ...]) -> tuple[Array, Array, Array]:
    """Give what queries, keys and values are made from."""
    return xs[0], xs[min(1, len(xs) - 1)], xs[-1]


def _fitting(xs: tuple[Array, ...], arrays: dict[str, Array]) -> tuple[Array, ...]:
    """Lay the inputs out in rows of places, and refuse weights that do not fit them."""
    for x in xs:
        expect_maps("attention", x)
    rows = tuple(in_a_row(x) for x in _sources(xs))
    for row, name in zip(rows, NAMES, strict=False):
        if arrays[name].ndim != 2 or arrays[name].shape[1] != row.shape[-1]:
            found = f"{name} {shown(arrays[name].shape)}"
            message = f"attention: {found} does not fit {row.shape[-1]} channels"
            raise ValueError(message)
    expect_shape("attention", "output", arrays["output"], (xs[0].shape[1], len(arrays["query"])))
    return rows


def _product(row: Array, arrays: dict[str, Array], name: str) -> Array:
    y = row @ arrays[name].T
    return y + arrays[f"{name}_bias"] if f"{name}_bias" in arrays else y


def _back(
    d: Array, row: Array, arrays: dict[str, Array], name: str, gradients: dict[str, Array]
) -> Array:
    """Go back through a product: note the gradients of its weights, give that of its input."""
    flat = d.reshape(-1, d.shape[-1])
    gradients[name] = flat.T @ row.reshape(-1, row.shape[-1])
    if f"{name}_bias" in arrays:
        gradients[f"{name}_bias"] = flat.sum(axis=0)
    return d @ arrays[name]


def _apart(row: Array, size: int) -> Array:
    """Part N x places x features into N x heads x places x features of each."""
    samples, places, features = row.shape
    return row.reshape(samples, places, features // size, size).swapaxes(1, 2)


def _together(parts: Array) -> Array:
    samples, heads, places, size = parts.shape
    return parts.swapaxes(1, 2).reshape(samples, places, heads * size)


def _after_zeros(row: Array, places: int) -> Array:
    """Put empty places before those of a row."""
    return np.concatenate([np.zeros((len(row), places, row.shape[-1]), row.dtype), row], axis=1)


def _by_distance(d_scores: Array, layout: Layout, table: Array) -> Array:
    """Add up for each head what came back to the pairs of places at each distance."""
    found = np.zeros((len(table), table[0].size), table.dtype)
    for head, each_head in enumerate(d_scores.sum(axis=0)):
        np.add.at(found[head], distances(layout.sides), each_head)
    return found.reshape(table.shape)


def _behind(queries: int, keys: int) -> Array:
    """Mark the keys that lie behind a query, if both end at the same place."""
    return np.triu(np.ones((queries, keys), bool), keys - queries + 1)
