"""Long short-term memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from archcalc.kernels import _recurrent as steps_of
from archcalc.kernels._recurrent import (
    VECTORS,
    WEIGHTS,
    Arrays,
    Saved,
    parts,
    plus,
    sigmoid,
    summed,
)

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

__all__ = ["RULES", "UNITS_INSIDE", "WEIGHTS", "backward", "forward", "weights"]

UNITS_INSIDE = True
FADES = True
"""What a place does to a later one grows too faint to be seen in its digits."""

RULES = {
    "y": "h = o·tanh(c), c = f·c₋₁ + i·g; i, f, o = σ(W·x + U·h₋₁ + b), g = tanh(W·x + U·h₋₁ + b)",
    **steps_of.RULES,
}


def weights(
    shape: Shape,
    *,
    units: int,
    bias: bool | Literal["double"] = True,
    bidirectional: bool = False,
    stack: int = 1,
    **_: object,
) -> WeightShapes:
    """Give the shapes of all arrays: gates in the order input, forget, cell, output.

    >>> weights((6, 9), units=5)
    {'weight': (1, 20, 6), 'state': (1, 1, 20, 5), 'bias': (1, 1, 20)}
    """
    vectors = VECTORS[bias]
    return steps_of.wanted(shape, 4, units, vectors, bidirectional=bidirectional, stack=stack)


def forward(  # noqa: PLR0913 - the weights and the fields of the op
    x: Array,
    *,
    weight: Array,
    state: Array,
    deeper: Array | None = None,
    bias: Array | None = None,
    state_bias: Array | None = None,
    steps: str = "last",
) -> tuple[Array, Saved]:
    """Go along the places of x.

        x  N  C  L              weight  directions  4·units  C
        y  N  units·directions  L       (or one place)

    Raises ValueError with the shapes if the weights do not fit x.

    >>> none = {"weight": np.zeros((1, 4, 1)), "state": np.zeros((1, 1, 4, 1))}
    >>> bias = np.array([[[50.0, 50, 50, 50]]])  # all gates open: the memory counts steps
    >>> forward(np.zeros((1, 1, 3)), **none, bias=bias, steps="all")[0].round(3).tolist()
    [[[0.762, 0.964, 0.995]]]
    """
    arrays = {
        "weight": weight, "deeper": deeper, "state": state, "bias": bias, "state_bias": state_bias,
    }  # fmt: skip
    return steps_of.forward("lstm", _step, x, arrays, steps)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x and of all arrays.

    >>> arrays = {"weight": np.ones((1, 4, 1)), "state": np.zeros((1, 1, 4, 1))}
    >>> _, saved = forward(np.zeros((1, 1, 1)), **arrays)  # i = o = 1/2, g = 0
    >>> backward(np.ones((1, 1, 1, 1)), saved)[0][0].tolist()  # o·i
    [[[0.25]]]
    """
    return steps_of.backward(_step_back, dy, saved)


def _step(x: Array, h: Array, c: Array, arrays: Arrays) -> tuple[Array, Array, Any]:
    z = plus(x @ arrays.weight.T + h @ arrays.state.T, arrays.bias, arrays.state_bias)
    i, f, g, o = parts(z, h.shape[1])
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    memory = f * c + i * g
    squashed = np.tanh(memory)
    return o * squashed, memory, (x, h, c, i, f, g, o, squashed)


def _step_back(dh: Array, dc: Array, kept: Any, own: Arrays) -> tuple[Array, Array, Array, Arrays]:  # noqa: ANN401
    x, h, c, i, f, g, o, squashed = kept
    dc = dc + dh * o * (1 - squashed * squashed)
    slopes = (dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g))
    dz = np.concatenate([*slopes, dh * squashed * o * (1 - o)], axis=1)
    found = Arrays(dz.T @ x, dz.T @ h, summed(dz, own.bias), summed(dz, own.state_bias))
    return dz @ own.weight, dz @ own.state, dc * f, found
