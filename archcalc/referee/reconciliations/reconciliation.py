"""Why two figures differ: named terms that add up exactly to the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archcalc.convention.library import find
from archcalc.display import Displayed
from archcalc.errors import UsageError
from archcalc.inputs import to_plain
from archcalc.jsonable import jsonable
from archcalc.referee.published.printed import Agreement
from archcalc.referee.published.recall import recall
from archcalc.referee.reconciliations.candidates import Candidate, Search, search
from archcalc.referee.reconciliations.counted import (
    NO_PARAMETERS,
    OF_A_KIND,
    USUAL,
    CountedReport,
    Number,
    read_side,
)
from archcalc.referee.reconciliations.terms import Term, terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from archcalc.ops.op import Shape
    from archcalc.referee.published.ledger import Finding
    from archcalc.referee.reconciliations.relatives import Untried
    from archcalc.spec.values import Value


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation(Displayed, view="tables.reconciliation:reconciliation"):
    """Two figures and the terms between them, largest first.

    Where a number was asked for, `number` is it, and `published` are the records of the network
    that print it. `candidates` are what meets it, or what comes nearest if nothing does; none where
    its record says that no count does. `b` is the first of them; None if there is none.
    `untried` are variants and options of the network that have mistakes of their own.
    """

    a: CountedReport
    b: CountedReport | None
    terms: tuple[Term, ...]
    number: Number | None = None
    candidates: tuple[Candidate, ...] = ()
    published: tuple[Finding, ...] = ()
    untried: tuple[Untried, ...] = ()

    @property
    def said(self) -> str:
        """The number that was asked for, as it was written."""
        return self.number.text if self.number else ""

    @property
    def difference(self) -> int:
        """What the terms add up to: b less a."""
        return self.b.total - self.a.total if self.b else 0

    @property
    def met(self) -> bool:
        """Tell whether something meets the number that was asked for."""
        return any(candidate.meets for candidate in self.candidates)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "a": _side(self.a),
            "b": _side(self.b) if self.b else None,
            "number": self.number.text if self.number else None,
            "difference": self.difference,
            "terms": [
                {"amount": _plain(t.amount), "label": t.label, "detail": t.detail, "kind": t.kind}
                for t in self.terms
            ],
            "published": jsonable(self.published),
            "candidates": jsonable(self.candidates),
            "untried": jsonable(self.untried),
        }


def reconcile(  # noqa: PLR0913 - how both networks are counted
    a: str | CountedReport,
    b: str | CountedReport,
    *,
    convention: str = USUAL,
    input: Shape | str | None = None,  # noqa: A002 - the field's own word
    heads: bool = False,
    parameters: Mapping[str, Value] = NO_PARAMETERS,
    partial: bool = False,
) -> Reconciliation:
    """Tell why two figures differ: `network@convention` each, or a number on one side.

    Between networks first comes the structure, counted by the convention of a; then the change of
    convention, on the network of b. A number is answered by what was published of the network;
    what meets it as printed is searched by conventions, units, input sizes, variants and slips.
    `convention` is that of a network written without one. Every network that is named is counted at
    this input, with its heads and with these parameters of its family, if so asked; a `Side` is
    taken as it is. Of what is known in part alone, nothing is said unless `partial` is granted:
    then what is known is held against the number, and is at least the figure.

    Raises UnknownName for a network, convention or parameter that does not exist, UsageError for
    two numbers or where a convention has no rule for a layer, and what `count` raises.

    >>> why = reconcile("resnet50-v1.5@macs", "resnet50-v1.5@thop")
    >>> for term in why.terms:
    ...     print(f"{term.amount:+,} {term.label}")
    +44,455,936 batch norm at 4 per element
    +102,400 global average pool at window + 1 per output
    """
    first, second = (
        side
        if isinstance(side, CountedReport)
        else read_side(
            side, convention, input=input, heads=heads, parameters=parameters, partial=partial
        )
        for side in (a, b)
    )
    if isinstance(first, CountedReport):
        if isinstance(second, Number):
            return _reconcile_number(first, second)
        return Reconciliation(first, second, terms(first, second))
    if isinstance(second, CountedReport):
        return _reconcile_number(second, first)
    message = f"`{first.text}` and `{second.text}` are both numbers: one side names a network"
    raise UsageError.of("no-network", message, "as in `resnet50@macs`")


def _reconcile_number(a: CountedReport, number: Number) -> Reconciliation:
    """Explain a number by its record, then by what meets it first: parameters by parameters."""
    published = recall(a.report, number)
    in_vain = published and all(f.agreement is Agreement.DIFFERS for f in published)
    found, untried = Search() if in_vain else search(a, number)
    if not any(candidate.meets for candidate in found):
        _ = a.figure  # raises where it is known in part: what is nearest would mislead
    if not found:
        return Reconciliation(a, None, (), number, (), published, untried)
    b = found[0].side
    if a.convention.figures != b.convention.figures:
        a = a.by(find(OF_A_KIND[b.convention.figures]))
    return Reconciliation(a, b, terms(a, b), number, found, published, untried)


def _plain(amount: int | Fraction) -> int | str:
    return amount if isinstance(amount, int) else str(amount)


def _side(side: CountedReport) -> dict[str, Any]:
    return {
        "network": side.report.graph.origin.id,
        "convention": side.convention.name,
        "input": to_plain(side.report.inputs),
        "scope": side.report.scope,
        "figure": side.total,
        "partial": side.figure.partial,
        "unit": side.convention.unit,
    }
