"""Report → the table of its layers, with its totals and what a reader must know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.inputs import say
from archcalc.memory import partial
from archcalc.render.caption import batched, changes
from archcalc.render.cells import said
from archcalc.render.table import Table, figure
from archcalc.render.tables.columns import BYTES, QUANTITIES, RARE, choose
from archcalc.render.tables.figures import column, notes
from archcalc.render.tables.folding import fold_repeats
from archcalc.uncounted import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.convention.figure import Figure
    from archcalc.counts import Counts
    from archcalc.memory import Memory
    from archcalc.render.table import Cell, Tone
    from archcalc.render.tables.columns import Quantity
    from archcalc.report import Report
    from archcalc.row import Row


NOTHING = "no layers: none are written, or all of them are switched off"


def layers(  # noqa: PLR0913 - which rows, and which columns
    report: Report,
    depth: int | None = 1,
    columns: Iterable[str] = (),
    bytes_each: int = BYTES,
    figures: Sequence[Figure] = (),
    *,
    ops: bool = False,
) -> Table:
    """Tabulate a report at a depth (None: every layer); its rows add up to its totals.

    With `ops` there is a row for each op, also for what stands before and after a layer's own.

    Columns in bytes count `bytes_each` for a number: 4 in single precision, 2 in half. Each of the
    `figures` is a column too, of what its convention counts.

    Raises UnknownName for a column that does not exist, UsageError for a depth below 1.

    >>> from archcalc.report import count
    >>> table = layers(count("lenet5"), columns=["parameters"])
    >>> table.rows[2], table.totals
    (('C3', 1516), (('total', 60000),))
    """
    columns = list(columns)
    by_convention = [column(figure, ops=ops) for figure in figures]
    chosen = choose(columns, bytes_each) if columns else _usual(report)
    quantities = [*_occurring(chosen, columns, report), *by_convention]
    names = [quantity.column.name for quantity in quantities]
    lines = fold_repeats(report.ops if ops else report.fold(depth))
    return Table(
        columns=tuple(quantity.column for quantity in quantities),
        rows=tuple(tuple(quantity.of(line, report) for quantity in quantities) for line in lines),
        totals=tuple(_totals(report, quantities)),
        title=title(report),
        captions=(*captions(report, names, bytes_each), *notes(figures)),
        tones=tuple(_tone(line.row) for line in lines),
    )


def _usual(report: Report) -> list[Quantity]:
    """Choose what is shown unless somebody asks: where nothing is trained, what is fixed."""
    frozen = report.total.fixed and not report.total.parameters
    return [
        QUANTITIES["fixed"] if frozen and quantity.column.name == "share" else quantity
        for quantity in choose()
    ]


def _occurring(
    quantities: list[Quantity], asked: Iterable[str], report: Report
) -> Iterator[Quantity]:
    """Leave out what is rare and does not occur, unless it was asked for by name."""
    for quantity in quantities:
        name = quantity.column.name
        named = name in asked or f"+{name}" in asked
        if named or name not in RARE or quantity.total(report.total, report):
            yield quantity


def title(report: Report) -> str:
    """Name the network, the parameters that were set, the input and the batch."""
    origin = report.graph.origin
    s = "s" if len(report.inputs) > 1 else ""
    called = "" if origin.id == origin.name else f" ({origin.id})"
    changed = "".join(f", {change}" for change in changes(origin))
    return f"{origin.name}{called}{changed}, input{s} {say(report.inputs)}{batched(report)}"


def captions(report: Report, columns: Iterable[str] = (), bytes_each: int = BYTES) -> Iterator[str]:
    """Say what the totals cover, and what they leave out."""
    total = report.total
    if not report.nodes:
        yield NOTHING
    yield f"scope: {report.scope}"
    yield from told(report.uncounted)
    beside = []
    if total.fixed:
        beside.append(f"{total.fixed:,} fixed weights (not trained)")
    if total.statistics:
        beside.append(f"{total.statistics:,} running statistics")
    if beside:
        yield f"not among the parameters: + {' + '.join(beside)}"
    if any(name == "activations" or name.endswith("_bytes") for name in columns):
        yield _memory(report, bytes_each)
    yield from report.flattenings
    yield from report.notes


def _memory(report: Report, bytes_each: int) -> str:
    """Say the memory of a forward pass: all that is made, and what lives at once at most."""
    numbers, memory = report.memory(), report.memory(bytes_each)
    unknown = partial(report.total.unknown)
    total, live, live_bytes = (
        said(figure(getattr(of, name), partial=name in unknown))
        for of, name in ((memory, "total"), (numbers, "live"), (memory, "live"))
    )
    return (
        f"memory at {bytes_each} bytes each: {stored(memory)} and all outputs {total} bytes; "
        f"largest live set {live} numbers, {live_bytes} bytes, beside what is stored"
    )


def stored(memory: Memory) -> str:
    """Name what a network stores.

    >>> from archcalc.memory import Memory
    >>> stored(Memory(parameters=9, fixed=0, statistics=4, outputs=20, live=10))
    'parameters, running statistics'
    """
    kinds = (
        (memory.parameters, "parameters"),
        (memory.fixed, "fixed weights"),
        (memory.statistics, "running statistics"),
    )
    return ", ".join(name for n, name in kinds if n) or "no weights"


def _totals(report: Report, quantities: list[Quantity]) -> Iterator[tuple[Cell, ...]]:
    if report.heads:
        yield _total("main path", report.main, report, quantities)
        for name, counts in report.heads.items():
            yield _total(f"head {name}", counts, report, quantities)
    yield _total("total", report.total, report, quantities)


def _total(
    label: str, counts: Counts, report: Report, quantities: list[Quantity]
) -> tuple[Cell, ...]:
    return (label, *[quantity.total(counts, report) for quantity in quantities[1:]])


def _tone(row: Row) -> Tone:
    return "quiet" if row.head else ""
