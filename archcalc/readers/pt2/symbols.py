"""Sizes that a program leaves free: expressions of symbols, as the file writes them.

>>> size = "Add(Mul(Integer(2), Symbol('s16', positive=True, integer=True)), Integer(-2))"
>>> symbols_of(size), evaluate(size, {"s16": 17})
({'s16'}, 32)
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import add
from typing import TYPE_CHECKING, TypeAlias

from archcalc import limits
from archcalc.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Number: TypeAlias = Fraction
_TOKEN = re.compile(
    r"\s*(?:(?P<call>[A-Za-z_]\w*)\(|(?P<close>\))|(?P<comma>,)|'(?P<text>[^']*)'"
    r"|\w+=(?P<mark>\w+)|(?P<number>-?\d{1,400})|(?P<word>\w+))\s*"
)
_SYMBOL = re.compile(r"Symbol\('(\w+)'")


def symbols_of(expression: str) -> set[str]:
    """Name the symbols that an expression reads."""
    return set(_SYMBOL.findall(expression))


def evaluate(expression: str, known: Mapping[str, int]) -> int:
    """Work out a size. Raises a Reason for what is none, and KeyError for a symbol not known."""
    calls: list[tuple[str, list[Number | str]]] = [("", [])]
    at = 0
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None:
            raise _unread(expression)
        at = token.end()
        if token["call"]:
            calls.append((token["call"], []))
        elif token["number"] or token["text"] is not None:
            calls[-1][1].append(token["text"] or _bounded(Fraction(token["number"])))
        elif token["close"]:
            name, given = calls.pop()
            if not calls:
                raise _unread(expression)
            calls[-1][1].append(_apply(name, given, known, expression))
    name, found = calls[-1]
    if len(calls) != 1 or len(found) != 1 or not _is_size(found[0]):
        raise _unread(expression)
    return int(found[0])


def solve(expression: str, size: int, known: Mapping[str, int]) -> dict[str, int]:
    """Find the one unknown symbol that makes an expression a size; it stands in it linearly."""
    free = [name for name in symbols_of(expression) if name not in known]
    if len(free) != 1:
        return {}
    one, two = (evaluate(expression, {**known, free[0]: n}) for n in (1, 2))
    steps, rest = divmod(size - one, two - one) if two != one else (0, 1)
    found = {free[0]: 1 + steps}
    fits = rest == 0 and evaluate(expression, {**known, **found}) == size
    return found if fits else {}


def _apply(
    name: str, given: Sequence[Number | str], known: Mapping[str, int], expression: str
) -> Number:
    if name == "Symbol" and given and isinstance(given[0], str):
        return Fraction(known[given[0]])
    rule, numbers = _CALLS.get(name), [n for n in given if isinstance(n, Fraction)]
    if rule is None or not numbers or len(numbers) != len(given):
        raise _unread(expression)
    try:
        return _bounded(rule(*numbers))
    except (TypeError, ArithmeticError):
        raise _unread(expression) from None


def _bounded(number: Number) -> Number:
    most = limits.now().integer_bits
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > most:
        raise limits.too_large("integer_bits", f"a size of more than {most:,} bits")
    return number


def _times(one: Number, other: Number) -> Number:
    return _bounded(one * other)


def _power(base: Number, exponent: Number) -> Number:
    if exponent.denominator != 1 or abs(exponent) > limits.now().integer_bits:
        raise ArithmeticError
    return base ** int(exponent)


def _is_size(found: Number | str) -> bool:
    return isinstance(found, Fraction) and found.denominator == 1 and found >= 0


def _unread(expression: str) -> Reason:
    return Reason("not-read", f"a size that is free is not read: `{expression[:200]}`")


_CALLS: dict[str, Callable[..., Number]] = {
    **dict.fromkeys(("Integer", "Identity", "ToFloat"), lambda n: n),
    **dict.fromkeys(("Rational", "IntTrueDiv", "CleanDiv"), lambda n, d: n / d),
    "Add": lambda *terms: reduce(add, terms),
    "Mul": lambda *factors: reduce(_times, factors),
    **dict.fromkeys(("Pow", "PowByNatural"), _power),
    "Max": max,
    "Min": min,
    **dict.fromkeys(("FloorDiv", "FloorToInt"), lambda n, d=1: Fraction(floor(n / d))),
    **dict.fromkeys(("CeilDiv", "CeilToInt"), lambda n, d=1: Fraction(ceil(n / d))),
    "floor": lambda n: Fraction(floor(n)),
    "ceiling": lambda n: Fraction(ceil(n)),
    **dict.fromkeys(("Mod", "PythonMod"), lambda n, d: n % d),
    "TruncToInt": lambda n: Fraction(int(n)),
}
"""The functions of sizes, by the names that the file gives them."""
