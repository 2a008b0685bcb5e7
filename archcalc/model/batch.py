"""Reading the batches that enter a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.errors import UnknownName, UsageError, suggestion
from archcalc.graph import INPUT

if TYPE_CHECKING:
    from archcalc.ops.op import Shape

Array: TypeAlias = npt.NDArray[Any]
Batch: TypeAlias = "npt.ArrayLike | Mapping[str, npt.ArrayLike]"
"""A batch of samples, or one for each input by its name."""
LETTERS = {1: "L", 2: "HW", 3: "DHW"}
"""Extents of a map, by their number."""
REAL = "buif"
"""Kinds of NumPy's numbers that a network can take."""


def read_batches(
    network: str, inputs: Mapping[str, Shape], x: Batch, dtype: np.dtype[Any]
) -> dict[int, Array]:
    """Give the batch of each input, by the number that stands for it.

    Raises UsageError unless x has, for every input, real numbers of its shape, and as many samples
    for each.
    """
    if len(inputs) == 1:
        x = x if isinstance(x, Mapping) else dict.fromkeys(inputs, x)
    if not isinstance(x, Mapping) or x.keys() != inputs.keys():
        found = f"not {', '.join(map(str, x)) or 'none'}" if isinstance(x, Mapping) else "by name"
        message = f"{network} takes a batch for each of {', '.join(inputs)}, {found}"
        raise UsageError.of("wrong-input", message)
    batches = {name: _batch(network, shape, x[name], dtype) for name, shape in inputs.items()}
    samples = {len(batch) for batch in batches.values()}
    if len(samples) > 1:
        message = f"{network} takes as many samples of each input, not "
        counts = " and ".join(str(len(batch)) for batch in batches.values())
        raise UsageError.of("wrong-input", message + counts)
    return {INPUT - i: batch for i, batch in enumerate(batches.values())}


def _batch(network: str, shape: Shape, x: npt.ArrayLike, dtype: np.dtype[Any]) -> Array:
    given = np.asarray(x)
    if given.dtype.kind not in REAL:
        raise UsageError.of("wrong-input", f"{network} takes real numbers, not {given.dtype}")
    batch = given.astype(dtype, copy=False)
    if batch.shape[1:] != shape or batch.ndim != len(shape) + 1:
        sides = " x ".join(LETTERS[shape.rank])
        message = f"{network} takes a batch of {shape}: N x C x {sides}, not {said(batch.shape)}"
        raise UsageError.of("wrong-input", message)
    return batch


def by_output(network: str, outputs: tuple[str, ...], dy: Batch) -> Mapping[str, npt.ArrayLike]:
    """Give gradients by the names of their outputs. Raises UsageError if it is not said which."""
    if isinstance(dy, Mapping):
        return dy
    if len(outputs) > 1:
        message = f"{network} takes a gradient for each of {', '.join(outputs)}, by name"
        raise UsageError.of("wrong-input", message)
    return dict.fromkeys(outputs, dy)


def read_gradients(
    network: str,
    kind: str,
    shapes: Mapping[str, tuple[int, ...]],
    given: Mapping[str, npt.ArrayLike],
    dtype: np.dtype[Any],
) -> dict[str, Array]:
    """Give the gradient of each output, or of another `kind` of end, that has one.

    Raises UnknownName for a name that none has, UsageError for a gradient of another shape than its
    output.
    """
    found = {name: np.asarray(gradient, dtype) for name, gradient in given.items()}
    for name, gradient in found.items():
        if name not in shapes:
            hint = suggestion(name, shapes)
            message = f"{network} has no {kind} `{name[:80]}`"
            raise UnknownName.of("unknown-layer", message, hint)
        if gradient.shape != shapes[name]:
            message = f"the output of `{name}` was {said(shapes[name])}, and so is its gradient"
            raise UsageError.of("wrong-input", f"{message}, not {said(gradient.shape)}")
    return found


def said(shape: tuple[int, ...]) -> str:
    """Say the shape of an array.

    >>> said((2, 3)), said(())
    ('2x3', 'a number')
    """
    return "x".join(map(str, shape)) or "a number"
