"""Variants of one structure, counted at once: the rules are read on arrays of integers.

The variants of a group go one way through the spec until something decides by a number that is not
the same for all of them; then the group is parted, and each part begins anew. What is left alone,
what fails, and what arrays cannot do, is counted by itself.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

from archcalc.errors import ArchcalcError, Reason
from archcalc.facts import facts_of
from archcalc.referee.sweeps.integers import Parting, integers, listed
from archcalc.referee.sweeps.measures import Figures, figures
from archcalc.referee.sweeps.ratios import ratios
from archcalc.report import Report
from archcalc.spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from archcalc.referee.sweeps.plan import Outcome, Plan
    from archcalc.spec.values import Value

    Variant = tuple[int, Mapping[str, Value]]

FEW = 8
"""So many are counted faster one by one."""
MOST = 2_048
"""So many at once: more would take room, and no less time each."""


def count_together(plan: Plan, numbers: Iterable[int]) -> list[Outcome]:
    """Count variants by their numbers, in that order."""
    found: list[Outcome] = []
    waiting = _groups(plan, numbers, found)
    while waiting:
        group = waiting.pop()
        if len(group) < FEW or not isinstance(plan.subject.net, Spec):
            found += [plan.one(number) for number, _ in group]
            continue
        waiting += [group[at : at + MOST] for at in range(MOST, len(group), MOST)]
        try:
            found += _count(plan, group[:MOST])
        except Parting as parting:
            waiting += _parts(group[:MOST], parting.labels.tolist())
        except Exception:  # noqa: BLE001 - each of them says by itself what it is
            found += [plan.one(number) for number, _ in group[:MOST]]
    return sorted(found, key=lambda outcome: outcome.number)


def _groups(plan: Plan, numbers: Iterable[int], found: list[Outcome]) -> list[list[Variant]]:
    """Put variants together whose values are of one kind: words the same, lists as long.

    What cannot fit, whatever it counts, is `found` by now.
    """
    groups: dict[Hashable, list[Variant]] = {}
    for number in numbers:
        values = plan.space.at(number)
        try:
            begins = plan.begins(values)
        except (Reason, ArchcalcError):
            begins = False
        if not begins:
            found.append(plan.one(number))
            continue
        groups.setdefault(tuple(map(_kind, values.values())), []).append((number, values))
    return list(groups.values())


def _kind(value: Value) -> Hashable:
    if isinstance(value, tuple):
        return tuple(map(_kind, value))
    return type(value).__name__ if type(value) in {int, Fraction} else (type(value).__name__, value)


def _parts(group: Sequence[Variant], labels: Sequence[object]) -> list[list[Variant]]:
    parts: dict[object, list[Variant]] = {}
    for variant, label in zip(group, labels, strict=True):
        parts.setdefault(label, []).append(variant)
    return list(parts.values())


def _count(plan: Plan, group: Sequence[Variant]) -> list[Outcome]:
    """Count a group as one network. Raises Parting where it is none, ArchcalcError for an error."""
    names = group[0][1].keys()
    values = {name: _column([values[name] for _, values in group]) for name in names}
    try:
        report = Report(plan.subject.graph(values, heads=plan.heads), plan.batch, plan.heads)
        found = figures(report, plan.names, plan.conventions, plan.bytes_each)
    finally:
        _forget()
    columns = [listed(value, len(group)) for value in found.values]
    return [
        plan.judged(number, own, Figures(row, found.partial))
        for (number, own), row in zip(group, zip(*columns, strict=True), strict=True)
    ]


def _forget() -> None:
    """Empty what keeps arrays for the next network: no other has them."""
    from archcalc.convention.variables import reading_of  # noqa: PLC0415 - most sweeps need none
    from archcalc.ops.op import fitted, on_rank  # noqa: PLC0415

    for kept in (facts_of, fitted, on_rank, reading_of):
        kept.cache_clear()


def _column(values: Sequence[Value]) -> Value:
    """Make one value of those of all variants."""
    first = values[0]
    if isinstance(first, tuple):
        return tuple(_column(part) for part in zip(*values, strict=True))
    if type(first) is int:
        return integers(cast("Sequence[int]", values))
    return ratios(cast("Sequence[Fraction]", values)) if isinstance(first, Fraction) else first
