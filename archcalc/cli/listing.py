"""`archcalc list`: the networks of the library."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archcalc.cli.answer import Answer
from archcalc.cli.arguments import Input, columns_option, convention_option, split
from archcalc.errors import ShapeError, UnknownName
from archcalc.render.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.spec.library import Entry

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="WORD", help="Only networks whose names have all of these."),
]
Counts = Annotated[
    bool, typer.Option("--counts", help="Count each of them too: parameters and MACs.")
]
Columns = Annotated[
    list[str] | None,
    columns_option("Count these, separated by commas; +name adds one to the usual."),
]
Conventions = Annotated[
    list[str] | None, convention_option("Count operations by this convention; may be repeated.")
]

NAMES = (
    Column("network", "network"),
    Column("aliases", "also called", "prose", 1),
    Column("family", "family", hide=2),
    Column("year", "year", hide=3),
)
FAMILIES = (
    Column("family", "family"),
    Column("year", "year"),
    Column("networks", "networks, and what else they are called", "prose"),
)


def list_networks(
    words: Words = None,
    *,
    counts: Counts = False,
    columns: Columns = None,
    convention: Conventions = None,
    input: Input = None,  # noqa: A002 - the option's name
) -> Answer:
    """List the families of the library by their years, or the networks whose names have a word.

    \b
    Examples:
      archcalc list
      archcalc list mobile
      archcalc list --counts inception
      archcalc list vgg --columns macs -i 3x256x256 -C fvcore
    """  # noqa: D301 - \b keeps the lines apart
    from archcalc.spec.library import networks  # noqa: PLC0415 - after the arguments are known to be good
    from archcalc.spec.slips import near  # noqa: PLC0415

    entries = [entry for entry in networks() if _matches(entry, words or ())]
    entries = entries or [
        entry for entry in networks() if _matches(entry, words or (), within=True)
    ]
    if not entries:
        known = {name for entry in networks() for name in (entry.id, entry.family)}
        hint = near(" ".join(words or ()), known) or "`archcalc list` shows all of them"
        said = " and ".join(f"`{word[:80]}`" for word in words or ())
        raise UnknownName.of("unknown-network", f"no network has {said} in its name", hint)
    table = Table(NAMES, tuple(map(_names, entries)), captions=(_many(entries, words),))
    if counts or columns or convention or input:
        table = _counted(table, input, split(columns), split(convention))
    answer = Answer((table,), partial(_data, table, entries), hint=f"archcalc show {entries[0].id}")
    by_families = not (words or counts or columns or convention or input)
    return replace(answer, parts=(_families(entries),), lines=(table,)) if by_families else answer


def _many(entries: list[Entry], words: Iterable[str] | None) -> str:
    """Say how many networks there are and, of all, of how many families."""
    many = f"{len(entries)} {'networks' if len(entries) > 1 else 'network'}"
    return many if words else f"{many} of {len({entry.family for entry in entries})} families"


def _families(entries: list[Entry]) -> Table:
    """Give a row to each family, the oldest first, by the year of its first network."""
    families: dict[str, list[str]] = {}
    years: dict[str, int] = {}
    for entry in entries:
        also = f" ({', '.join(entry.aliases)})" if entry.aliases else ""
        years.setdefault(entry.family, entry.year or 0)
        families.setdefault(entry.family, []).append(entry.id + also)
    rows = tuple(
        (family, str(years[family] or ""), ", ".join(families[family]))
        for family in sorted(families, key=lambda family: (years[family], family))
    )
    return Table(FAMILIES, rows, captions=(_many(entries, None),))


def _counted(names: Table, shape: str | None, columns: list[str], conventions: list[str]) -> Table:
    """Add what each network counts; of one that does not take the input there is nothing."""
    from archcalc.referee.comparisons.tabulation import Tabulation, table  # noqa: PLC0415 - only to count
    from archcalc.render.tables.tabulation import tabulation  # noqa: PLC0415

    found, refused = {}, []
    inputs = [shape] if shape else []
    for name in (str(row[0]) for row in names.rows):
        try:
            found[name] = table(name, inputs=inputs, conventions=conventions).entries[0]
        except ShapeError as error:
            refused.append(name)
            if len(refused) == len(names.rows):
                raise error from None
    counted = tabulation(Tabulation(tuple(found.values())), columns)
    figures = {str(row[0]): row[1:] for row in counted.rows}
    nothing = (None,) * (len(counted.columns) - 1)
    captions = [f"without a count, for the input does not fit: {', '.join(refused)}"]
    return Table(
        (*NAMES, *(replace(counted.columns[1], hide=3), *counted.columns[2:])),
        tuple((*row, *figures.get(str(row[0]), nothing)) for row in names.rows),
        captions=(*names.captions, *(captions if refused else [])),
    )


def _data(table: Table, entries: list[Entry]) -> dict[str, Any]:
    """Give a record for each network, its aliases as a list, its year as a number."""
    names = [column.name for column in table.columns]
    records = [
        dict(zip(names, row, strict=True)) | {"aliases": list(entry.aliases), "year": entry.year}
        for row, entry in zip(table.rows, entries, strict=True)
    ]
    return {"schema": 1, "networks": records}


def _matches(entry: Entry, words: Iterable[str], *, within: bool = False) -> bool:
    """Tell whether each word begins a part of a name, or stands anywhere `within` one.

    `lenet` begins `lenet-caffe`, and no part of `mobilenet`.
    """
    from archcalc.spec.names import loose  # noqa: PLC0415

    names = [name.lower() for name in (entry.id, *entry.aliases, entry.family)]
    places = r"." if within else r"(?<![a-z])[a-z]|(?<![0-9])[0-9]"
    rests = [loose(name[at.start() :]) for name in names for at in re.finditer(places, name)]
    return all(any(rest.startswith(loose(word)) for rest in rests) for word in words)


def _names(entry: Entry) -> tuple[str, str, str, str]:
    return entry.id, ", ".join(entry.aliases), entry.family, str(entry.year or "")
