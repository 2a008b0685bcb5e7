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
        if len(set(map(repr, column.values))) == 1:
            found.append(column.values[0])
            continue
        for place, other in enumerate(chosen):
            times, over = _times(other, column), _times(column, other)
            if times or over in PARTS:
                found.append(Follows(place, times) if times else Follows(place, 1, over))
                break
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


def _times(one: Column, other: Column) -> int:
    """Tell how often a column goes into another, row by row; 0 if it does not."""
    if one.values == other.values and _kind(one) == _kind(other):
        return 1
    if _kind(one) != "width" or _kind(other) != "width":
        return 0
    pairs = zip(one.values, other.values, strict=True)
    times = {
        b // a if isinstance(a, int) and isinstance(b, int) and b % a == 0 else 0 for a, b in pairs
    }
    return times.pop() if len(times) == 1 else 0


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
