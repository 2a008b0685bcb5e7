"""Numbers of a user's own: a map as CSV, or arrays by name as YAML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archcalc import limits
from archcalc.backpropagation.example import EXAMPLES, PIXELS, fill
from archcalc.errors import Reason, UsageError
from archcalc.ops.given import read_shape
from archcalc.spec.checker import plain_value, untyped
from archcalc.spec.library import open_source
from archcalc.spec.reader import Mapping, read

if TYPE_CHECKING:
    from archcalc.model.layer import Array
    from archcalc.spec.reader import Source


def take(given: str, op: str) -> dict[str, Array]:
    """Take the input from a file, `.csv` or `.yaml`, or a shape to be filled with an example's.

    Raises UsageError for a file that cannot be read, or holds anything but numbers.

    >>> take("2x1x2", "relu")["input"].tolist()
    [[[1.0, -1.0]], [[2.0, 0.0]]]
    """
    path = Path(given)
    if path.suffix == ".csv":
        return {"input": _maps("input", _csv(open_source(path)))}
    if path.suffix in {".yaml", ".yml"}:
        return _yaml(open_source(path))
    try:
        found = read_shape(given)
    except Reason as reason:
        hint = "a shape such as 1x4x4, or a file of numbers: .csv or .yaml"
        raise UsageError.of(reason.code, reason.message, hint) from None
    if found.size > limits.now().items:
        raise UsageError.because(limits.too_large("items", f"an input of {found.size:,} numbers"))
    numbers = EXAMPLES[op].x if op in EXAMPLES else PIXELS
    return {"input": fill(found, numbers)}


def _csv(source: Source) -> list[list[str]]:
    """Split rows at commas, semicolons, tabs or spaces."""
    rows = [line.replace(",", " ").replace(";", " ").split() for line in source.lines]
    return [row for row in rows if row]


def _yaml(source: Source) -> dict[str, Array]:
    tree = read(source).tree
    hint = "as in `input: [[1, 2], [3, 4]]` and `residual: [[1]]`"
    if not isinstance(tree, Mapping):
        message = f"`{source.name}` is no mapping of names to numbers"
        raise UsageError.of("wrong-type", message, hint)
    try:
        return {name: _maps(name, plain_value(untyped(e))) for name, e in tree.entries.items()}
    except Reason as reason:
        raise UsageError.of(reason.code, reason.message, reason.hint or hint) from None


def _maps(name: str, values: object) -> Array:
    """Turn nested lists into an array; an input of rows and columns alone is one map."""
    try:
        array = np.array(values, dtype=float)
    except (TypeError, ValueError):
        message = f"`{name}` should be rows of equal length, of numbers alone"
        raise UsageError.of("wrong-input", message) from None
    if not np.isfinite(array).all() or not array.size:
        raise UsageError.of("wrong-input", f"`{name}` should be numbers, and some")
    if not name.startswith("input"):
        return array
    return array.reshape(-1, 1, 1) if array.ndim < 2 else array.reshape(-1, *array.shape[-2:])
