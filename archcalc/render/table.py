"""A table as a plain value: what to show, not how. Commands build it, one writer prints it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

Cell: TypeAlias = int | Fraction | str | None
"""An exact number, a text, or nothing."""


class AtLeast(int):
    """What is known of a figure that is partial: there is as much, or more.

    >>> str(AtLeast(1500)), AtLeast(1500) + 1
    ('≥1500', 1501)
    """

    __slots__ = ()

    def __str__(self) -> str:
        return f"≥{int(self)}"


UNKNOWN = "unknown"


def figure(value: int, *, partial: bool) -> Cell:
    """Make a cell of a figure: of a partial one, what is known of it.

    >>> figure(5, partial=False), str(figure(5, partial=True)), figure(0, partial=True)
    (5, '≥5', 'unknown')
    """
    if partial:
        return AtLeast(value) if value else UNKNOWN
    return value


Kind: TypeAlias = Literal["name", "text", "number", "change", "ratio", "bar", "prose"]
"""How a column behaves when room runs out: see `Column`."""
Tone: TypeAlias = Literal["", "good", "bad", "quiet"]
"""What a row is, beside what its cells say. Colour only repeats what a cell or a mark says."""


def decimal(number: int | Fraction) -> int | float:
    """Give a number as programs take it; one that no float can hold as the nearest integer.

    >>> decimal(Fraction(1, 4)), decimal(7), decimal(Fraction(10**400, 3)) > 10**399
    (0.25, 7, True)
    """
    try:
        return number if isinstance(number, int) else float(number)
    except OverflowError:
        return round(number)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `name` in exports and `--columns`, `title` above it.

    `name`    a text that may be shortened in the middle as a last resort
    `text`    a text that is shown whole
    `number`  aligned to the right, and never without all its digits
    `change`  a number that always has its sign
    `ratio`   a number with two decimals, or with as many as a small one needs
    `bar`     a share between 0 and 1, drawn where there is room, always said in percent
    `prose`   sentences, wrapped on a terminal

    Where room runs out the columns of the largest `hide` go first, those that share it together;
    0 is never hidden.
    """

    name: str
    title: str
    kind: Kind = "text"
    hide: int = 0

    @property
    def is_number(self) -> bool:
        """Tell whether the cells are numbers that stand under each other; a bar is drawn."""
        return self.kind in {"number", "change", "ratio"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns, the totals below them, and lines around all of it.

    `matrix` is the name of a table that is a matrix: LaTeX sets all but its first column, the name,
    between parentheses.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[Cell, ...], ...] = ()
    title: str = ""
    captions: tuple[str, ...] = ()
    tones: tuple[Tone, ...] = ()
    matrix: str = ""

    def __post_init__(self) -> None:
        """Check that every row has a cell for every column."""
        for row in (*self.rows, *self.totals):
            if len(row) != len(self.columns):
                raise ValueError(f"{len(row)} cells for {len(self.columns)} columns: {row}")
