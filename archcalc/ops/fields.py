"""The types of the fields of ops, and how each is read from what a spec says.

A reader takes the text of a scalar, a list, or the value of an expression, and returns the
normal form, or raises a `Reason` that says what was expected. Text is read by the declared type
alone: `010` is ten, `0x3` is two numbers, `on` is a word.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeGuard

from archcalc import limits
from archcalc.arithmetic import WHOLE
from archcalc.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Count: TypeAlias = int
"""A whole number, 1 or more."""
Kept: TypeAlias = int  # a whole number, 0 or more
Size: TypeAlias = tuple[int, ...]
"""A number for each extent, 1 or more: `1x7` is 1 high and 7 wide; one number is for all."""
Outputs: TypeAlias = tuple[int, ...]
"""The same, for the size of an output."""
Padding: TypeAlias = tuple[int, ...] | Literal["half", "same"]
"""Cells before and after each extent: `1`, `0x3`, `[before, after]`, all sides, `half`, `same`.

Two numbers are for all extents, else there are two for each: top, bottom, left, right.
"""
Cells: TypeAlias = tuple[int, ...]
"""The same without the words: cells at the ends of each extent."""
Rest: TypeAlias = tuple[int, ...]
"""A number for each extent, 0 or more, or one for all."""
Stretch: TypeAlias = tuple[int, int]
"""From the first that is meant, counted from 0, to the first that is not."""
Parts: TypeAlias = tuple[int, ...]
"""The sizes of parts, or one number: so many equal ones."""
Bias: TypeAlias = bool | Literal["untied"]
"""true, false, or `untied`: one bias per output unit instead of one per map."""
Axis: TypeAlias = Literal["channels", "depth", "height", "width", "length"]
"""What runs along: the maps, or an extent of a map."""
Interpolation: TypeAlias = Literal["nearest", "bilinear"]
"""How a cell between cells is filled: as the nearest, or by its neighbours along each extent."""
Over: TypeAlias = Literal["places"]
"""What a linear layer runs over, if not the features."""
Table: TypeAlias = tuple[tuple[int, ...], ...]
"""For each output map the input maps that feed it, counted from 0."""
Map: TypeAlias = tuple[int, ...]
"""The shape of an output: its channels, then its extents, as in `160` or `64x7x7`."""
Arrays: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]
"""Arrays by their names, each with its shape: `{kernel: 64x3x3x3, bias: 64}`."""
Figures: TypeAlias = tuple[tuple[str, int], ...]
"""Numbers by the names of what is counted: `{mac: 1000, add: 10, neurons: 10}`."""
Steps: TypeAlias = Literal["last", "all"]
"""What comes out of a recurrent layer: its last state, or that of every step."""
Vectors: TypeAlias = bool | Literal["double"]
"""true, false, or `double`: a bias for what comes in and one for the state."""
Positions: TypeAlias = Literal["relative", "rotary"]  # how attention knows distances
Number: TypeAlias = Fraction
"""A decimal number, kept exactly."""
Positive: TypeAlias = Fraction
"""A number above 0."""
Rate: TypeAlias = Fraction
"""A number from 0 to below 1."""
Factor: TypeAlias = Fraction
"""A number other than 0."""
Together: TypeAlias = Literal["channels", "all"]
"""What has a mean of its own: the channels of each place, or all elements together."""
Slopes: TypeAlias = Literal["map", "shared", "untied"]
"""One slope for each map, one for all of them, or one for each unit."""
Approximation: TypeAlias = Literal["tanh", "sigmoid"]  # of an error function

_DIGITS = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
"""The words of YAML 1.2 for true and false; `yes` and `on` are words like any other."""


def plain(text: str) -> object:
    """Read a scalar that has no declared type, as in `parameters`.

    >>> plain("010"), plain("0.5"), plain("true"), plain("1x1"), plain("on")
    (10, Fraction(1, 2), True, '1x1', 'on')
    """
    if _DIGITS.fullmatch(text):
        return integer(text)
    if _DECIMAL.fullmatch(text):
        return number(text)
    return _WORDS.get(text, text)


def integer(value: object, what: str = "a whole number") -> int:
    """Read a whole number; `what` says in a message which ones would do."""
    if (
        isinstance(value, str)
        and len(value) <= limits.now().integer_bits // 4
        and _DIGITS.fullmatch(value)
    ):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, WHOLE):
        raise expected(what, value)
    return value


def count(value: object) -> Count:
    """Read a whole number that is 1 or more."""
    return at_least(1, value)


def number(value: object) -> Number:
    """Read a decimal number exactly."""
    if (
        isinstance(value, str)
        and len(value) <= limits.now().integer_bits // 4
        and _DECIMAL.fullmatch(value)
    ):
        found = Fraction(value)
        within_bits(found)
        return found
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise expected("a number", value)
    return Fraction(value)


def positive(value: object) -> Positive:
    """Read a number above 0."""
    return _such("a number above 0", value, lambda found: found > 0)


def rate(value: object) -> Rate:
    """Read a number from 0 to below 1."""
    return _such("a number from 0 to below 1", value, lambda found: 0 <= found < 1)


def factor(value: object) -> Factor:
    """Read a number other than 0."""
    return _such("a number other than 0", value, lambda found: found != 0)


def _such(what: str, value: object, holds: Callable[[Number], bool]) -> Number:
    found = number(value)
    if not holds(found):
        raise expected(what, value)
    return found


def truth(value: object) -> bool:
    """Read true or false."""
    found = _WORDS.get(value) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise expected("true or false", value)
    return found


def bias(value: object) -> Bias:
    """Read true, false or untied."""
    return "untied" if value == "untied" else truth(value)


def size(value: object) -> Size:
    """Read one number for all extents, or one for each: height x width, or with a depth before.

    >>> size("3"), size("1x7"), size("3x3x3")
    ((3,), (1, 7), (3, 3, 3))
    """
    found = numbers(value, count)
    if found is None:
        raise expected("a size such as 3 or 1x7 (height x width)", value)
    return found


def padding(value: object) -> Padding:
    """Read a padding in any of its forms.

    >>> padding("1"), padding("0x3"), padding(["2", "1"])
    ((1, 1), (0, 0, 3, 3), (2, 1))
    """
    if value in ("half", "same"):
        return value
    found = _ends(value)
    if found is None:
        raise expected(
            "a padding: 1, 0x3 (height x width), [before, after], "
            "[top, bottom, left, right], half or same",
            value,
        )
    return found


def _ends(value: object) -> tuple[int, ...] | None:
    """Read cells at both ends of each extent; None for anything else."""
    if isinstance(value, list | tuple) and len(value) in (2, 4, 6):
        return tuple([_cells(item) for item in value])
    found = None if isinstance(value, list | tuple) else numbers(value, _cells)
    return found and tuple([cells for cells in found for _ in (0, 1)])


def cells(value: object) -> Cells:
    """Read cells at the ends of each extent.

    >>> cells("1"), cells("0x3"), cells(["2", "1"])
    ((1, 1), (0, 0, 3, 3), (2, 1))
    """
    found = None if value in ("half", "same") else _ends(value)
    if found is None:
        what = "cells: 1, 0x3 (height x width), [before, after] or [top, bottom, left, right]"
        raise expected(what, value)
    return found


def rest(value: object) -> Rest:
    """Read one number for all extents, or one for each; 0 is one too.

    >>> rest("0"), rest("0x1")
    ((0,), (0, 1))
    """
    found = numbers(value, _cells)
    if found is None:
        raise expected("a size such as 0 or 0x1 (height x width)", value)
    return found


def _cells(value: object) -> int:
    return at_least(0, value)


def at_least(least: int, value: object) -> int:
    """Read a whole number that is not less."""
    what = f"a whole number, {least} or more"
    found = integer(value, what)
    if found < least:
        raise expected(what, value)
    return found


def numbers(
    value: object, read_one: Callable[[object], int], most: int = 3
) -> tuple[int, ...] | None:
    """Read a few numbers, `1x7` or a list; None for anything else."""
    if isinstance(value, str):
        value = value.replace("×", "x").split("x")
    elif isinstance(value, WHOLE) and not isinstance(value, bool):
        value = (value,)
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= most:
        return None
    try:
        return tuple([read_one(item) for item in value])
    except Reason:
        return None


def within_bits(value: int | Fraction) -> None:
    """Raise a `Reason` if a number is too large."""
    if isinstance(value, WHOLE):
        bits = value.bit_length()
    else:
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    if bits > limits.now().integer_bits:
        message = f"a number of {bits:,} bits; a spec may have {limits.now().integer_bits:,}"
        raise limits.too_large("integer_bits", message)


def expected(what: str, value: object) -> Reason:
    """Say what would have been right."""
    return Reason("wrong-type", f"expected {what}, not {shown(value)}")


def shown(value: object) -> str:
    """Say a value in a message: as one would write it, and never at length."""
    if value is None:
        return "nothing"
    if value == "":
        return "an empty text"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > limits.now().integer_bits:
        return f"a number of {value.bit_length():,} bits"
    text = f"{written(value[:8])[:-1]}, ...]" if _is_long(value) else written(value)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def written(value: object) -> str:
    """Write a value as it would stand in a spec; a fraction as a decimal where it is one.

    >>> written((True, Fraction(3, 4), Fraction(1, 3)))
    '[true, 0.75, 1/3]'
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, Fraction):
        decimal = f"{float(value):.15g}" if abs(value) < 10**15 else ""
        return decimal if decimal and Fraction(decimal) == value else str(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_long(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple) and len(value) > 8
