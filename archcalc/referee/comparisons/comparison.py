"""Networks side by side: their totals, and their stages or ops line by line."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from archcalc.counts import counts_to_dict
from archcalc.display import Displayed
from archcalc.errors import UsageError, suggestion
from archcalc.paths import merged
from archcalc.plain_values import memory_to_dict
from archcalc.report import Report, count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archcalc.counts import Counts
    from archcalc.graph import Graph
    from archcalc.inputs import Input
    from archcalc.ops.op import Shape
    from archcalc.spec.spec import Spec

Net: TypeAlias = "Report | Graph | Spec | str | Path"
"""A network: counted, expanded, read, or by its name or path."""
By: TypeAlias = Literal["stage", "op"]

LINES = ("stage", "op")


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """The counts of one stage, one op or the whole; None where a network has no such thing."""

    label: str
    counts: tuple[Counts | None, ...]

    def values(self, quantity: str) -> tuple[int | None, ...]:
        """Give a quantity of each network."""
        return tuple(None if one is None else getattr(one, quantity) for one in self.counts)

    def ratios(self, quantity: str) -> tuple[Fraction | None, ...]:
        """Give a quantity of each network as a multiple of the first's, where both are known."""
        partial = [one is not None and quantity in one.unknown for one in self.counts]
        pairs = zip(self.values(quantity), partial, strict=True)
        return ratios([None if unknown else value for value, unknown in pairs])


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Displayed, view="tables.comparison:comparison"):
    """Networks side by side. The lines of each network add up to its total."""

    reports: tuple[Report, ...]
    lines: tuple[ComparedLine, ...]
    total: ComparedLine
    by: By | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "networks": [report.graph.origin.id for report in self.reports],
            "lines": [_line_to_dict(line) for line in self.lines],
            "total": _line_to_dict(self.total),
            "memory": [memory_to_dict(report.memory(), 1, report.total) for report in self.reports],
        }


def _line_to_dict(line: ComparedLine) -> dict[str, Any]:
    counts = [None if one is None else counts_to_dict(one) for one in line.counts]
    return {"label": line.label, "counts": counts}


def compare(
    *nets: Net,
    by: By | None = None,
    input: Shape | str | None = None,  # noqa: A002 - the field's own word
    batch: int = 1,
    heads: bool = False,
) -> Comparison:
    """Put networks side by side, in whole or also by stage (the paths' first segments) or by op.

    A `Report` is taken as it is; the other networks are counted at this input and batch. Raises
    what `count` raises, and UsageError for less than two networks.

    >>> lenets = compare("lenet5", "lenet5-textbook", by="op")
    >>> lenets.total.values("parameters"), float(lenets.total.ratios("parameters")[1])
    ((60000, 61706), 1.0284333333333333)
    >>> {line.label: line.values("macs") for line in lenets.lines if any(line.values("macs"))}
    {'conv': (315600, 405600), 'linear': (10080, 10920)}
    """
    if len(nets) < 2:
        raise UsageError.of("too-few", "a comparison needs two networks or more")
    if by is not None and by not in LINES:
        hint = suggestion(by, LINES) or "by stage or by op"
        raise UsageError.of("not-a-choice", f"networks are not compared by `{by}`", hint)
    reports = tuple(report_of(net, input=input, batch=batch, heads=heads) for net in nets)
    groups = [_groups(report, by) for report in reports] if by else []
    labels = merged(list(group) for group in groups)
    lines = tuple(
        ComparedLine(label, tuple(group.get(label) for group in groups)) for label in labels
    )
    return Comparison(
        reports, lines, ComparedLine("total", tuple(report.total for report in reports)), by
    )


def ratios(values: Sequence[int | None]) -> tuple[Fraction | None, ...]:
    """Give each value as a multiple of the first; None where either is missing or the first is 0.

    >>> ratios([4, 6, None])
    (Fraction(1, 1), Fraction(3, 2), None)
    """
    first = values[0]
    return tuple(
        Fraction(value, first) if first and value is not None else None for value in values
    )


def report_of(
    net: Net,
    *,
    input: Input | None = None,  # noqa: A002 - the field's own word
    batch: int = 1,
    heads: bool = False,
) -> Report:
    """Count a network that is not counted yet."""
    return net if isinstance(net, Report) else count(net, input=input, batch=batch, heads=heads)


def _groups(report: Report, by: By) -> dict[str, Counts]:
    if by == "op":
        return report.by_op()
    return {row.path: row for row in report.fold(1)}
