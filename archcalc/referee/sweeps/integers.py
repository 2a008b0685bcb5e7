"""Many integers at once, as one number that counting rules are read on: an array of them.

Arithmetic gives the array of what each would give, exactly: int64 while no result can be larger,
else whole numbers of any size. Where a rule decides by such a number, all of them must agree; where
they do not, the array has to be parted (`Parting`), and each part is counted by itself.

>>> widths = integers([16, 32, 64])
>>> (3 * widths * widths + 1).array.tolist()
[769, 3073, 12289]
>>> bool(widths > 8), bool(widths > 32)
Traceback (most recent call last):
archcalc.referee.sweeps.integers.Parting
"""

from __future__ import annotations

import operator
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from archcalc.arithmetic import Integers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Array: TypeAlias = "NDArray[Any]"

TOO_LARGE = 2**63
"""What no int64 holds; nor is any as small as -2^63, whose negative would be too large."""


class Parting(BaseException):
    """Numbers that would go different ways; those of one label go the same way.

    Nothing is wrong, so it is no error that somebody on the way could take for one.
    """

    def __init__(self, labels: Array) -> None:
        super().__init__()
        self.labels = labels


class Many(Integers):
    """Integers, one for each variant. `most` is a bound of what they are without their signs."""

    __slots__ = ("_hash", "array", "most")

    def __init__(self, array: Array, most: int) -> None:
        self.array, self.most = array, most
        self._hash: int | None = None

    def __add__(self, other: object) -> Any:  # noqa: ANN401
        if other.__class__ is int and other == 0:
            return self
        return _combine(operator.add, self, other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other: object) -> Any:  # noqa: ANN401
        return _combine(operator.sub, self, other, lambda a, b: a + b)

    def __rsub__(self, other: object) -> Any:  # noqa: ANN401
        return -self + other

    def __mul__(self, other: object) -> Any:  # noqa: ANN401
        if other.__class__ is int and other == 1:
            return self
        return _combine(operator.mul, self, other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __floordiv__(self, other: object) -> Any:  # noqa: ANN401
        _refuse_zero(other)
        return _combine(operator.floordiv, self, other, lambda a, _: max(a, 1))

    def __rfloordiv__(self, other: object) -> Any:  # noqa: ANN401
        if isinstance(other, Fraction):
            return floor(other / self)
        return constant(other, self) // self if isinstance(other, int) else NotImplemented

    def __mod__(self, other: object) -> Any:  # noqa: ANN401
        _refuse_zero(other)
        return _combine(operator.mod, self, other, lambda _, b: b)

    def __rmod__(self, other: object) -> Any:  # noqa: ANN401
        if isinstance(other, Fraction):
            return other - self * floor(other / self)
        return constant(other, self) % self if isinstance(other, int) else NotImplemented

    def __truediv__(self, other: object) -> Any:  # noqa: ANN401 - a ratio
        return _ratio(self) / other

    def __rtruediv__(self, other: object) -> Any:  # noqa: ANN401
        return other / _ratio(self)

    def __neg__(self) -> Many:
        return Many(-self.array, self.most)

    def __pos__(self) -> Many:
        return self

    def __abs__(self) -> Many:
        return Many(abs(self.array), self.most)

    def __floor__(self) -> Many:
        return self

    __ceil__ = __trunc__ = __round__ = __floor__

    def __lt__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(operator.lt, self, other)

    def __le__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(operator.le, self, other)

    def __gt__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(operator.gt, self, other)

    def __ge__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(operator.ge, self, other)

    def __eq__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:  # noqa: ANN401
        return _compare(operator.ne, self, other)

    def __hash__(self) -> int:
        """Be found where all numbers are equal."""
        if self._hash is None:
            exact = self.array.dtype == object
            self._hash = hash(tuple(self.array) if exact else self.array.tobytes())
        return self._hash

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __index__(self) -> int:
        """Be one number, where one is needed: how often something is repeated, for one."""
        first = self.array[0]
        if not (self.array == first).all():
            raise Parting(self.array)
        return int(first)

    __int__ = __index__

    def __str__(self) -> str:
        return str(self.__index__())

    def __repr__(self) -> str:
        return f"<{len(self.array)} integers>"

    @property
    def numerator(self) -> Many:
        """Themselves, as of all integers."""
        return self

    @property
    def denominator(self) -> int:
        """One."""
        return 1

    def bit_length(self) -> int:
        """Give the bits of the largest."""
        return int(abs(self.array).max()).bit_length()


class Truths:
    """What a comparison of many numbers gives: true or false if all agree.

    It counts as 1 or 0 in a product, as a bool does.
    """

    __slots__ = ("array",)

    def __init__(self, array: Array) -> None:
        self.array = array

    def __bool__(self) -> bool:
        found = bool(self.array[0])
        if not (self.array == found).all():
            raise Parting(self.array)
        return found

    def __eq__(self, other: object) -> bool:
        return bool(self) == other

    def __hash__(self) -> int:
        return hash(bool(self))

    def __mul__(self, other: object) -> Any:  # noqa: ANN401
        return Many(self.array.astype(np.int64), 1) * other

    __rmul__ = __mul__


def integers(values: Iterable[int]) -> Many | int:
    """Make one number of many; if they are all the same, it is that.

    >>> integers([7, 7]), integers([1, 2**70])
    (7, <2 integers>)
    """
    listed = list(values)
    low, high = min(listed), max(listed)
    if low == high:
        return low
    most = max(high, -low)
    return Many(np.array(listed, dtype=np.int64 if most < TOO_LARGE else object), most)


def constant(value: int, like: Many) -> Many:
    """Repeat a number as often as there are others."""
    kind = np.int64 if abs(value) < TOO_LARGE else object
    return Many(np.full(len(like.array), value, dtype=kind), abs(value))


def listed(value: int | Many, many: int) -> list[int]:
    """Give a number for each variant."""
    return value.array.tolist() if isinstance(value, Many) else [value] * many


def _combine(
    act: Callable[[Any, Any], Any], a: Many, b: object, bound: Callable[[int, int], int]
) -> Any:  # noqa: ANN401 - of a fraction it is a ratio
    """Act on each pair: in int64 where no result can be too large for it."""
    other: Any
    if isinstance(b, Many):
        other, size = b.array, b.most
    elif isinstance(b, int):
        other, size = b, abs(b)
    else:
        return act(_ratio(a), b) if isinstance(b, Fraction) else NotImplemented
    most = bound(a.most, size)
    if most < TOO_LARGE and size < TOO_LARGE:
        return Many(act(a.array, other), most)
    tight = bound(_tightened(a), _tightened(b) if isinstance(b, Many) else size)
    if tight < TOO_LARGE and size < TOO_LARGE and a.array.dtype != object:
        return Many(act(a.array, other), tight)
    return _exactly(act, a, b, tight)


def _exactly(act: Callable[[Any, Any], Any], a: Many, b: object, most: int) -> Many:
    """Act on whole numbers of any size."""
    other = b.array.astype(object) if isinstance(b, Many) else b
    found = act(a.array.astype(object), np.array(other, dtype=object))
    return Many(found, most)


def _tightened(a: Many) -> int:
    """Find the true bound, which sums and products only estimate."""
    a.most = int(abs(a.array).max())
    return a.most


def _compare(act: Callable[[Any, Any], Any], a: Many, b: object) -> Any:  # noqa: ANN401
    if isinstance(b, Many):
        return Truths(act(a.array, b.array))
    if isinstance(b, int):
        if abs(b) < TOO_LARGE:
            return Truths(act(a.array, b))
        return Truths(act(a.array.astype(object), b).astype(bool))
    return act(_ratio(a), b) if isinstance(b, Fraction) else NotImplemented


def _refuse_zero(b: object) -> None:
    """Do as Python does where all divide by zero; part those that do from those that do not."""
    if b == 0:
        raise ZeroDivisionError


def _ratio(a: Many) -> Any:  # noqa: ANN401
    from archcalc.referee.sweeps.ratios import Ratio  # noqa: PLC0415 - it is made of these

    return Ratio(a, 1)
