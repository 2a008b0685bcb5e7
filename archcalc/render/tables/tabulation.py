"""Networks, a row for each → a table, as papers print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import UnknownName, suggestion
from archcalc.origin import told_apart
from archcalc.referee.comparisons.comparison import ratios as to_first
from archcalc.render.caption import changes
from archcalc.render.table import Column, Table, figure
from archcalc.render.tables.columns import BYTES, QUANTITIES, choose
from archcalc.render.tables.figures import notes
from archcalc.uncounted import gaps, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.referee.comparisons.tabulation import Entry, Tabulation
    from archcalc.render.table import Cell
    from archcalc.render.tables.columns import Quantity
    from archcalc.report import Report

USUAL = ("parameters", "macs")
SUMMED = tuple(
    name
    for name, quantity in QUANTITIES.items()
    if quantity.column.is_number and not name.startswith("field")
)
"""The columns that a whole network has."""


def tabulation(
    found: Tabulation,
    columns: Sequence[str] = (),
    bytes_each: int = BYTES,
    *,
    ratios: bool = False,
) -> Table:
    """Tabulate networks: parameters and operations, or what was asked for, and by conventions.

    A name with a `+` is added to the usual ones. Conventions stand in the place of MACs. `ratios`
    give each figure as a multiple of the first network's. Raises UnknownName for a column.

    >>> from archcalc.referee.comparisons.tabulation import table
    >>> tabulation(table("lenet5", "lenet1")).rows
    (('lenet5', '1x32x32', 60000, 325680), ('lenet1', '1x28x28', 2578, 91520))
    """
    entries = found.entries
    quantities = quantities_of(columns, conventions=bool(entries[0].figures))
    taken = choose(quantities, bytes_each)[1:]
    numbers = [*(quantity.column for quantity in taken), *_conventions(entries[0])]
    values = [figures_of(entry, taken) for entry in entries]
    rows = [list(row) for row in values]
    if ratios:
        numbers = [each for column in numbers for each in (column, _ratio(column))]
        others = zip(*map(_multiples, zip(*values, strict=True)), strict=True)
        rows = [
            [cell for pair in zip(row, other, strict=True) for cell in pair]
            for row, other in zip(values, others, strict=True)
        ]
    inputs = (str(entry.report.input) for entry in entries)
    names = zip(_names(entries), inputs, strict=True)
    return Table(
        (Column("network", "network", "name"), Column("input", "input", hide=1), *numbers),
        tuple((*name, *row) for name, row in zip(names, rows, strict=True)),
        captions=tuple(dict.fromkeys(_captions(entries))),
    )


def quantities_of(columns: Sequence[str], *, conventions: bool) -> list[str]:
    """Settle which quantities a table of networks has."""
    usual = USUAL[:1] if conventions else USUAL
    if all(name.startswith("+") for name in columns):
        columns = [*usual, *(name.removeprefix("+") for name in columns)]
    return list(dict.fromkeys(known(name) for name in columns))


def known(name: str) -> str:
    """Find a column that a whole network has."""
    word = name.removeprefix("+").strip().lower().replace("-", "_").replace(" ", "_")
    if word not in SUMMED:
        hint = suggestion(word, SUMMED) or f"the columns: {', '.join(SUMMED)}"
        message = f"a table of networks has no column `{name[:80]}`"
        raise UnknownName.of("unknown-column", message, hint)
    return word


def figures_of(entry: Entry, quantities: Sequence[Quantity]) -> tuple[Cell, ...]:
    """Give the figures of a network: its totals, then those of the conventions."""
    report = entry.report
    totals = [quantity.total(report.total, report) for quantity in quantities]
    return (*totals, *(figure(found.total, partial=found.partial) for found in entry.figures))


def called(report: Report) -> str:
    """Name a network as it is written, with the parameters that were set."""
    return ", ".join([report.graph.origin.id, *changes(report.graph.origin)])


def _names(entries: Sequence[Entry]) -> list[str]:
    """Name networks by what they are; one at several inputs stands beside each."""
    reports = [entry.report for entry in entries]
    origins = [report.graph.origin for report in reports]
    return told_apart(map(called, reports), origins, numbered=False)


def _multiples(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Give what is known in whole as a multiple of the first."""
    return to_first([cell if type(cell) is int else None for cell in cells])


def _conventions(entry: Entry) -> Iterator[Column]:
    for found in entry.figures:
        yield Column(found.convention.name, found.convention.name, "number")


def _ratio(column: Column) -> Column:
    return Column(f"{column.name}/first", "ratio", "ratio", 2)


def _captions(entries: Sequence[Entry]) -> Iterator[str]:
    """Say what the totals cover, where that is not all, and what the conventions count."""
    batches = {entry.report.batch for entry in entries} - {1}
    yield from (f"batch {batch}: operations are those of all samples" for batch in batches)
    names = _names(entries)
    scopes = dict(zip(names, (entry.report.scope for entry in entries), strict=True))
    if set(scopes.values()) == {"whole network"}:
        yield "scope: whole network"
    else:
        yield from (f"{name}: {scope}" for name, scope in scopes.items())
    for name, entry in zip(names, entries, strict=True):
        missing = told(gaps(entry.report.uncounted))
        yield from (f"{name}: {line}" for line in (*missing, *entry.report.notes))
    for entry in entries:
        yield from notes(entry.figures)
