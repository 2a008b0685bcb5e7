"""Tables with rounded figures, for those who ask for 61.0 M: everywhere else figures are exact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archcalc.render.table import Cell, Column, Table

UNITS = ("", " k", " M", " G", " T", " P")
"""Of 10^0, 10^3, 10^6, 10^9, 10^12, 10^15."""
NOTE = "rounded: k = 10^3, M = 10^6, G = 10^9"


def rounded(table: Table) -> Table:
    """Round the figures of a table to three digits and say so below it."""
    return replace(
        table,
        rows=tuple(_row(table, row) for row in table.rows),
        totals=tuple(_row(table, row) for row in table.totals),
        captions=(*table.captions, NOTE),
    )


def _row(table: Table, row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(_cell(column, cell) for column, cell in zip(table.columns, row, strict=True))


def _cell(column: Column, cell: Cell) -> Cell:
    return human(cell) if column.kind == "number" and isinstance(cell, int) else cell


def human(n: int) -> str:
    """Say a number with three digits and a decimal unit; small ones stay as they are.

    >>> human(999), human(60_000), human(61_706_000), human(999_950_000)
    ('999', '60.0 k', '61.7 M', '1.00 G')
    """
    power = 0
    while power < len(UNITS) - 1 and abs(n) * 2 >= 1999 * 1000**power:
        power += 1
    if power == 0:
        return str(n)
    hundredths = (200 * n + 1000**power) // (2 * 1000**power)
    whole = abs(hundredths) // 100
    digits = 2 if whole < 10 else 1 if whole < 100 else 0
    return f"{hundredths / 100:,.{digits}f}{UNITS[power]}"
