"""A number that was published of a network: what its record says of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from archcalc.errors import ArchcalcError
from archcalc.referee.published.ledger import findings
from archcalc.referee.published.records import read_ledger
from archcalc.spec.reader import Source

if TYPE_CHECKING:
    from archcalc.referee.published.ledger import Finding
    from archcalc.referee.published.records import Record
    from archcalc.referee.reconciliations.counted import Number
    from archcalc.report import Report


def recall(report: Report, number: Number) -> tuple[Finding, ...]:
    """Find the published figures of a network that are this number, of its family where none is.

    Only its own network answers, at its own input: no other was printed. A file whose figures have
    mistakes has none.

    >>> from archcalc.referee.reconciliations.counted import read_side
    >>> (finding,) = recall(read_side("alexnet").report, read_side("630M"))
    >>> finding.record.key, finding.verdict
    ('slides2012', 'differs')
    """
    origin = report.graph.origin
    if not origin.text or origin.kind != "spec" or origin.changed or report.inputs != origin.inputs:
        return ()
    with suppress(ArchcalcError):
        ledger = read_ledger(Source(origin.id, origin.text), origin.id)
        alike = tuple(record for record in ledger.records if _prints(record, number))
        if alike:
            ledger = ledger._replace(records=alike)
            return tuple(findings(ledger, origin.id)) or tuple(findings(ledger, None))
    return ()


def _prints(record: Record, number: Number) -> bool:
    """Tell whether a record prints the number, be it with other digits: 630M as 630,000,000."""
    own = record.printed
    return not own.shape and any(
        own.number * own.unit == reading.number * reading.unit for reading in number.readings
    )
