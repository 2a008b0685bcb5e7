"""Every published figure beside the count: equal, equal as printed, or different, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archcalc.display import Displayed
from archcalc.errors import (
    ArchcalcError,
    Diagnostic,
    Reason,
    SpecError,
    UnknownName,
    suggestion,
)
from archcalc.files import is_there
from archcalc.ops.fields import shown
from archcalc.referee.published.printed import MEETS, Agreement, as_printed
from archcalc.referee.published.records import Ledger, read_ledger
from archcalc.referee.published.variables import (
    exact_of,
    is_partial,
    quantities_of,
    variables_of,
)
from archcalc.report import count
from archcalc.spec.family import Family
from archcalc.spec.library import (
    SUFFIXES,
    families,
    library_source,
    load,
    open_source,
    slashed,
)
from archcalc.spec.names import loose
from archcalc.spec.slips import near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archcalc.counts import Counts
    from archcalc.referee.published.printed import Exact
    from archcalc.referee.published.records import Record, Setting
    from archcalc.report import Report
    from archcalc.spec.spec import Spec


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A record held against one network: the exact value, and how it agrees.

    `setting`, `exact` and `agreement` are None where the record is not computed. The exact value is
    in single units, whatever the record's unit.
    """

    record: Record
    setting: Setting | None = None
    exact: Exact | None = None
    agreement: Agreement | None = None

    @property
    def network(self) -> str:
        """The network's name, or the subject of a record that is not computed."""
        return self.setting.network if self.setting else self.record.subject

    @property
    def holds(self) -> bool:
        """Tell whether the stated match holds; a figure that is not computed breaks nothing."""
        return self.agreement is None or self.agreement in MEETS[self.record.match]

    @property
    def sign(self) -> str:
        """`=` equal, `≈` as printed, `≠` differs, `≥` in part, `·` not computed."""
        return self.agreement.sign if self.agreement else "·"

    @property
    def verdict(self) -> str:
        """Say the agreement in words."""
        return str(self.agreement or "not computed")

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON.

        The exact value is a number, or a text: a ratio as a fraction, a shape as H x W x C.
        """
        record, exact = self.record, as_printed(self.exact)
        return {
            "network": self.network,
            "with": {
                key: value if isinstance(value, int | str) else str(value)
                for key, value in (self.setting.parameters if self.setting else {}).items()
            },
            "heads": self.setting is not None and self.setting.heads,
            "layer": record.layer,
            "figure": f"={record.figure.text}",
            "printed": record.text,
            "unit": record.printed.unit,
            "exact": str(exact) if isinstance(exact, Fraction) else exact,
            "match": record.match,
            "verdict": self.verdict,
            "holds": self.holds,
            "source": record.source,
            "where": record.where,
            "note": record.note,
            "why": record.why,
        }


class Findings(Displayed, tuple[Finding, ...], view="tables.ledger:ledger"):
    """Published figures beside the counts."""

    __slots__ = ()


def published(*names: str | Path) -> Findings:
    """Hold the published figures against the counts: all, or those of some networks.

    A name is a network's, a family's, or a record's subject; a path is a file with figures of its
    own, `mine.yaml#small` one of its networks. A record that holds for several networks gives a
    finding for each.

    Raises UnknownName for other names, SpecError where a record is wrong or cannot be computed.

    >>> [(f.record.text, f.exact, f.sign, f.verdict) for f in published("plain34")]
    [('3.6', 3644493824, '≈', 'rounded')]
    >>> all(finding.holds for finding in published("lenet5", "alexnet"))
    True
    """
    bench = _Bench()
    chosen = [pair for name in names for pair in _choose(name)] if names else _everything()
    return Findings(
        finding for ledger, wanted in chosen for finding in _findings(bench, ledger, wanted)
    )


def findings(ledger: Ledger, network: str | None) -> Iterator[Finding]:
    """Hold the figures of a ledger against the counts: those of one network, or all (None).

    Raises SpecError where a record cannot be computed.
    """
    yield from _findings(_Bench(), ledger, network)


def _everything() -> list[tuple[Ledger, str | None]]:
    return [(_library_ledger(path), None) for path in families()]


def _library_ledger(path: Path) -> Ledger:
    return read_ledger(library_source(path), path.stem)


def _choose(name: str | Path) -> list[tuple[Ledger, str | None]]:
    """Find the file that a name means, and the network or subject in it; None means all of it."""
    path, _, variant = str(name).partition("#")
    if isinstance(name, Path) or path == "-" or path.endswith(SUFFIXES) or "/" in path:
        printed = isinstance(name, str) and "/" in path and not is_there(path) and slashed(name)
        if not printed:
            return [_own_file(Path(path), variant)]
        path = printed[0].id
    ledgers = _everything()
    for ledger, _ in ledgers:
        network = ledger.network(path)
        if network is not None:
            return [(ledger, network.id)]
    for ledger, _ in ledgers:
        if loose(path) == loose(Path(ledger.document.source.name).stem):
            return [(ledger, None)]
        if any(loose(record.subject) == loose(path) for record in ledger.records if record.why):
            return [(ledger, path)]
    raise _unknown(path, ledgers)


def _own_file(path: Path, variant: str) -> tuple[Ledger, str | None]:
    ledger = read_ledger(open_source(path), path.stem)
    network = ledger.network(variant) if variant else None
    if variant and network is None:
        known = [network.id for network in ledger.networks.values()]
        message = f"{path} has no variant {shown(variant)}"
        raise UnknownName.of("unknown-variant", message, suggestion(variant, known))
    return ledger, network.id if network else None


def _unknown(name: str, ledgers: list[tuple[Ledger, str | None]]) -> UnknownName:
    known = [
        word
        for ledger, _ in ledgers
        for word in [
            *(network.id for network in ledger.networks.values()),
            *(record.subject for record in ledger.records if record.why),
        ]
    ]
    hint = near(name, known) or "`archcalc list` shows all networks"
    message = f"no network and no published figure is called {shown(name)}"
    return UnknownName.of("unknown-network", message, hint)


def _findings(bench: _Bench, ledger: Ledger, wanted: str | None) -> Iterator[Finding]:
    for record in ledger.records:
        if record.why and wanted in (None, *_subject_as(wanted, record)):
            yield Finding(record)
        for setting in record.settings:
            network = ledger.network(setting.network)
            if network is None:
                raise AssertionError("the reader has found the network")
            if wanted in {None, network.id}:
                yield bench.finding(ledger, record, replace(setting, network=network.id))


def _subject_as(wanted: str | None, record: Record) -> tuple[str, ...]:
    return (wanted,) if wanted and loose(wanted) == loose(record.subject) else ()


class _Bench:
    """Counts each network once, however many records speak of it."""

    def __init__(self) -> None:
        self.reports: dict[object, Report] = {}
        self.families: dict[str, Family] = {}

    def finding(self, ledger: Ledger, record: Record, setting: Setting) -> Finding:
        """Compute the figure of a record. Raises SpecError at the record's place."""
        try:
            report = self._own(ledger, setting)
            variables = variables_of(report, record)
            counts: list[Counts] = [report[record.layer] if record.layer else report.total]
            if record.against:
                other = self._other(ledger, record.against)
                variables["against"] = quantities_of(other.total)
                counts.append(other.total)
            exact = exact_of(record.figure.evaluate(variables))
            if is_partial(record, counts):
                return Finding(record, setting, exact, Agreement.PARTIAL)
            return Finding(record, setting, exact, record.printed.agreement(exact))
        except Reason as reason:
            mistake = Diagnostic(reason.code, reason.message, record.place, reason.hint)
            raise SpecError([mistake]) from None
        except ArchcalcError as error:
            placed = [replace(one, place=one.place or record.place) for one in error.diagnostics]
            raise SpecError(placed) from None

    def _own(self, ledger: Ledger, setting: Setting) -> Report:
        network = ledger.network(setting.network)
        variant = network.variant if network else None
        return self._report(
            ledger.document.source.name,
            setting,
            lambda: self._family(ledger, setting).settle(variant, **setting.parameters),
        )

    def _family(self, ledger: Ledger, setting: Setting) -> Family:
        """Read a family once; a file without variants is called as its one network."""
        file = ledger.document.source.name
        if file not in self.families:
            self.families[file] = Family(ledger.document, setting.network)
        return self.families[file]

    def _other(self, ledger: Ledger, setting: Setting) -> Report:
        network = ledger.network(setting.network)
        if network is not None:
            return self._own(ledger, replace(setting, network=network.id))
        return self._report("", setting, lambda: load(setting.network, **setting.parameters))

    def _report(self, file: str, setting: Setting, read_spec: Callable[[], Spec]) -> Report:
        parameters = tuple(setting.parameters.items())
        key = (file, setting.network, parameters, setting.heads)
        if key not in self.reports:
            self.reports[key] = count(read_spec(), heads=setting.heads)
        return self.reports[key]
