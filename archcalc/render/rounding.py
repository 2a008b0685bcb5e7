"""Tables with rounded figures, for those who ask for 61.0 M: everywhere else figures are exact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc.render.table import AtLeast
from archcalc.scales import LETTERS

if TYPE_CHECKING:
    from archcalc.render.table import Cell, Column, Table


def rounded(table: Table) -> Table:
    """Round the figures of a table to three digits and say so below it."""
    every = (*table.rows, *table.totals)
    largest = max((abs(cell) for row in every for cell in row if isinstance(cell, int)), default=0)
    return replace(
        table,
        rows=tuple(_row(table, row) for row in table.rows),
        totals=tuple(_row(table, row) for row in table.totals),
        captions=(*table.captions, _note(largest)),
    )


def _note(largest: int) -> str:
    """Name the units up to that of the largest figure, and up to G anyway."""
    units = [(unit, power) for power, unit in enumerate(LETTERS) if unit]
    named = [
        f"{unit} = 10^{3 * n}"
        for unit, n in units
        if n <= 3 or 2000 * int(largest) >= 1999 * 1000**n
    ]
    return f"rounded: {', '.join(named)}"


def _row(table: Table, row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(_cell(column, cell) for column, cell in zip(table.columns, row, strict=True))


def _cell(column: Column, cell: Cell) -> Cell:
    if column.kind != "number" or not isinstance(cell, int):
        return cell
    return f"≥ {human(int(cell))}" if isinstance(cell, AtLeast) else human(cell)


def human(n: int) -> str:
    """Say a number with three digits and a decimal unit; small ones stay as they are.

    >>> human(999), human(60_000), human(61_706_000), human(999_950_000)
    ('999', '60.0 k', '61.7 M', '1.00 G')
    >>> human(9_007_199_254_740_993), human(10**21)
    ('9.01 P', '1.00 × 10^21')
    """
    if abs(n) < 1000:
        return str(n)
    power = len(str(abs(n))) - 1
    digits = (2 * abs(n) + 10 ** (power - 2)) // (2 * 10 ** (power - 2))
    if digits == 1000:
        digits, power = 100, power + 1
    unit, before = divmod(power, 3)
    sign = "-" if n < 0 else ""
    if unit >= len(LETTERS):
        return f"{sign}{_point(digits, 1)} × 10^{power}"
    return f"{sign}{_point(digits, before + 1)} {LETTERS[unit]}"


def _point(digits: int, place: int) -> str:
    """Set the decimal point of three digits."""
    text = str(digits)
    return f"{text[:place]}.{text[place:]}".rstrip(".")
