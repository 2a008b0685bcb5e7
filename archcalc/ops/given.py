"""Values that a call or a text gives: numbers exactly, shapes, nothing without bound."""

from __future__ import annotations

from fractions import Fraction

from archcalc import limits
from archcalc.arithmetic import FRACTIONS, WHOLE, Integers, Ratios
from archcalc.errors import Reason
from archcalc.ops.fields import count, shown, within_bits
from archcalc.ops.op import Shape


def from_python(value: object) -> object:
    """Take a value of a call over into the language: numbers exactly, lists as tuples.

    Raises a `Reason` for anything else, an expression too: it would have to be evaluated.

    >>> from_python([0.5, 3, 4.0])
    (Fraction(1, 2), 3, 4)
    """
    if isinstance(value, Integers | Ratios):
        return value
    value = value.tolist() if hasattr(value, "tolist") else value  # of NumPy, not needed here
    if value is None:
        raise Reason("wrong-type", "expected a value, not nothing")
    if isinstance(value, list | tuple):
        return tuple(map(from_python, value))
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.startswith("="):
            raise Reason("wrong-type", f"expected a value, not the expression {shown(value)}")
        return value
    try:
        return bounded(Fraction(str(value) if isinstance(value, float) else value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Reason("wrong-type", f"{shown(value)} is not a number to count with") from None


def bounded(value: object) -> object:
    """Make whole fractions integers, and bound the size of what is passed on."""
    if isinstance(value, WHOLE):
        within_bits(value)
    elif isinstance(value, FRACTIONS):
        within_bits(value)
        return value.numerator if value.denominator == 1 else value
    elif isinstance(value, tuple) and extent(value) > limits.now().items:
        message = f"a list of more than {limits.now().items:,} items, lists within it counted"
        raise limits.too_large("items", message)
    return value


def extent(values: tuple[object, ...]) -> int:
    """Count the items of a list, and of the lists within it, as far as the limit.

    >>> extent((3, 4, (6, 3)))
    5
    """
    items, waiting, most = 0, [values], limits.now().items
    while waiting and items <= most:
        found = waiting.pop()
        items += len(found)
        waiting.extend(value for value in found if isinstance(value, tuple))
    return items


def read_shape(value: object) -> Shape:
    """Read channels and extents from text, or from numbers; a single number is a vector.

    >>> read_shape("3x224x224"), read_shape("1x16000"), read_shape(784)
    (Shape(3, 224, 224), Shape(1, 16000), Shape(784, 1, 1))
    """
    try:
        parts = value.replace("×", "x").split("x") if isinstance(value, str) else from_python(value)
        parts = parts if isinstance(parts, list | tuple) else [parts]
        numbers = [count(part.strip() if isinstance(part, str) else part) for part in parts]
    except Reason:
        numbers = []
    if 1 <= len(numbers) <= 4:
        return Shape(*numbers)
    message = f"expected an input such as 3x224x224 (channels x height x width), not {shown(value)}"
    raise Reason("wrong-type", message)
