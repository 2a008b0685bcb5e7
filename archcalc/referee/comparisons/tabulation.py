"""Networks below each other: a row for each, as papers print them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.convention.figure import apply
from archcalc.counts import counts_to_dict
from archcalc.display import Displayed
from archcalc.errors import UsageError
from archcalc.plain_values import memory_to_dict
from archcalc.referee.comparisons.comparison import report_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archcalc.convention.convention import Convention
    from archcalc.convention.figure import Figure
    from archcalc.inputs import Input
    from archcalc.referee.comparisons.comparison import Net
    from archcalc.report import Report


class Entry(NamedTuple):
    """A network, and its figures by the conventions that were asked for."""

    report: Report
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Tabulation(Displayed, view="tables.tabulation:tabulation"):
    """Networks in the order in which they were named, each at every input."""

    entries: tuple[Entry, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {"schema": 1, "networks": [_entry_to_dict(entry) for entry in self.entries]}


def table(
    *nets: Net,
    inputs: Sequence[Input] = (),
    conventions: Sequence[str | Path | Convention] = (),
    batch: int = 1,
    heads: bool = False,
) -> Tabulation:
    """Count networks for a table with a row for each: at their own input, or at each of `inputs`.

    Conventions are named, or files of one's own. A `Report` is taken as it is. Raises what `count`
    raises, UsageError without a network, UnknownName for a convention that does not exist.

    >>> found = table("resnet50", "vgg16", conventions=["fvcore"])
    >>> [(e.report.total.parameters, e.figures[0].total) for e in found.entries]
    [(25557032, 3879247872), (138357544, 15470264320)]
    """
    if not nets:
        raise UsageError.of("too-few", "a table needs a network or more")
    reports = [
        report_of(net, input=shape, batch=batch, heads=heads)
        for net in nets
        for shape in inputs or (None,)
    ]
    return Tabulation(
        tuple(
            Entry(report, tuple(apply(report, name) for name in conventions)) for report in reports
        )
    )


def _entry_to_dict(entry: Entry) -> dict[str, Any]:
    report, origin = entry.report, entry.report.graph.origin
    return {
        "network": origin.id,
        "name": origin.name,
        "changed": {key: str(value) for key, value in origin.changed.items()},
        "input": list(report.input),
        "batch": report.batch,
        "scope": report.scope,
        "notes": list(report.notes),
        **counts_to_dict(report.total),
        "memory": memory_to_dict(report.memory(), 1, report.total),
        "figures": {
            figure.convention.name: {"figure": figure.total, "partial": figure.partial}
            for figure in entry.figures
        },
    }
