"""Reports → plain values, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.counts import counts_to_dict
from archcalc.inputs import to_plain
from archcalc.jsonable import jsonable
from archcalc.memory import partial

if TYPE_CHECKING:
    from archcalc.counts import Counts
    from archcalc.memory import Memory
    from archcalc.report import Report
    from archcalc.row import Row


def report_to_dict(report: Report) -> dict[str, Any]:
    """Give a report: who the network is, what its totals cover, its rows and its sums."""
    origin = report.graph.origin
    return {
        "schema": 1,
        "network": origin.id,
        "name": origin.name,
        "source": origin.source,
        "parameters": {key: _plain(value) for key, value in origin.parameters.items()},
        "input": to_plain(report.inputs),
        "batch": report.batch,
        "scope": report.scope,
        "outputs": list(report.outputs),
        "dead_ends": list(report.dead_ends),
        "notes": [*report.flattenings, *report.notes],
        "uncounted": jsonable(report.uncounted),
        "rows": [row_to_dict(row) for row in report.rows],
        "total": counts_to_dict(report.total),
        "main": counts_to_dict(report.main),
        "heads": {name: counts_to_dict(counts) for name, counts in report.heads.items()},
        "memory": memory_to_dict(report.memory(), 1, report.total),
    }


def memory_to_dict(memory: Memory, bytes_each: int, total: Counts) -> dict[str, Any]:
    """Give a memory as plain values, with the bytes of a number: 1 where numbers are counted."""
    sums = {"stored": memory.stored, "total": memory.total, "running": memory.running}
    return {
        "bytes_each": bytes_each,
        **memory._asdict(),
        "partial": list(partial(total.unknown)),
        **sums,
    }


def row_to_dict(row: Row) -> dict[str, Any]:
    """Give a row as plain values."""
    place = {
        "path": row.path,
        "op": row.op,
        "repeats": row.repeats,
        "input": list(row.input),
        "output": list(row.output),
        "receptive_field": jsonable(row.field),
        "head": row.head,
        "shared_with": list(row.shared_with),
    }
    return place | counts_to_dict(row)


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, int | str | bool | None) else float(value)  # type: ignore[arg-type]
