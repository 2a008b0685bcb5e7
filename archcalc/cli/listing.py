"""`archcalc list`: the networks of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archcalc.cli.answer import Answer
from archcalc.render.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.render.table import Cell
    from archcalc.spec.library import Entry

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WORD]...", help="Only networks whose names have all of these."),
]
Counts = Annotated[
    bool, typer.Option("--counts", help="Count each of them too: parameters and MACs.")
]

NAMES = (
    Column("network", "network"),
    Column("aliases", "also called", "prose", 1),
    Column("family", "family", hide=2),
)
COUNTED = (
    Column("input", "input", hide=3),
    Column("parameters", "parameters", "number"),
    Column("macs", "MACs", "number"),
)


def list_networks(words: Words = None, *, counts: Counts = False) -> Answer:
    """List the networks of the library.

    \b
    Examples:
      archcalc list
      archcalc list resnet
      archcalc list --counts inception
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.spec.library import networks  # noqa: PLC0415 - after the arguments are known to be good

    entries = [entry for entry in networks() if _matches(entry, words or ())]
    columns = (*NAMES, *COUNTED) if counts else NAMES
    rows = tuple(tuple(_row(entry, counts=counts)) for entry in entries)
    table = Table(columns, rows, captions=(f"{len(entries)} networks",))
    hint = f"archcalc show {entries[0].id}" if entries else ""
    return Answer((table,), hint=hint)


def _matches(entry: Entry, words: list[str] | tuple[str, ...]) -> bool:
    from archcalc.spec.family import loose  # noqa: PLC0415

    names = [loose(name) for name in (entry.id, *entry.aliases, entry.family)]
    return all(any(loose(word) in name for name in names) for word in words)


def _row(entry: Entry, *, counts: bool) -> Iterator[Cell]:
    yield from (entry.id, ", ".join(entry.aliases), entry.family)
    if counts:
        from archcalc.report import count  # noqa: PLC0415

        report = count(entry.id)
        yield from (str(report.input), report.total.parameters, report.total.macs)
