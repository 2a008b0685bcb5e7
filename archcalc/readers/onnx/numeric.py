"""Arithmetic on known arrays, number by number."""

from __future__ import annotations

import operator
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.onnx.proto import SMALL
from archcalc.readers.onnx.values import Array
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.onnx.proto import Node
    from archcalc.readers.onnx.values import Dims

MOST_BITS = 64


def elementwise(function: Callable[..., float]) -> Callable[..., list[Array] | None]:
    """Make a rule that applies a function to the numbers at each place."""

    def rule(_node: Node, arrays: list[Array]) -> list[Array] | None:
        dims = broadcast(*[array.dims for array in arrays])
        if dims is None:
            shapes = " and ".join(str(list(array.dims)) for array in arrays)
            raise Reason("unlike-shapes", f"arrays of {shapes} do not fit each other")
        whole = all(array.whole for array in arrays)
        values = [spread(array, dims) for array in arrays]
        if any(row is None for row in values):
            return [Array(dims, whole=whole, name=first_name(arrays))]
        found = []
        for row in zip(*values, strict=True):
            try:
                number = function(*row)
            except (ArithmeticError, ValueError):
                return [Array(dims, whole=whole)]
            if isinstance(number, int) and number.bit_length() > MOST_BITS:
                raise Reason("too-large", f"a number of {number.bit_length():,} bits")
            found.append(number)
        name = "" if whole else first_name(arrays)
        return [Array(dims, tuple(found), name=name, whole=whole)]

    return rule


def first_name(arrays: list[Array]) -> str:
    """Give the name of the first stored array among these."""
    return next((array.name for array in arrays if array.name and array.size > 1), "")


def spread(array: Array, dims: Dims) -> list[float] | None:
    """Lay the numbers of an array out over larger sizes; None if not known, or too many."""
    values = array.values()
    if values is None or prod(dims) > SMALL:
        return None
    if array.dims == dims:
        return list(values)
    own = (1,) * (len(dims) - len(array.dims)) + array.dims
    steps = [0 if size == 1 else prod(own[i + 1 :]) for i, size in enumerate(own)]
    return [values[sum(map(operator.mul, place, steps))] for place in product(*map(range, dims))]


def divide(a: float, b: float) -> float:
    """Divide; whole numbers towards 0, as ONNX does."""
    if isinstance(a, int) and isinstance(b, int):
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return a / b


def power(a: float, b: float) -> float:
    """Raise to a power, within bounds."""
    if isinstance(a, int) and (not 0 <= b <= 64 or abs(a) > 1 << 32):
        raise ArithmeticError
    return a**b  # type: ignore[no-any-return]
