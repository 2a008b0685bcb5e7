"""`archcalc list`: the networks of the library."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.answer import Answer
from archcalc.errors import UnknownName, suggestion
from archcalc.render.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.render.table import Cell
    from archcalc.spec.library import Entry

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="WORD", help="Only networks whose names have all of these."),
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
    if not entries:
        known = {name for entry in networks() for name in (entry.id, entry.family)}
        hint = suggestion(" ".join(words or ()), known)
        said = " and ".join(f"`{word[:80]}`" for word in words or ())
        raise UnknownName.of("unknown-network", f"no network has {said} in its name", hint)
    rows = tuple(tuple(_row(entry, counts=counts)) for entry in entries)
    many = "networks" if len(entries) > 1 else "network"
    table = Table(columns, rows, captions=(f"{len(entries)} {many}",))
    return Answer((table,), partial(_data, table, entries), hint=f"archcalc show {entries[0].id}")


def _data(table: Table, entries: list[Entry]) -> dict[str, Any]:
    """Give a record for each network, its aliases as a list."""
    names = [column.name for column in table.columns]
    records = [
        dict(zip(names, row, strict=True)) | {"aliases": list(entry.aliases)}
        for row, entry in zip(table.rows, entries, strict=True)
    ]
    return {"schema": 1, "networks": records}


def _matches(entry: Entry, words: list[str] | tuple[str, ...]) -> bool:
    from archcalc.spec.names import loose  # noqa: PLC0415

    names = [loose(name) for name in (entry.id, *entry.aliases, entry.family)]
    return all(any(loose(word) in name for name in names) for word in words)


def _row(entry: Entry, *, counts: bool) -> Iterator[Cell]:
    yield from (entry.id, ", ".join(entry.aliases), entry.family)
    if counts:
        from archcalc.report import count  # noqa: PLC0415

        report = count(entry.id)
        yield from (str(report.input), report.total.parameters, report.total.macs)
