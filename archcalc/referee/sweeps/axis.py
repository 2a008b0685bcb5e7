"""One thing that a sweep varies, and the values that it takes: all known, none made in advance."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from math import ceil, lcm, prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason, UsageError
from archcalc.ops.fields import plain, shown
from archcalc.ops.given import bounded, from_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.spec.values import Value

EXAMPLES = "as in `growth=12..48..4`, `width=16..256..x2`, `block=basic,bottleneck`"
_NUMBER = r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]+)?|\.[0-9]+)"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?:\.\.([x×]?)({_NUMBER}))?(\.\.log)?")
_LIST = re.compile(r"\[(.*)\](?:\*([1-9][0-9]?))?", re.DOTALL)
_BRACKETS = {"[": 1, "]": -1}
TICKS = 2**16
"""Among so many for each value those of a range are parted that is drawn by its logarithm."""


class Values(NamedTuple):
    """Several values, of which the i-th is made when it is asked for.

    `parts` are those of a list, each of which varies by itself; else they are `first`, then by
    steps: `first + i·step`, or `first·factor^i`. Of those with `log` the small ones are drawn more
    often: there are `ticks` for each value, all drawn alike, and more of them for a small one.
    """

    many: int
    first: Value = None
    step: int | Fraction = 0
    factor: int | Fraction = 1
    parts: tuple[tuple[Values, ...], ...] | None = None
    log: bool = False

    def at(self, i: int) -> Value:
        """Give one of them; of a list the last part varies first."""
        if self.parts is not None:
            return _list_at(self.parts, i, drawn=False)
        if not isinstance(self.first, int | Fraction) or isinstance(self.first, bool):
            return self.first
        return bounded((self.first + i * self.step) * Fraction(self.factor) ** i)

    @property
    def ticks(self) -> int:
        """How many of what is drawn there are for each value."""
        return prod(map(ticks, self.parts)) if self.parts is not None else TICKS**self.log

    def drawn(self, tick: int) -> Value:
        """Give the value that a tick belongs to.

        With `log` the logarithm is drawn evenly, from `first` less a step, or half of `first` if
        that is less, up to the last, and the value is the next one above: as `log_uniform` of
        pycls (sweep/random.py), the release of Radosavovic et al. 2020.
        """
        if self.parts is not None:
            return _list_at(self.parts, tick, drawn=True)
        if not self.log:
            return self.at(tick)
        first, step = Fraction(self.first), self.step  # type: ignore[call-overload]
        low, high = float(first - min(step, first / 2)), float(first + (self.many - 1) * step)
        share = (2 * tick + 1) / (2 * self.many * TICKS)
        above = low ** (1 - share) * high**share  # high / low may be beyond a float
        return self.at(min(max(0, ceil((Fraction(above) - first) / step)), self.many - 1))


class Axis(NamedTuple):
    """What varies, by its name, and its values, in their order."""

    name: str
    values: tuple[Values, ...]

    @property
    def size(self) -> int:
        """How many values there are."""
        return total(self.values)

    @property
    def ticks(self) -> int:
        """How many of what is drawn there are in all."""
        return self.size * ticks(self.values)

    def at(self, i: int) -> Value:
        """Give the i-th value, counted from 0."""
        return value_at(self.values, i)

    def drawn(self, tick: int) -> Value:
        """Give the value that a tick belongs to."""
        return value_drawn(self.values, tick)


def total(values: Sequence[Values]) -> int:
    """Tell how many values there are in all."""
    return sum(some.many for some in values)


def ticks(values: Sequence[Values]) -> int:
    """Tell how many of what is drawn there are for each of several values."""
    return max((some.ticks for some in values), default=1)


def value_at(values: Sequence[Values], i: int) -> Value:
    """Find the i-th of several values one after the other."""
    for some in values:
        if i < some.many:
            return some.at(i)
        i -= some.many
    raise IndexError(i)


def value_drawn(values: Sequence[Values], tick: int) -> Value:
    """Find the value of a tick, of several values one after the other: each has as many ticks."""
    most = ticks(values)
    for some in values:
        if tick < some.many * most:
            return some.drawn(tick * some.ticks // most)
        tick -= some.many * most
    raise IndexError(tick)


def _list_at(parts: Sequence[Sequence[Values]], i: int, *, drawn: bool) -> Value:
    found: list[Value] = []
    for part in reversed(parts):
        i, place = divmod(i, total(part) * (ticks(part) if drawn else 1))
        found.append((value_drawn if drawn else value_at)(part, place))
    return tuple(reversed(found))


def read_axis(name: str, values: Value | Iterable[Value]) -> Axis:
    """Read the values of one axis: a text as on the command line, values as they are, or one.

    A text has items with commas between them: values, ranges `12..48..4` (both ends belong to it,
    without a step it is 1), powers `16..256..x2`; in a list `[2..4,3|6,3]` each place varies by
    itself, over items with `|` between them, and `[2..4]*3` has three such places. Draws from
    `8..1024..8..log` are as many from 16 to 32 as from 512 to 1024. Raises UsageError.

    >>> axis = read_axis("width", "16..256..x2,300")
    >>> axis.size, [axis.at(i) for i in range(6)]
    (6, [16, 32, 64, 128, 256, 300])
    >>> axis = read_axis("depths", "[1..2,4|6]")
    >>> [axis.at(i) for i in range(4)]
    [(1, 4), (1, 6), (2, 4), (2, 6)]
    """
    try:
        if isinstance(values, str):
            found = tuple(_items(values, ","))
        else:
            several = values if isinstance(values, Iterable) else [values]
            found = tuple(Values(1, from_python(value)) for value in several)
    except Reason as reason:
        message = f"`{name}`: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint or EXAMPLES) from None
    if not found:
        raise UsageError.of("wrong-type", f"`{name}` has no values to take", EXAMPLES)
    return Axis(name, found)


def read_vary(text: str) -> Axis:
    """Read `growth=12..48..4`. Raises UsageError.

    >>> read_vary("growth=12..48..4").size
    10
    """
    name, equals, values = text.partition("=")
    if not (equals and name.strip() and values.strip()):
        message = f"`--vary {text[:80]}` is not NAME=VALUES"
        raise UsageError.of("wrong-type", message, EXAMPLES)
    return read_axis(name.strip(), values)


def _items(text: str, separator: str) -> Iterator[Values]:
    for item in _split(text, separator):
        if found := _LIST.fullmatch(item):
            inner, times = found[1].strip(), int(found[2] or 1)
            parts = times * tuple(
                tuple(_items(part, "|")) for part in (_split(inner, ",") if inner else ())
            )
            yield Values(prod(map(total, parts)), parts=parts)
        elif found := _RANGE.fullmatch(item):
            yield _range(found)
        elif item and ".." not in item:
            yield Values(1, plain(item))
        else:
            raise Reason("wrong-type", f"{shown(item)} is neither a value nor a range")


def _split(text: str, separator: str) -> list[str]:
    """Split at separators outside of brackets. Raises a `Reason` for brackets that do not pair."""
    items, depth = [""], 0
    for sign in text:
        depth += _BRACKETS.get(sign, 0)
        if sign == separator and depth == 0:
            items.append("")
        else:
            items[-1] += sign
        if depth < 0:
            break
    if depth:
        raise Reason("wrong-type", f"the brackets of {shown(text)} do not pair")
    return [item.strip() for item in items]


def _range(found: re.Match[str]) -> Values:
    first, last = (_exact(found[i]) for i in (1, 2))
    times, given, log = found[3], found[4], bool(found[5])
    step = _exact(given) if given else 1
    if times:  # of powers each is drawn as often, by their logarithms as by themselves
        return Values(_powers(first, last, step, found[0]), first, factor=step)
    if step == 0 or (last - first) * step < 0:
        raise Reason("wrong-type", f"{shown(found[0])} never reaches its end")
    if log and (first <= 0 or step < 0):
        message = f"{shown(found[0])} is drawn by its logarithm: it begins above 0 and rises"
        raise Reason("wrong-type", message)
    whole = lcm(first.denominator, step.denominator)  # no value between has longer digits
    for most in (1, first, last):
        bounded(most * whole)
    return Values(int((last - first) // step) + 1, first, step, log=log)


def _powers(first: int | Fraction, last: int | Fraction, factor: int | Fraction, text: str) -> int:
    """Count first, first·factor, ... up to last, or down to it."""
    if first <= 0 or last <= 0 or factor <= 0 or factor == 1 or (factor > 1) != (last >= first):
        raise Reason("wrong-type", f"{shown(text)} never reaches its end")
    count, value = 0, Fraction(first)
    while value <= last if factor > 1 else value >= last:
        count, value = count + 1, value * factor
        bounded(value)
    return count


def _exact(text: str) -> int | Fraction:
    found = Fraction(text)
    bounded(found)
    return found.numerator if found.denominator == 1 else found
