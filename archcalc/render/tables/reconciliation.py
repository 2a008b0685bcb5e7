"""Reconciliations → tables: the terms between two figures, and what meets a number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc.referee.reconciliations.counted import side_names
from archcalc.render.cells import percent
from archcalc.render.table import Column, Table
from archcalc.render.table import figure as cell
from archcalc.render.tables.ledger import UNITS, ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from archcalc.convention.convention import Convention
    from archcalc.referee.reconciliations.candidates import Candidate
    from archcalc.referee.reconciliations.counted import CountedReport
    from archcalc.referee.reconciliations.reconciliation import Reconciliation
    from archcalc.render.table import Cell


def reconciliation(found: Reconciliation) -> Iterator[Table]:
    """Tabulate the terms between two figures; before them what meets a number that was asked for.

    >>> from archcalc.referee.reconciliations.reconciliation import reconcile
    >>> (table,) = reconciliation(reconcile("resnet50-v1.5", "resnet50-v1.5@ptflops-aten"))
    >>> table.rows
    ((1000, 'biases of linear layers', '1,000 × 1, 1 layer'),)
    """
    if found.published:
        yield replace(ledger(found.published), title=f"published as {found.said}")
    if found.candidates or (found.number is not None and not found.published):
        yield _candidates(found)
    if found.b is not None and (found.terms or found.number is None):
        yield _terms(found, found.b)


def _terms(found: Reconciliation, b: CountedReport) -> Table:
    a = found.a
    sides = tuple(zip(side_names(a, b), (a, b), strict=True))
    (first, _), (second, _) = sides
    columns = (
        Column("amount", "amount", "change"),
        Column("reason", "reason", "prose"),
        Column("detail", "how", hide=1),
    )
    terms = tuple((term.amount, term.label, term.detail) for term in found.terms)
    rows = terms or ((0, "no difference", None),)
    sums = ((found.difference, f"{second} less {first}", None),) if terms else ()
    captions = (
        *(f"{name}: {_total(side)} ({_unit(side.convention)})" for name, side in sides),
        *(f"{name}: {why}" for name, side in sides for why in side.figure.reasons),
    )
    return Table(columns, rows, sums, title=f"from {first} to {second}", captions=captions)


def _candidates(found: Reconciliation) -> Table:
    off = () if found.met else (Column("off", "off by", "change"), Column("share", "", "text"))
    columns = (
        Column("candidate", "what", "name"),
        Column("figure", "figure", "number"),
        *off,
        Column("verdict", "verdict", "text", 0 if found.met else 3),
        Column("changes", "changed", "prose", 1),
        Column("alike", "conventions that agree", "prose", 2),
    )
    said = found.said
    title = f"what prints as {said}" if found.met else f"nothing prints as {said}: the nearest"
    rows = tuple(_candidate(candidate, off=bool(off)) for candidate in found.candidates)
    untried = tuple(f"not tried: {change}: {why}" for change, why in found.untried)
    return Table(columns, rows, title=title, captions=untried)


def _candidate(candidate: Candidate, *, off: bool) -> tuple[Cell, ...]:
    agreement, unit = candidate.agreement, candidate.sense.printed.unit
    of = f", in {UNITS.get(int(unit), f'10^{len(str(unit)) - 1}')}" if unit > 1 else ""
    return (
        candidate.side.name,
        cell(candidate.total, partial=candidate.side.figure.partial),
        *((candidate.off, _share(candidate.distance)) if off else ()),
        f"{agreement.sign} {agreement}{of}",
        ", ".join(candidate.changes) or "nothing",
        ", ".join(candidate.alike),
    )


def _share(distance: Fraction) -> str:
    """Say how far off: in percent, or as many times the number."""
    return percent(distance) if distance < 1 else f"{round(distance):,} times"


def _total(side: CountedReport) -> str:
    return f"at least {side.total:,}" if side.figure.partial else f"{side.total:,}"


def _unit(convention: Convention) -> str:
    return convention.unit or convention.figures
