"""A report under a convention: one exact integer for the network, and for each of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archcalc.convention.library import find
from archcalc.convention.variables import of_report
from archcalc.errors import Reason, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from archcalc.convention.convention import Convention
    from archcalc.report import Report
    from archcalc.spec.values import Value


@dataclass(frozen=True, eq=False)
class Figure:
    """What a convention counts in a report.

    `values` has one integer for each of the report's nodes, and None where the convention has no
    rule: such a figure is `partial`, and its total the part that is known.
    """

    convention: Convention
    report: Report
    values: tuple[int | None, ...]

    @cached_property
    def total(self) -> int:
        """The sum of all that is known."""
        return sum(value or 0 for value in self.values)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The paths of the layers that the convention has no rule for."""
        pairs = zip(self.report.nodes, self.values, strict=True)
        return tuple(node.path for node, value in pairs if value is None)

    @property
    def partial(self) -> bool:
        """Tell whether something could not be counted."""
        return bool(self.unknown)

    def of(self, path: str) -> int:
        """Sum what is known at and below a path; the rows of any depth add up to the total.

        >>> from archcalc.report import count
        >>> figure = apply(count("lenet5"), "macs")
        >>> figure.of("C1"), figure.total
        (117600, 325680)
        """
        return sum(self.values[position] or 0 for position in self.report.index[path])

    def of_head(self, head: str | None) -> int:
        """Sum what is known of one head, or of the main path (None)."""
        pairs = zip(self.report.nodes, self.values, strict=True)
        return sum(value or 0 for node, value in pairs if node.head == head)

    def __str__(self) -> str:
        name = f"{self.total:,} {self.convention.figures} ({self.convention.name})"
        return f"at least {name}" if self.partial else name


def apply(report: Report, convention: str | Path | Convention) -> Figure:
    """Apply a convention to what a report covers.

    Raises UnknownName for a convention that does not exist, UsageError where a rule of one's own
    cannot be evaluated.

    >>> from archcalc.report import count
    >>> print(apply(count("resnet50-v1.5"), "thop"))
    4,133,742,592 operations (thop)
    """
    found = find(convention)
    times = report.batch if found.per == "batch" else 1
    known: dict[tuple[int, str], int | None] = {}
    values = []
    for node, variables in zip(report.nodes, of_report(report), strict=True):
        key = (id(variables), node.op.name)
        if key not in known:
            known[key] = _value(found, node.op.name, variables, times)
        values.append(known[key])
    return Figure(found, report, tuple(values))


def totals(report: Report, conventions: Iterable[Convention]) -> Iterator[tuple[Convention, int]]:
    """Give the figure of every convention that has a rule for all layers, layer kinds at once.

    >>> from archcalc.report import count
    >>> [total for _, total in totals(count("lenet5"), [find("macs"), find("torch")])]
    [325680, 60840]
    """
    kinds: dict[tuple[int, str], int] = {}
    variables = of_report(report)
    by_id = {id(found): found for found in variables}
    for node, found in zip(report.nodes, variables, strict=True):
        key = (id(found), node.op.name)
        kinds[key] = kinds.get(key, 0) + 1
    for convention in conventions:
        if all(convention.knows(op) for _, op in kinds):
            times = report.batch if convention.per == "batch" else 1
            values = (
                n * (_value(convention, op, by_id[i], times) or 0) for (i, op), n in kinds.items()
            )
            yield convention, sum(values)


def complete(figure: Figure) -> Figure:
    """Give a figure back if it is complete. Raises UsageError where a layer has no rule."""
    if figure.partial:
        unknown = set(figure.unknown)
        names = sorted({node.op.name for node in figure.report.nodes if node.path in unknown})
        shown = ", ".join(f"`{name}`" for name in names)
        message = f"{figure.convention.name} has no rule for {shown}: {figure.unknown[0]}"
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        hint = f"the layers that it knows have {figure.total:,}; a rule, or a zero with its reason"
        raise UsageError.of("partial-figure", message + more, hint)
    return figure


def figure(report: Report, convention: str | Path | Convention) -> int:
    """Give the one integer of a convention. Raises UsageError where a layer has no rule.

    >>> from archcalc.report import count
    >>> figure(count("lenet5"), "lecun1998")
    340908
    """
    return complete(apply(report, convention)).total


def _value(
    convention: Convention, op: str, variables: Mapping[str, Value], times: int
) -> int | None:
    if not convention.knows(op):
        return None
    try:
        return times * convention.value(op, variables)
    except Reason as reason:
        message = f"{convention.name}, rule of `{op}`: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint) from None
