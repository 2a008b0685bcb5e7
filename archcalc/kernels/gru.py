"""The gated recurrent unit, in its two forms."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels import _recurrent as steps_of
from archcalc.kernels._recurrent import WEIGHTS, Arrays, Saved, parts, plus, sigmoid, summed

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

__all__ = ["RULES", "UNITS_INSIDE", "WEIGHTS", "backward", "forward", "weights"]

UNITS_INSIDE = True
FADES = True
"""What a place does to a later one grows too faint to be seen in its digits."""

RULES = {
    "y": "h = (1 - z)·n + z·h₋₁; r, z = σ(W·x + U·h₋₁ + b), n = tanh(W·x + b + r·(U·h₋₁ + b′))",
    **steps_of.RULES,
    "state_bias": "∂E/∂b′ = Σ δz, over the steps, for n times r",
}


def weights(  # noqa: PLR0913 - the fields of the op
    shape: Shape,
    *,
    units: int,
    bias: bool = True,
    reset_after: bool = True,
    bidirectional: bool = False,
    stack: int = 1,
    **_: object,
) -> WeightShapes:
    """Give the shapes of all arrays: gates in the order reset, update, new.

    >>> weights((6, 9), units=5)
    {'weight': (1, 15, 6), 'state': (1, 1, 15, 5), 'bias': (1, 1, 15), 'state_bias': (1, 1, 15)}
    """
    vectors = 1 + reset_after if bias else 0
    return steps_of.wanted(shape, 3, units, vectors, bidirectional=bidirectional, stack=stack)


def forward(  # noqa: PLR0913 - the weights and the fields of the op
    x: Array,
    *,
    weight: Array,
    state: Array,
    deeper: Array | None = None,
    bias: Array | None = None,
    state_bias: Array | None = None,
    steps: str = "last",
    reset_after: bool = True,
) -> tuple[Array, Saved]:
    """Go along the places of x.

        x  N  C  L              weight  directions  3·units  C
        y  N  units·directions  L       (or one place)

    Raises ValueError with the shapes if the weights do not fit x.

    >>> arrays = {"weight": np.array([[[0.0], [0], [1]]]), "state": np.zeros((1, 1, 3, 1))}
    >>> y, _ = forward(np.array([[[50.0, 50]]]), **arrays, steps="all")
    >>> y.tolist()  # z = 1/2, n = 1
    [[[0.5, 0.75]]]
    """
    arrays = {
        "weight": weight, "deeper": deeper, "state": state, "bias": bias, "state_bias": state_bias,
    }  # fmt: skip
    return steps_of.forward("gru", partial(_step, reset_after=reset_after), x, arrays, steps)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x and of all arrays.

    >>> arrays = {"weight": np.array([[[0.0], [0], [1]]]), "state": np.zeros((1, 1, 3, 1))}
    >>> _, saved = forward(np.zeros((1, 1, 1)), **arrays)
    >>> backward(np.ones((1, 1, 1, 1)), saved)[0][0].tolist()  # 1 - z, times the slope 1
    [[[0.5]]]
    """
    return steps_of.backward(_step_back, dy, saved)


class Kept(NamedTuple):
    """What the way back through a step needs; `gated` is what the reset was multiplied with."""

    x: Array
    h: Array
    r: Array
    z: Array
    n: Array
    gated: Array
    reset_after: bool


def _step(
    x: Array, h: Array, c: Array, arrays: Arrays, *, reset_after: bool
) -> tuple[Array, Array, Kept]:
    units = h.shape[1]
    read = plus(x @ arrays.weight.T, arrays.bias)
    first = arrays.state if reset_after else arrays.state[: 2 * units]
    told = plus(h @ first.T, arrays.state_bias)
    r, z = parts(sigmoid(read[:, : 2 * units] + told[:, : 2 * units]), units)
    gated = told[:, 2 * units :] if reset_after else h
    behind = r * gated
    if not reset_after:
        behind = behind @ arrays.state[2 * units :].T
    n = np.tanh(read[:, 2 * units :] + behind)
    return (1 - z) * n + z * h, c, Kept(x, h, r, z, n, gated, reset_after)


def _step_back(dh: Array, dc: Array, kept: Kept, own: Arrays) -> tuple[Array, Array, Array, Arrays]:
    x, h, r, z, n, gated, reset_after = kept
    units = h.shape[1]
    dn = dh * (1 - z) * (1 - n * n)
    d_behind = dn if reset_after else dn @ own.state[2 * units :]
    dr, dz = d_behind * gated * r * (1 - r), dh * (h - n) * z * (1 - z)
    d_read = np.concatenate([dr, dz, dn], axis=1)
    if reset_after:
        d_told = np.concatenate([dr, dz, dn * r], axis=1)
        d_state, d_before = d_told.T @ h, d_told @ own.state
    else:
        d_told = np.concatenate([dr, dz], axis=1)
        d_state = np.concatenate([d_told.T @ h, dn.T @ (r * h)])
        d_before = d_told @ own.state[: 2 * units] + d_behind * r
    found = Arrays(d_read.T @ x, d_state, summed(d_read, own.bias), summed(d_told, own.state_bias))
    return d_read @ own.weight, d_before + dh * z, dc, found
