"""The values of the expression language, and what can be done with them.

Numbers are integers and fractions, never floats; true is not 1; nothing grows without bound.

    >>> import operator
    >>> compare(operator.eq, True, 1), calculate("add", operator.add, 1, Fraction(1, 2))
    (False, Fraction(3, 2))
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from archcalc import limits
from archcalc.arithmetic import NUMBERS, single
from archcalc.errors import Reason, in_a_row
from archcalc.ops.fields import shown, within_bits
from archcalc.spec.staircase import staircase

if TYPE_CHECKING:
    from collections.abc import Callable

Value: TypeAlias = object


def divisible(number: int | Fraction, by: int) -> int:
    """Round a number of channels to a multiple of `by`: `_make_divisible` of MobileNetV2's release.

    It is the nearest multiple, of two equally near the upper, and `by` at least; where that would
    take more than a tenth away it is the next one.

    >>> divisible(Fraction(24 * 14, 10), 8), divisible(Fraction(112, 10), 8), divisible(3, 8)
    (32, 16, 8)
    """
    nearest = max(by, floor(number + Fraction(by, 2)) // by * by)
    return nearest + by * (10 * nearest < 9 * number)  # without a choice: of many numbers at once


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "min": min, "max": max, "floor": floor, "ceil": ceil, "round": round, "len": len, "sum": sum,
    "divisible": divisible, "staircase": staircase,
}  # fmt: skip


_PLAIN = frozenset({int, str})
"""What can be compared with its like as it is."""
_ONE = frozenset({int, bool, str, Fraction})
"""What stands for itself alone."""


class _Truth(Enum):
    FALSE = False
    TRUE = True


def exact(value: Value) -> Value:
    """Tell true from 1 and false from 0, which Python holds for equal, also within lists.

    >>> exact((1, 2)) == exact((True, 2)), exact((1, 2)) == exact((Fraction(1), 2))
    (False, True)
    """
    if type(value) is int:
        return value
    if isinstance(value, bool):
        return _Truth.TRUE if value else _Truth.FALSE
    return tuple(map(exact, value)) if isinstance(value, tuple) else value


def is_plain(value: Value) -> bool:
    """Tell whether a value is what it looks like, and no number that stands for several.

    >>> is_plain((3, "1x1", (True, Fraction(1, 2))))
    True
    """
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    return type(value) in _ONE


def as_number(value: Value) -> int | Fraction:
    """Take a value for a number. Raises a `Reason`."""
    if not _is_number(value):
        raise Reason("bad-expression", f"expected a number, not {shown(value)}")
    return value


def _is_number(value: Value) -> TypeGuard[int | Fraction]:
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


def _is_list(value: Value) -> TypeGuard[tuple[Value, ...]]:
    return isinstance(value, tuple)


def _refuse_fields(*values: Value) -> None:
    """Raise a `Reason` for what has fields, such as `input`: one of them must be named."""
    for value in values:
        fields = value if isinstance(value, dict) else getattr(value, "_fields", None)
        if fields:
            message = f"this is no value by itself: say which of {in_a_row(fields)}"
            raise Reason("bad-expression", message)


def calculate(verb: str, apply: Callable[..., Value], a: Value, b: Value) -> Value:
    """Apply an operator to two numbers, or join two texts. Raises a `Reason`."""
    texts = verb == "add" and isinstance(a, str) and isinstance(b, str)
    if not (type(a) is type(b) is int or texts or (_is_number(a) and _is_number(b))):
        raise Reason("bad-expression", f"cannot {verb} {shown(a)} and {shown(b)}")
    try:
        value = apply(a, b)
    except ZeroDivisionError:
        raise Reason("bad-expression", f"{shown(a)} divided by zero") from None
    if isinstance(value, str) and len(value) > limits.now().text_length:
        raise limits.too_large("text_length", f"a text of {len(value):,} characters")
    if isinstance(value, NUMBERS):
        within_bits(value)
    return value


def compare(apply: Callable[..., Value], a: Value, b: Value) -> Value:
    """Compare two values; true and false are no numbers. Raises a `Reason`."""
    try:
        if type(a) is type(b) and type(a) in _PLAIN:
            return apply(a, b)
        _refuse_fields(a, b)
        return bool(apply(exact(a), exact(b)))
    except TypeError:
        raise Reason("bad-expression", f"cannot compare {shown(a)} with {shown(b)}") from None


def as_truth(value: Value) -> bool:
    """Take a value for true or false. Raises a `Reason`."""
    if not isinstance(value, bool):
        raise Reason("bad-expression", f"expected true or false, not {shown(value)}")
    return value


def item(values: Value, index: Value) -> Value:
    """Take an item of a list or a text, counted from 0. Raises a `Reason`."""
    index = single(index)
    if not isinstance(values, list | tuple | str) or type(index) is not int:
        raise Reason("bad-expression", f"cannot take item {shown(index)} of {shown(values)}")
    if not 0 <= index < len(values):
        items = f"items 0 to {len(values) - 1}" if values else "no items"
        raise Reason("bad-expression", f"{shown(values)} has {items}, not {shown(index)}")
    return values[index]


def call(name: str, arguments: list[Value]) -> Value:
    """Call one of the functions: `len` of a list or text, the others of numbers alone.

    `min`, `max` and `sum` take a list too, `min` and `max` also several numbers, `divisible` a
    number and what shall divide it, 1 or more, `staircase` five numbers. Raises a `Reason`.
    """
    _refuse_fields(*arguments)
    only = arguments[0] if len(arguments) == 1 else None
    if name == "len":
        fits = _is_list(only) or isinstance(only, str)
    elif _is_list(only) and name in {"min", "max", "sum"}:
        fits = all(map(_is_number, only)) and (only != () or name == "sum")
    elif name == "divisible":
        by = single(arguments[1]) if len(arguments) == 2 and _is_number(arguments[0]) else 0
        fits = type(by) is int and by > 0
    elif name == "staircase":
        fits = len(arguments) == 5 and all(map(_is_number, arguments))
    else:
        takes = {"floor", "ceil", "round"} if len(arguments) == 1 else {"min", "max"}
        fits = name in takes and len(arguments) > 0 and all(map(_is_number, arguments))
    if not fits:
        what = ", ".join(map(shown, arguments)) or "nothing"
        raise Reason("bad-expression", f"cannot take `{name}` of {what}")
    return FUNCTIONS[name](*arguments)
