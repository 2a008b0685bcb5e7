"""What recurrent kernels share: the way from step to step, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from archcalc.kernels._arrays import expect_maps, shown
from archcalc.kernels._tokens import as_maps, in_a_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {
    "weight": "weight", "deeper": "weight", "state": "weight", "bias": "bias", "state_bias": "bias",
}  # fmt: skip
RULES = {
    "x": "∂E/∂x = Wᵀ·δz, δz of each step from those behind it",
    "weight": "∂E/∂W = Σ δz·xᵀ, over the steps",
    "deeper": "∂E/∂W = Σ δz·xᵀ, over the steps, where x is the state of the layer below",
    "state": "∂E/∂U = Σ δz·h₋₁ᵀ, over the steps",
    "bias": "∂E/∂b = Σ δz, over the steps",
    "state_bias": "∂E/∂b = Σ δz, over the steps: as that of the first bias",
}
"""But for `y`, which each has of its own."""
VECTORS = {True: 1, False: 0, "double": 2}


class Cell(Protocol):
    """One step of one layer in one direction."""

    def __call__(self, x: Array, h: Array, c: Array, arrays: Arrays) -> tuple[Array, Array, Any]:
        """Give the next state, the next memory, and what the way back needs."""


class Back(Protocol):
    """The way back through one step."""

    def __call__(
        self,
        dh: Array,
        dc: Array,
        kept: Any,  # noqa: ANN401 - the cell's own
        own: Arrays,
    ) -> tuple[Array, Array, Array, Arrays]:
        """Give the gradients of x, of the state and the memory before, and of the arrays."""


class Arrays(NamedTuple):
    """The arrays of one layer in one direction, or their gradients."""

    weight: Array
    state: Array
    bias: Array | None
    state_bias: Array | None


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    arrays: dict[str, Array]
    kept: list[list[list[Any]]]
    units: int
    every: bool


def wanted(  # noqa: PLR0913 - the fields of the op
    shape: Shape, gates: int, units: int, vectors: int, *, bidirectional: bool, stack: int
) -> WeightShapes:
    """Give the shapes of all arrays: by layer, by direction, and then gates·units in a row.

    >>> wanted((6, 9), 4, 5, 1, bidirectional=False, stack=1)
    {'weight': (1, 20, 6), 'state': (1, 1, 20, 5), 'bias': (1, 1, 20)}
    """
    ways, sums = 1 + bidirectional, gates * units
    found: WeightShapes = {"weight": (ways, sums, shape[0])}
    if stack > 1:
        found["deeper"] = (stack - 1, ways, sums, units * ways)
    found["state"] = (stack, ways, sums, units)
    return found | dict.fromkeys(("bias", "state_bias")[:vectors], (stack, ways, sums))


def forward(
    op: str, cell: Cell, x: Array, arrays: dict[str, Array | None], steps: str
) -> tuple[Array, Saved]:
    """Go along the places of x with every layer, in one direction or both.

    x  N  C  L
    y  N  units·directions  L      (or one place: the last state of each direction)
    """
    expect_maps(op, x)
    given = {name: array for name, array in arrays.items() if array is not None}
    if given["weight"].ndim != 3 or given["weight"].shape[2] != x.shape[1]:
        found = shown(given["weight"].shape)
        message = f"{op}: weight {found} does not fit {x.shape[1]} channels"
        raise ValueError(message)
    rows, kept = in_a_row(x), []
    ends: list[Array] = []
    stack, ways, _, units = given["state"].shape
    for layer in range(stack):
        runs = [_run(cell, rows, _of(given, layer, way), units, way) for way in range(ways)]
        rows = np.concatenate([run[0] for run in runs], axis=2)
        ends, steps_kept = [run[1] for run in runs], [run[2] for run in runs]
        kept.append(steps_kept)
    every = steps == "all"
    end = np.concatenate(ends, axis=1)
    y = as_maps(rows, x.shape[2:]) if every else end.reshape(*end.shape, 1, 1)
    return y, Saved(x, given, kept, units, every)


def backward(back: Back, dy: Array, saved: Saved) -> Gradients:
    """Go back along the places, from the last layer to the first."""
    x, given, kept, units, every = saved
    gradients = {name: np.zeros_like(array) for name, array in given.items()}
    places, ways = in_a_row(x).shape[1], len(given["weight"])
    d_rows = np.zeros((len(x), places, units * ways), dy.dtype)
    d_ends = np.zeros((len(x), units * ways), dy.dtype)
    if every:
        d_rows = d_rows + in_a_row(dy)
    else:
        d_ends = dy.reshape(len(dy), -1)
    for layer in reversed(range(len(kept))):
        d_below: Array | None = None
        for way in range(ways):
            part = slice(way * units, (way + 1) * units)
            own, found = _of(given, layer, way), _of(gradients, layer, way)
            d_inputs = _run_back(
                back, d_rows[:, :, part], d_ends[:, part], kept[layer][way], own, found, way
            )
            d_below = d_inputs if d_below is None else d_below + d_inputs
        assert d_below is not None  # noqa: S101
        d_rows, d_ends = d_below, np.zeros((len(x), units * ways), dy.dtype)
    return (as_maps(d_rows, x.shape[2:]),), gradients


def sigmoid(z: Array) -> Array:
    """Squash to 0 ... 1."""
    with np.errstate(over="ignore"):
        return np.asanyarray(1 / (1 + np.exp(-z)))


def plus(z: Array, *biases: Array | None) -> Array:
    """Add the biases that there are."""
    for bias in biases:
        z = z if bias is None else z + bias
    return z


def parts(z: Array, units: int) -> list[Array]:
    """Part the sums of all gates."""
    return [z[:, first : first + units] for first in range(0, z.shape[1], units)]


def summed(dz: Array, bias: Array | None) -> Array | None:
    """Give the gradient of a bias, if there is one."""
    return None if bias is None else np.asarray(dz.sum(axis=0))


def _of(arrays: dict[str, Array], layer: int, way: int) -> Arrays:
    """Give the arrays of a layer in one direction: views of the whole."""
    weight = arrays["deeper"][layer - 1, way] if layer else arrays["weight"][way]
    biases = [
        arrays[name][layer, way] if name in arrays else None for name in ("bias", "state_bias")
    ]
    return Arrays(weight, arrays["state"][layer, way], *biases)


def _order(places: int, way: int) -> Iterable[int]:
    return reversed(range(places)) if way else range(places)


def _run(
    cell: Cell, rows: Array, arrays: Arrays, units: int, way: int
) -> tuple[Array, Array, list[Any]]:
    """Run one layer in one direction: every state, the last one, what the way back needs."""
    h = c = np.zeros((len(rows), units), rows.dtype)
    states: list[Array] = [h] * rows.shape[1]
    kept: list[Any] = [None] * rows.shape[1]
    for place in _order(rows.shape[1], way):
        h, c, kept[place] = cell(rows[:, place], h, c, arrays)
        states[place] = h
    return np.stack(states, axis=1), h, kept


def _run_back(  # noqa: PLR0913, PLR0917 - one layer in one direction
    back: Back,
    d_rows: Array,
    d_end: Array,
    kept: list[Any],
    own: Arrays,
    gradients: Arrays,
    way: int,
) -> Array:
    """Go back through one layer in one direction; add to the gradients of its arrays."""
    dh, dc = d_end, np.zeros_like(d_end)
    d_inputs: list[Array] = [dh] * len(kept)
    for place in reversed([*_order(len(kept), way)]):
        d_inputs[place], dh, dc, found = back(dh + d_rows[:, place], dc, kept[place], own)
        for total, more in zip(gradients, found, strict=True):
            if total is not None and more is not None:
                np.add(total, more, out=total)
    return np.stack(d_inputs, axis=1)
