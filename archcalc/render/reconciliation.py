"""Reconciliations → tables: the terms between two figures, and what meets a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.render.ledger import UNITS
from archcalc.render.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.convention.convention import Convention
    from archcalc.referee.candidates import Candidate
    from archcalc.referee.reconciliation import Reconciliation
    from archcalc.referee.side import Side
    from archcalc.render.table import Cell


def reconciliation(found: Reconciliation) -> Iterator[Table]:
    """Tabulate the terms between two figures; before them what meets a number that was asked for.

    >>> from archcalc.referee.reconciliation import reconcile
    >>> (table,) = reconciliation(reconcile("resnet50-v1.5", "resnet50-v1.5@ptflops-aten"))
    >>> table.rows
    ((1000, 'biases of linear layers', '1,000 × 1, 1 layer'),)
    """
    if found.number is not None:
        yield _candidates(found)
    if found.b is not None and (found.terms or found.number is None):
        yield _terms(found, found.b)


def _terms(found: Reconciliation, b: Side) -> Table:
    a = found.a
    columns = (
        Column("amount", "amount", "change"),
        Column("reason", "reason", "prose"),
        Column("detail", "how", hide=1),
    )
    terms = tuple((term.amount, term.label, term.detail) for term in found.terms)
    rows = terms or ((0, "no difference", None),)
    sums = ((found.difference, f"{b.name} less {a.name}", None),) if terms else ()
    captions = (
        f"{a.name}: {a.total:,} ({_unit(a.convention)})",
        f"{b.name}: {b.total:,} ({_unit(b.convention)})",
    )
    return Table(columns, rows, sums, title=f"from {a.name} to {b.name}", captions=captions)


def _candidates(found: Reconciliation) -> Table:
    columns = (
        Column("candidate", "what", "name"),
        Column("figure", "figure", "number"),
        Column("verdict", "verdict"),
        Column("changes", "changed", "prose", 1),
        Column("alike", "conventions that agree", "prose", 2),
    )
    said = found.number.text if found.number else ""
    title = f"what prints as {said}" if found.met else f"nothing prints as {said}: the nearest"
    return Table(columns, tuple(map(_candidate, found.candidates)), title=title)


def _candidate(candidate: Candidate) -> tuple[Cell, ...]:
    unit = candidate.reading.unit
    of = f", in {UNITS.get(unit, f'10^{len(str(unit)) - 1}')}" if unit > 1 else ""
    agreement = candidate.agreement
    return (
        candidate.side.name,
        candidate.total,
        f"{agreement.sign} {agreement}{of}",
        ", ".join(candidate.changes) or "nothing",
        ", ".join(candidate.alike),
    )


def _unit(convention: Convention) -> str:
    return convention.unit or convention.figures
