"""Findings → the table of published figures beside the computed ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc.referee.published.printed import Agreement, as_printed
from archcalc.render.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.referee.published.ledger import Finding
    from archcalc.referee.published.records import Record
    from archcalc.render.table import Cell

COLUMNS = (
    Column("network", "network", "name"),
    Column("layer", "layer", "name"),
    Column("figure", "figure", "name"),
    Column("printed", "printed", "number"),
    Column("exact", "exact", "number"),
    Column("verdict", "verdict"),
    Column("note", "why", "prose", 1),
    Column("source", "source", "prose", 3),
)
STATED = {
    "exact": "equal",
    "round": "rounded",
    "trunc": "only cut off",
    "bound": "within bound",
    "none": "differing",
}
"""What each match says in words."""
UNITS = {10**3: "10^3", 10**6: "10^6", 10**9: "10^9", 2**10: "1024", 2**20: "2^20", 2**30: "2^30"}


def ledger(findings: Sequence[Finding]) -> Table:
    """Tabulate findings in their order, with the verdicts counted and the sources named below.

    Where all are of one network it is the title, and why figures differ is never hidden.

    >>> from archcalc.referee.published.ledger import published
    >>> table = ledger(published("plain34"))
    >>> table.rows[0][2:6], table.captions[0]
    (('macs', '3.6 × 10^9', 3644493824, '≈ rounded'), '1 figure: 1 rounded')
    """
    names = {network(finding) for finding in findings}
    alone = len(names) == 1
    rows = tuple(_row(finding) for finding in findings)
    hidden = {
        "network": 2 if alone else 0,
        "note": 0 if alone and any(row[6] for row in rows) else 1,
    }
    return Table(
        columns=tuple(replace(c, hide=hidden.get(c.name, c.hide)) for c in COLUMNS),
        rows=rows,
        captions=tuple(_captions(findings)),
        title=names.pop() if alone else "",
        tones=tuple("" if finding.holds else "bad" for finding in findings),
    )


def printed(record: Record) -> str:
    """Say what is printed, and its unit where the text leaves it open."""
    unit = int(record.printed.unit)
    said = UNITS.get(unit, f"{unit:,}")
    if unit == 1:
        return record.text
    if record.text[-1].isdigit():
        return f"{record.text} × {said}"
    return record.text if unit % 10 == 0 else f"{record.text} of {said}"


def network(finding: Finding) -> str:
    """Name the network, with the parameters that are set otherwise and the heads."""
    if finding.setting is None:
        return finding.network
    changes = [f"{key}={value}" for key, value in finding.setting.parameters.items()]
    changes += ["heads"] if finding.setting.heads else []
    return f"{finding.network} ({', '.join(changes)})" if changes else finding.network


def verdict(finding: Finding) -> str:
    """Say the verdict by sign and words; of a failure also what the record states."""
    said = f"{finding.sign} {finding.verdict}"
    if finding.agreement is Agreement.PARTIAL:
        return f"{said}: cannot be judged, stated as {STATED[finding.record.match]}"
    return said if finding.holds else f"{said}: FAILS, stated as {STATED[finding.record.match]}"


def _row(finding: Finding) -> tuple[Cell, ...]:
    record = finding.record
    source = f"{record.key}, {record.where}" if record.where else record.key
    note = ": ".join(text for text in (record.why, record.note) if text)
    return (
        network(finding),
        record.layer or "",
        record.figure.text.replace("by_convention.", ""),
        printed(record),
        as_printed(finding.exact),
        verdict(finding),
        note,
        source,
    )


def _captions(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "no figures of it are published here"
        return
    verdicts = Counter(finding.verdict for finding in findings)
    said = ", ".join(f"{number} {words}" for words, number in verdicts.most_common())
    records = len({id(finding.record) for finding in findings})
    of = f" of {records} records" if records < len(findings) else ""
    yield f"{len(findings)} {'figures' if len(findings) > 1 else 'figure'}{of}: {said}"
    failed = sum(not finding.holds for finding in findings)
    if failed:
        yield f"{failed} {'fail' if failed > 1 else 'fails'} what its record states"
    yield "≈ is equal as printed: rounded, cut off, or within a bound"
    for key, source in {f.record.key: f.record.source for f in findings}.items():
        yield f"{key}: {source}"
