"""Where equal things differ in their numbers: which numbers are arguments, and which follow.

What is repeated is a table: a row for each time, a column for each number. A column that is the
same in all rows needs no argument; one that is another, or a multiple of another, follows from it.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

WIDTHS = frozenset({"filters", "units", "groups", "inputs", "features", "width", "missing"})
"""Numbers of channels, of which one follows from another; all others are of their own kind."""

ANY = object()
"""Stands in a column where a row has no such number, and any will do."""
PARTS = (2, 4, 8, 16)
"""Which parts of an argument are told as such: halves, quarters and so on."""


class Column(NamedTuple):
    """One number of each row: what it is, and of which layer."""

    key: str
    layer: str
    values: tuple[object, ...]


class Follows(NamedTuple):
    """A number that is an argument, a multiple of one, or a part of one."""

    argument: object
    times: int = 1
    over: int = 1

    @property
    def is_same(self) -> bool:
        """Whether it is the argument itself."""
        return (self.times, self.over) == (1, 1)

    def __str__(self) -> str:
        if self.over > 1:
            return f"{self.argument} // {self.over}"
        return str(self.argument) if self.times == 1 else f"{self.times} * {self.argument}"


class Arguments(NamedTuple):
    """The arguments with their values row by row; for each column its value, or what it follows."""

    values: dict[str, tuple[object, ...]]
    columns: tuple[object, ...]


def arguments(columns: Sequence[Column], reserved: Collection[str] = ()) -> Arguments:
    """Find the fewest arguments that give all columns.

    >>> thin = Column("filters", "conv1", (64, 128))
    >>> wide = Column("filters", "conv3", (256, 512))
    >>> found = arguments([thin, Column("kernel", "conv1", (1, 1)), wide])
    >>> found.values, [str(each) for each in found.columns]
    ({'filters': (64, 128)}, ['filters', '1', '4 * filters'])
    """
    chosen: list[Column] = []
    found: list[object] = []
    for column in columns:
        known = [value for value in column.values if value is not ANY]
        alike = len(set(map(repr, known))) == 1
        constant = alike and len(known) == len(column.values)
        follows = None if constant else _followed(column, chosen)
        if follows and (not alike or follows.is_same):
            place = int(str(follows.argument))
            chosen[place] = _filled(chosen[place], column, follows)
            found.append(follows)
        elif alike:
            found.append(known[0])
        else:
            found.append(Follows(len(chosen)))
            chosen.append(column)
    names = _named(chosen, reserved)
    values = {name: column.values for name, column in zip(names, chosen, strict=True)}
    settled = [
        e._replace(argument=names[int(str(e.argument))]) if isinstance(e, Follows) else e
        for e in found
    ]
    return Arguments(values, tuple(settled))


def _followed(column: Column, chosen: Sequence[Column]) -> Follows | None:
    """Find which of the columns one follows: it is the same, or a multiple, or a part."""
    times = [_times(other, column) for other in chosen]
    if 1 in times:
        return Follows(times.index(1))
    for place, other in enumerate(chosen):
        over = _part(other, column)
        if times[place] or over in PARTS:
            return Follows(place, times[place]) if times[place] else Follows(place, 1, over)
    return None


def _times(one: Column, other: Column) -> int:
    """Tell how often a column goes into another, row by row; 0 if it does not."""
    pairs = _pairs(one, other)
    if all(a == b for a, b in pairs) and _kind(one) == _kind(other):
        return int(bool(pairs))
    if _kind(one) != "width" or _kind(other) != "width":
        return 0
    times = {
        b // a if isinstance(a, int) and isinstance(b, int) and b % a == 0 else 0 for a, b in pairs
    }
    return times.pop() if len(times) == 1 else 0


def _pairs(one: Column, other: Column) -> list[tuple[object, object]]:
    """Give the rows in which both columns have a number."""
    pairs = zip(one.values, other.values, strict=True)
    return [(a, b) for a, b in pairs if a is not ANY and b is not ANY]


def _filled(one: Column, other: Column, follows: Follows) -> Column:
    """Fill a column where it has any number, by another that follows from it."""
    _, times, over = follows
    filled = (b * over // times if isinstance(b, int) else b for b in other.values)
    values = (b if a is ANY else a for a, b in zip(one.values, filled, strict=True))
    return one._replace(values=tuple(values))


def _part(one: Column, other: Column) -> int:
    """Tell which part of a column another is, row by row; of an odd kernel half is its padding."""
    if (one.key, other.key) != ("kernel", "padding") or one.layer != other.layer:
        return _times(other, one)
    pairs = _pairs(one, other)
    return 2 * all(isinstance(k, int) and isinstance(p, int) and k // 2 == p for k, p in pairs)


def _kind(column: Column) -> str:
    return "width" if column.key in WIDTHS else column.key


def _named(columns: Sequence[Column], reserved: Collection[str]) -> list[str]:
    """Name arguments by what they are, and where there are several, by their layers too."""
    several = Counter(column.key for column in columns)
    taken = set(reserved)
    return [_own(_name(column, several), taken) for column in columns]


def _name(column: Column, several: Counter[str]) -> str:
    slug = re.sub(r"[^0-9a-z]+", "_", column.layer.lower()).strip("_")
    return column.key if several[column.key] == 1 or not slug else f"{column.key}_{slug}"


def _own(name: str, taken: set[str]) -> str:
    numbered = (f"{name}_{n}" for n in count(2))
    while name in taken:
        name = next(numbered)
    taken.add(name)
    return name
