"""Reading a figure as a source prints it, and telling how an exact value agrees with it.

Which digits are printed decides what may be rounded. Every digit that is written counts, with one
exception: in a whole number without a unit the zeros at the end only hold the places, so that
"about 2600" is a number of hundreds, while "20" in units of 10^6 means millions, not tens of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import TypeAlias

from archcalc.errors import Reason
from archcalc.ops.fields import shown
from archcalc.ops.op import Shape
from archcalc.scales import units

Exact: TypeAlias = int | Fraction | Shape
"""What a count gives: a number, or an output's shape."""

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SHAPE = re.compile(r"(\d+)x(\d+)(?:x(\d+))?(?:x(\d+))?")
_SCALE = re.compile(r"\s*(K|k|M|G|B|thousand|million|billion)(?![A-Za-z])")
_UNIT = re.compile(r"(\d{1,18})(?:\*\*(\d{1,2}))?")
_UPPER = re.compile(r"\b(?:less than|fewer than|under|below)\s*$")
_LOWER = re.compile(r"\b(?:more than|over|above)\s*$")


class Agreement(StrEnum):
    """How an exact value stands to a printed one."""

    EQUAL = "equal"
    ROUNDED = "rounded"
    CUT_OFF = "cut off"
    WITHIN = "within bound"
    DIFFERS = "differs"
    PARTIAL = "at least"
    """Only a part is counted: nobody can tell."""

    @property
    def sign(self) -> str:
        """`=` equal, `≈` equal as printed, `≠` differs, `≥` only a part is counted."""
        signs = {Agreement.EQUAL: "=", Agreement.DIFFERS: "≠", Agreement.PARTIAL: "≥"}
        return signs.get(self, "≈")


MEETS = {
    "exact": frozenset({Agreement.EQUAL}),
    "round": frozenset({Agreement.EQUAL, Agreement.ROUNDED}),
    "trunc": frozenset({Agreement.CUT_OFF}),
    "bound": frozenset({Agreement.WITHIN}),
    "none": frozenset({Agreement.DIFFERS}),
}
"""By the match that a record states: the agreements that meet it."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed figure: its number in whole, what its last digit is worth, or its shape.

    `number` and `step` count units. `bound` is `<` or `>` where only a bound is printed.
    `shape` is (height, width) or (height, width, channels).
    """

    number: Fraction = Fraction(0)
    step: Fraction = Fraction(1)
    unit: int | Fraction = 1
    bound: str = ""
    shape: tuple[int, ...] = ()

    def agreement(self, exact: Exact) -> Agreement:
        """Compare with an exact value. Rounding is half up; both fitting, it is called rounded.

        >>> read("60 million", 10**6).agreement(60_965_224)
        <Agreement.CUT_OFF: 'cut off'>
        >>> read("about 2600").agreement(2578)
        <Agreement.ROUNDED: 'rounded'>
        """
        if self.shape or isinstance(exact, Shape):
            return self._same_shape(exact)
        value = Fraction(exact) / self.unit
        if self.bound:
            within = value < self.number if self.bound == "<" else value > self.number
            return Agreement.WITHIN if within else Agreement.DIFFERS
        steps = value / self.step
        if value == self.number:
            return Agreement.EQUAL
        if floor(steps + Fraction(1, 2)) * self.step == self.number:
            return Agreement.ROUNDED
        return Agreement.CUT_OFF if floor(steps) * self.step == self.number else Agreement.DIFFERS

    def _same_shape(self, exact: Exact) -> Agreement:
        if not (self.shape and isinstance(exact, Shape)):
            message = "a shape is compared with a number: the figure of a shape is `=output`"
            raise Reason("wrong-type", message)
        same = (*exact.extents, exact.channels)[: len(self.shape)] == self.shape
        return Agreement.EQUAL if same else Agreement.DIFFERS


def read(text: str, unit: int = 1) -> Printed:
    """Read a printed figure. Raises a `Reason` if there is not one number in it.

    Words around the number are left aside, but K, M, million ... demand a unit that they can mean.

    >>> read("2.7K", 1024)
    Printed(number=Fraction(27, 10), step=Fraction(1, 10), unit=1024, bound='', shape=())
    >>> read("28x28x6").shape, read("less than 25 million", 10**6).bound
    ((28, 28, 6), '<')
    """
    shape = _SHAPE.fullmatch(text)
    if shape:
        return Printed(shape=tuple(int(side) for side in shape.groups() if side))
    found = list(_NUMBER.finditer(text))
    if len(found) != 1:
        raise Reason("not-a-figure", f"{shown(text)} prints {len(found)} numbers; expected one")
    before, number, after = text[: found[0].start()], found[0].group(), text[found[0].end() :]
    _check_scale(text, after, unit)
    digits = number.replace(",", "")
    bound = "<" if _UPPER.search(before) else ">" if _LOWER.search(before) else ""
    return Printed(Fraction(digits), last_place(digits, unit), unit, bound)


def last_place(digits: str, unit: int = 1) -> Fraction:
    """Tell what the last printed digit is worth, in the unit of the number.

    >>> [str(last_place(digits)) for digits in ("156", "2600", "650000", "3.80")]
    ['1', '100', '10000', '1/100']
    >>> last_place("20", 10**6)
    Fraction(1, 1)
    """
    whole, _, decimals = digits.partition(".")
    if decimals:
        return Fraction(1, 10 ** len(decimals))
    zeros = len(whole) - len(whole.rstrip("0")) if unit == 1 and whole.strip("0") else 0
    return Fraction(10**zeros)


def unit_of(text: str) -> int:
    """Read a unit: a whole number or a power.

    >>> unit_of("1024"), unit_of("2**20")
    (1024, 1048576)
    """
    found = _UNIT.fullmatch(text)
    if found is None or int(found[1]) == 0:
        message = f"expected a unit such as 1000, 1024, 10**6 or 2**20, not {shown(text)}"
        raise Reason("wrong-type", message)
    base, exponent = int(found[1]), int(found[2] or 1)
    power: int = base**exponent
    return power


def _check_scale(text: str, after: str, unit: int) -> None:
    scale = _SCALE.match(after)
    if scale and unit not in units(scale[1]):
        decimal, binary = units(scale[1])
        message = f"{shown(text)} counts units of {decimal:,} or {binary:,}, not of {unit:,}"
        raise Reason("wrong-unit", message, f"say which: `unit: {decimal}`")


def as_printed(exact: Exact | None) -> int | Fraction | str | None:
    """Say a shape as papers print it, height first; a number stays what it is.

    >>> as_printed(Shape(6, 28, 28)), as_printed(156)
    ('28x28x6', 156)
    """
    if not isinstance(exact, Shape):
        return exact
    return "x".join(map(str, (*exact.extents, exact.channels)))
