"""The simple recurrent layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from archcalc.kernels import _recurrent as steps_of
from archcalc.kernels._recurrent import VECTORS, WEIGHTS, Arrays, Saved, plus, summed

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

__all__ = ["RULES", "UNITS_INSIDE", "WEIGHTS", "backward", "forward", "weights"]

UNITS_INSIDE = True
FADES = True
"""What a place does to a later one grows too faint to be seen in its digits."""

RULES = {
    "y": "h = tanh(z), z = W·x + U·h₋₁ + b",
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
    """Give the shapes of all arrays: one row for each unit.

    >>> weights((6, 9), units=5)
    {'weight': (1, 5, 6), 'state': (1, 1, 5, 5), 'bias': (1, 1, 5)}
    """
    vectors = VECTORS[bias]
    return steps_of.wanted(shape, 1, units, vectors, bidirectional=bidirectional, stack=stack)


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

        x  N  C  L              weight  directions  units  C
        y  N  units·directions  L       (or one place)

    Raises ValueError with the shapes if the weights do not fit x.

    >>> x, one = np.array([[[0.5, 0]]]), np.ones((1, 1, 1))
    >>> forward(x, weight=one, state=one[None], steps="all")[0].round(3).tolist()
    [[[0.462, 0.432]]]
    """
    arrays = {
        "weight": weight, "deeper": deeper, "state": state, "bias": bias, "state_bias": state_bias,
    }  # fmt: skip
    return steps_of.forward("rnn", _step, x, arrays, steps)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x and of all arrays.

    >>> one = np.ones((1, 1, 1))
    >>> _, saved = forward(np.zeros((1, 1, 2)), weight=one, state=one[None])
    >>> backward(np.ones((1, 1, 1, 1)), saved)[0][0].tolist()  # tanh has slope 1 at 0
    [[[1.0, 1.0]]]
    """
    return steps_of.backward(_step_back, dy, saved)


def _step(x: Array, h: Array, c: Array, arrays: Arrays) -> tuple[Array, Array, Any]:
    z = plus(x @ arrays.weight.T + h @ arrays.state.T, arrays.bias, arrays.state_bias)
    new = np.tanh(z)
    return new, c, (x, h, new)


def _step_back(dh: Array, dc: Array, kept: Any, own: Arrays) -> tuple[Array, Array, Array, Arrays]:  # noqa: ANN401
    x, h, new = kept
    dz = dh * (1 - new * new)
    found = Arrays(dz.T @ x, dz.T @ h, summed(dz, own.bias), summed(dz, own.state_bias))
    return dz @ own.weight, dz @ own.state, dc, found
