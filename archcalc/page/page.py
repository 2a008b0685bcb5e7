"""Reports → a page: one network, or several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.convention.library import conventions
from archcalc.page.document import document
from archcalc.page.network import network
from archcalc.referee.comparisons.difference import diff
from archcalc.render.cells import shown
from archcalc.render.pictures.labels import called
from archcalc.render.tables.comparison import difference
from archcalc.render.tables.figures import tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.referee.published.ledger import Finding
    from archcalc.render.table import Table
    from archcalc.report import Report

PAIRS = 5
"""So many networks at most are compared with the first layer by layer."""
LINES = 100
"""Of more differences than this nobody reads."""


def page(reports: Sequence[Report], findings: Sequence[Iterable[Finding]] = ()) -> str:
    """Write networks as one file of HTML; `findings` are the published figures of each.

    Raises UsageError for a network of too many rows.

    >>> from archcalc.report import count
    >>> page([count("lenet5")]).startswith("<!doctype html>")
    True
    """
    published = list(findings) or [()] * len(reports)
    pairs = zip(reports, published, strict=True)
    data = common() | {
        "networks": [network(report, found) for report, found in pairs],
        "differences": list(_differences(reports)),
    }
    return document(", ".join(dict.fromkeys(map(called, reports))), data)


def _differences(reports: Sequence[Report]) -> Iterator[dict[str, Any]]:
    """Tell layer by layer how each network differs from the first, where that is soon told.

    >>> from archcalc.report import count
    >>> reports = [count(name) for name in ("resnet50", "resnet50-v1.5", "densenet201")]
    >>> [(found["network"], len(found["rows"])) for found in _differences(reports)]
    [(1, 6)]
    """
    first, *others = reports
    for number, other in enumerate(others[:PAIRS], start=1):
        table = difference(
            diff(first.graph, other.graph, batch=first.batch, heads=first.with_heads)
        )
        if len(table.rows) <= LINES:
            yield {"network": number} | _plain(table)


def _plain(table: Table) -> dict[str, Any]:
    """Give a table as texts."""
    columns = table.columns
    rows, totals = (
        [[shown(cell, column) for cell, column in zip(row, columns, strict=True)] for row in found]
        for found in (table.rows, table.totals)
    )
    return {
        "columns": [{"title": column.title, "number": column.is_number} for column in columns],
        "rows": rows,
        "totals": totals,
        "notes": list(table.captions),
    }


def common() -> dict[str, Any]:
    """Give what is the same for every network: the version, and what the conventions are."""
    from archcalc import __version__  # noqa: PLC0415 - the package is being imported above this

    known = {
        each.name: {
            "figures": each.figures,
            "unit": each.unit,
            "tool": tool(each),
            "notes": each.notes,
        }
        for each in conventions()
    }
    return {"archcalc": __version__, "conventions": known}
