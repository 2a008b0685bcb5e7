"""What the tests of kernels share: slopes by differences, and numbers that count themselves."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

Array = npt.NDArray[Any]

STEP = 1e-5
TOLERANCE = 1e-6


class Number:
    """A number that tallies the arithmetic done with it."""

    def __init__(self, value: float, tally: Counter[str]) -> None:
        self.value = value
        self.tally = tally

    def __mul__(self, other: Number | float) -> Number:
        self.tally["mul"] += 1
        return Number(self.value * _plain(other), self.tally)

    def __add__(self, other: Number | float) -> Number:
        self.tally["add"] += 1
        return Number(self.value + _plain(other), self.tally)

    def __sub__(self, other: Number | float) -> Number:
        self.tally["sub"] += 1
        return Number(self.value - _plain(other), self.tally)

    __rmul__ = __mul__
    __radd__ = __add__


def _plain(number: Number | float) -> float:
    return number.value if isinstance(number, Number) else number


@pytest.fixture
def tally() -> Counter[str]:
    """Keep what the numbers of a test do."""
    return Counter()


@pytest.fixture
def counting(tally: Counter[str]) -> Callable[[Array], Array]:
    """Turn an array into numbers that count into `tally`."""

    def count(array: Array) -> Array:
        numbers = np.empty(array.shape, dtype=object)
        numbers.ravel()[:] = [Number(value, tally) for value in array.ravel().tolist()]
        return numbers

    return count


@pytest.fixture(scope="session")
def check_gradients() -> Callable[..., None]:
    """Compare a kernel's backward with central differences of its forward, in float64."""

    def check(
        op: ModuleType,
        /,
        *inputs: Array,
        weights: dict[str, Array] | None = None,
        **fields: object,
    ) -> None:
        weights = weights or {}
        y, saved = op.forward(*inputs, **weights, **fields)
        dy = np.random.default_rng(1).standard_normal(y.shape)
        dxs, d_weights = op.backward(dy, saved)
        assert d_weights.keys() == weights.keys()

        def projected() -> float:
            return float((op.forward(*inputs, **weights, **fields)[0] * dy).sum())

        pairs = [*zip(inputs, dxs, strict=True)]
        pairs += [(weights[name], d_weights[name]) for name in weights]
        for array, found in pairs:
            expected = _differences(array, projected)
            assert found.shape == expected.shape
            scale = np.linalg.norm(found) + np.linalg.norm(expected)
            assert np.linalg.norm(found - expected) <= TOLERANCE * scale + 1e-9

    return check


def _differences(array: Array, function: Callable[[], float]) -> Array:
    """Move each element of the array a step up and down, and see how the function follows."""
    slopes = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        above, below = (value for value in _moved(array, place, function))
        slopes[place] = (above - below) / (2 * STEP)
    return slopes


def _moved(array: Array, place: tuple[int, ...], function: Callable[[], float]) -> Iterator[float]:
    kept = array[place]
    for step in (STEP, -STEP):
        array[place] = kept + step
        yield function()
    array[place] = kept
