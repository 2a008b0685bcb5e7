"""Many fractions at once, over many integers."""

from __future__ import annotations

from fractions import Fraction
from math import floor, gcd
from typing import TYPE_CHECKING, Any

import numpy as np

from archcalc.arithmetic import NUMBERS, Ratios
from archcalc.referee.sweeps.integers import TOO_LARGE, Many, integers

if TYPE_CHECKING:
    from collections.abc import Iterable


class Ratio(Ratios):
    """Fractions in lowest terms, one for each variant; it behaves as `Fraction` does.

    >>> half = ratios([Fraction(1, 2), Fraction(3, 2)])
    >>> (half * 64).numerator.array.tolist(), (half * 64).denominator
    ([32, 96], 1)
    """

    __slots__ = ("denominator", "numerator")

    def __init__(self, numerator: int | Many, denominator: int | Many) -> None:
        self.numerator, self.denominator = numerator, denominator

    def __add__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        return lowest(self.numerator * d + n * self.denominator, self.denominator * d)

    __radd__ = __add__

    def __neg__(self) -> Ratio | Fraction:
        return Ratio(-self.numerator, self.denominator)

    def __sub__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        return lowest(self.numerator * d - n * self.denominator, self.denominator * d)

    def __rsub__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        return lowest(n * self.denominator - self.numerator * d, self.denominator * d)

    def __mul__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        return lowest(self.numerator * n, self.denominator * d)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        return _quotient(self.numerator * d, self.denominator * n)

    def __rtruediv__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        return _quotient(n * self.denominator, d * self.numerator)

    def __floor__(self) -> int | Many:
        return self.numerator // self.denominator

    def __ceil__(self) -> int | Many:
        return -(-self.numerator // self.denominator)

    def __round__(self) -> int | Many:
        up = (2 * self.numerator + self.denominator) // (2 * self.denominator)
        half = (2 * self.numerator + self.denominator) % (2 * self.denominator) == 0
        return up - half * (up % 2)  # halves to even, without a choice

    def __floordiv__(self, other: object) -> int | Many:
        return floor(self / other)

    def __rfloordiv__(self, other: object) -> int | Many:
        return floor(other / self)

    def __mod__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        whole = self // other
        return lowest(self.numerator * d - n * self.denominator * whole, self.denominator * d)

    def __rmod__(self, other: object) -> Ratio | Fraction:
        n, d = _parts(other)
        whole = floor(other / self)
        return lowest(n * self.denominator - self.numerator * d * whole, self.denominator * d)

    def __lt__(self, other: object) -> Any:  # noqa: ANN401 - a bool, or what one is for many
        n, d = _parts(other)
        return self.numerator * d < n * self.denominator

    def __le__(self, other: object) -> Any:  # noqa: ANN401
        n, d = _parts(other)
        return self.numerator * d <= n * self.denominator

    def __gt__(self, other: object) -> Any:  # noqa: ANN401
        n, d = _parts(other)
        return self.numerator * d > n * self.denominator

    def __ge__(self, other: object) -> Any:  # noqa: ANN401
        n, d = _parts(other)
        return self.numerator * d >= n * self.denominator

    def __eq__(self, other: object) -> Any:  # noqa: ANN401
        if not isinstance(other, NUMBERS):
            return False
        n, d = _parts(other)
        return self.numerator * d == n * self.denominator

    def __ne__(self, other: object) -> Any:  # noqa: ANN401
        if not isinstance(other, NUMBERS):
            return True
        n, d = _parts(other)
        return self.numerator * d != n * self.denominator

    def __hash__(self) -> int:
        return hash((self.numerator, self.denominator))

    def __bool__(self) -> bool:
        return bool(self.numerator != 0)


def lowest(numerator: int | Many, denominator: int | Many) -> Ratio | Fraction:
    """Reduce fractions whose denominators are positive; if they are all the same, it is that."""
    if isinstance(numerator, int) and isinstance(denominator, int):
        return Fraction(numerator, denominator)
    common = _gcd(numerator, denominator)
    return Ratio(_one(numerator // common), _one(denominator // common))


def ratios(values: Iterable[Fraction]) -> Ratio | Fraction:
    """Make one number of many."""
    found = list(values)
    top, bottom = integers(v.numerator for v in found), integers(v.denominator for v in found)
    if isinstance(top, int) and isinstance(bottom, int):
        return Fraction(top, bottom)
    return Ratio(top, bottom)


def _quotient(numerator: int | Many, denominator: int | Many) -> Ratio | Fraction:
    if denominator == 0:
        raise ZeroDivisionError
    sign = 1 - 2 * (denominator < 0)
    return lowest(sign * numerator, sign * denominator)


def _parts(other: object) -> tuple[int | Many, int | Many]:
    """Take a number of any kind apart."""
    if isinstance(other, int | Many):
        return other, 1
    if isinstance(other, Fraction | Ratio):
        return other.numerator, other.denominator
    raise TypeError(other)


def _gcd(a: int | Many, b: int | Many) -> int | Many:
    if isinstance(b, int) and b == 1:
        return 1
    pair: list[Any] = [one.array if isinstance(one, Many) else one for one in (a, b)]
    large = any(one.array.dtype == object for one in (a, b) if isinstance(one, Many))
    large = large or any(abs(one) >= TOO_LARGE for one in (a, b) if isinstance(one, int))
    found = _EXACT(*pair) if large else np.gcd(*pair)
    return Many(found, b.most if isinstance(b, Many) else b)


def _one(value: int | Many) -> int | Many:
    """Give the number that all of them are, if they are."""
    if isinstance(value, Many) and (value.array == value.array[0]).all():
        return int(value.array[0])
    return value


_EXACT = np.frompyfunc(gcd, 2, 1)
