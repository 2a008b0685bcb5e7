"""What a published figure may read of a network, or of a layer of it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.convention.figure import figure
from archcalc.counts import KINDS, QUANTITIES
from archcalc.errors import Reason
from archcalc.ops.fields import shown
from archcalc.ops.op import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.counts import Counts
    from archcalc.referee.published.printed import Exact
    from archcalc.referee.published.records import Record
    from archcalc.report import Report
    from archcalc.spec.values import Value


def variables_of(report: Report, record: Record) -> dict[str, Value]:
    """Give what the figure of a record reads, of the whole network or of the record's layer.

    What a convention counts is read by its name, with underscores: `by_convention.macs_conv`; the
    receptive field of a layer by its extents: `field[0]`.
    """
    if record.layer is not None:
        row = report[record.layer]
        return {
            **quantities_of(row),
            "inputs": row.input.size,
            "output": row.output,
            "field": row.field.size if row.field else (),
        }
    return {
        **quantities_of(report.total),
        "inputs": sum(shape.size for shape in report.inputs.values()),
        "output": report.graph.shape_of(report.graph.end),
        "by_op": {op: quantities_of(counts) for op, counts in report.by_op().items()},
        "by_convention": {
            name: figure(report, name.replace("_", "-"))
            for place, _, name in (read.partition(".") for read in record.figure.names)
            if place == "by_convention" and name
        },
    }


def quantities_of(counts: Counts) -> dict[str, Value]:
    """Give the quantities of a part of a network by their names."""
    return {name: getattr(counts, name) for name in QUANTITIES} | {
        kind: getattr(counts.work, kind) for kind in KINDS
    }


def is_partial(record: Record, counts: Iterable[Counts]) -> bool:
    """Tell whether a figure reads what is known in part only."""
    read = {name.rpartition(".")[2] for name in record.figure.names}
    return any(not read.isdisjoint(each.unknown) for each in counts)


def exact_of(value: Value) -> Exact:
    """Take what a figure gives, if it is one. Raises a `Reason`."""
    if isinstance(value, Shape | Fraction) or type(value) is int:
        return value
    raise Reason("wrong-type", f"a figure is a number or an output's shape, not {shown(value)}")
