"""What weights start from: random where symmetry must break, as wide as the activation wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.model.bitmaps import digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.graph import Node
    from archcalc.model.layer import Layer

Array: TypeAlias = npt.NDArray[Any]

ACTIVATIONS = frozenset({"relu", "tanh", "lecun_tanh", "sigmoid", "softmax"})
NEURONS = frozenset({"conv", "linear", "subsample", "rbf"})
"""Ops with incoming weights: what precedes them does not meet the activations behind them."""


def activations(nodes: Sequence[Node]) -> list[str | None]:
    """Tell for each node the activation that its output meets first; None if it meets none.

    >>> from archcalc.spec.unroll import expand
    >>> from archcalc.spec.library import load
    >>> activations(expand(load("resnet50")).nodes)[0]  # through the batch norm
    'relu'
    """
    readers: dict[int, int] = {}
    for position in range(len(nodes) - 1, -1, -1):
        readers.update(dict.fromkeys(nodes[position].inputs, position))
    met: list[str | None] = [None] * len(nodes)
    for position in range(len(nodes) - 1, -1, -1):
        reader = readers.get(position)
        if reader is not None:
            word = nodes[reader].op.name
            met[position] = word if word in ACTIVATIONS else met[reader]
            if word in NEURONS:
                met[position] = None
    return met


def start(layer: Layer, activation: str | None, rng: np.random.Generator) -> None:
    """Fill a layer's weights: He et al. where a ReLU follows, else Glorot and Bengio.

    Biases start at 0, scales at 1. A subsampling starts as an average. Centres of RBF units are
    codes of +1 and -1: the pictures of the digits for 10 units of 84 inputs, random otherwise.

    >>> from archcalc.model.layer import Layer
    >>> layer = Layer("fc", "linear", {"units": 1000}, (-1,))
    >>> layer.allocate((500, 1, 1), "float32")
    >>> start(layer, "relu", np.random.default_rng(0))
    >>> round(float(layer.weights["weight"].var()) * 500, 2)
    2.0

    Sources: He, Zhang, Ren, Sun 2015, Delving deep into rectifiers, equation 10; Glorot, Bengio
    2010, equation 12.
    """
    for name, array in {**layer.weights, **layer.statistics}.items():
        if name in {"bias", "beta", "mean"}:
            array[...] = 0
        elif name in {"gamma", "variance"}:
            array[...] = 1
        elif name == "coefficient":
            height, width = layer.fields["kernel"]
            array[...] = 1 / (height * width)
        elif name == "centres":
            array[...] = digits() if array.shape == (10, 84) else rng.choice([-1, 1], array.shape)
        else:
            _draw(array, _deviation(layer, array, activation), rng)


def _draw(array: Array, deviation: Array, rng: np.random.Generator) -> None:
    """Draw in place: the largest network's weights never exist twice."""
    if array.dtype in {np.dtype("float32"), np.dtype("float64")}:
        rng.standard_normal(dtype=array.dtype, out=array)
    else:
        array[...] = rng.standard_normal(array.shape)
    array *= deviation


def _deviation(layer: Layer, array: Array, activation: str | None) -> Array:
    """Give the standard deviation: one number, or with a table one for each kernel."""
    fan_in: Array | int = array[0].size
    fan_out = array[:, 0].size // layer.fields.get("groups", 1)
    table = layer.fields.get("table")
    if table:
        cells = array[0].size
        fan_in = np.array([len(row) * cells for row in table for _ in row]).reshape(-1, 1, 1)
        fan_out = np.bincount(np.concatenate(table)).max() * cells
    variance = 2 / fan_in if activation == "relu" else 2 / (fan_in + fan_out)
    return np.asarray(np.sqrt(variance), array.dtype)
