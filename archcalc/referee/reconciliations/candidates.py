"""What meets a printed number: conventions, units, sizes, variants and slips that are tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.convention.figure import apply, totals
from archcalc.convention.library import conventions
from archcalc.referee.published.printed import Agreement
from archcalc.referee.reconciliations.counted import CountedReport
from archcalc.referee.reconciliations.omissions import omissions
from archcalc.referee.reconciliations.relatives import Net, Untried, relatives
from archcalc.referee.reconciliations.sense import senses
from archcalc.referee.reconciliations.slips import classes, slips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.convention.convention import Convention
    from archcalc.referee.reconciliations.counted import Number
    from archcalc.referee.reconciliations.sense import Sense
    from archcalc.referee.reconciliations.slips import Slip
    from archcalc.report import Report

MOST = 8
"""Candidates that are kept of those that meet a number."""
NEAREST = 5
"""Candidates that are kept where none does."""
DEAREST = 3
"""Assumptions that a candidate may cost, and one for each digit of the number at most: with more of
them everything is met."""
OTHER_KIND = 2
"""What it costs to count another kind of thing than was asked for, beside the convention."""
PRECISE = 5
"""Digits from which on a number singles out a layer, or any number of classes."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A side that was tried: what was changed to come to it, and how it meets the number.

    `cost` is the number of assumptions that this takes, `options` how many of them set one option
    of the family. `alike` are other conventions that give the same figure of the same network.
    """

    side: CountedReport
    total: int
    changes: tuple[str, ...]
    sense: Sense
    agreement: Agreement
    cost: int = 0
    options: int = 0
    alike: tuple[str, ...] = ()

    @property
    def meets(self) -> bool:
        """Tell whether it prints as the number does."""
        return self.agreement is not Agreement.DIFFERS

    @property
    def is_plain(self) -> bool:
        """Tell whether it takes no more than one assumption, and none about a tool."""
        return self.cost == 0 or (self.cost == 1 and not self.side.convention.tool)

    @property
    def off(self) -> int:
        """Tell how far the figure is above the number, to the nearest integer."""
        return round(self.total - self.sense.target)

    @property
    def distance(self) -> Fraction:
        """Tell how far the figure is from the number, as a share of it."""
        number = self.sense.target
        return abs(self.total - number) / number if number else Fraction(self.total)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "side": self.side.name,
            "changes": list(self.changes),
            "cost": self.cost,
            "alike": list(self.alike),
            "figure": self.total,
            "partial": self.side.figure.partial,
            "off": self.off,
            "unit": self.sense.printed.unit,
            "agreement": str(self.agreement),
            "meets": self.meets,
        }


class Search(NamedTuple):
    """What a search found, and the relatives of the network that it could not try."""

    candidates: tuple[Candidate, ...] = ()
    untried: tuple[Untried, ...] = ()


def search(side: CountedReport, number: Number) -> Search:
    """Search what meets a number: fewest assumptions first, rounded before cut off.

    Assumptions are a convention, a unit, an input size, heads, another variant of the family or one
    option of it; where these do not explain the number, also a slip. Where nothing meets it, the
    nearest figures are given, each nearer than all that assume less.
    """
    trial = _Trial(side, number)
    nets, untried = relatives(side.report)
    found = list(trial.nets(nets))
    if not any(candidate.meets and candidate.is_plain for candidate in found):
        found += trial.slips()
    met = _in_sense(side, [c for c in found if c.meets and c.cost <= min(DEAREST, number.digits)])
    return Search(tuple(_plainest(_unlike(met))[:MOST]) or _nearest(side, found), untried)


def _in_sense(side: CountedReport, found: list[Candidate]) -> list[Candidate]:
    """Leave out what counts another kind of thing than was asked for, unless nothing else meets."""
    alike = [c for c in found if c.side.convention.figures == side.convention.figures]
    return alike if side.stated and alike else found


def _ranked(found: Iterable[Candidate]) -> list[Candidate]:
    """Sort by assumptions; what is equal by this stays as the conventions are listed.

    An option is less likely meant than a variant with a name, and a number is less likely cut off
    than rounded. What papers count is listed before what tools do, and tools make few slips.
    """
    return sorted(found, key=_rank)


def _rank(candidate: Candidate) -> tuple[int, int, int, bool]:
    of_tool = bool(candidate.side.slip and candidate.side.convention.tool)
    agreement = list(Agreement).index(candidate.agreement)
    return candidate.cost, candidate.options, agreement, of_tool


def _nearest(side: CountedReport, found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Give what comes nearest, each nearer than all that assume less."""
    front: list[Candidate] = []
    plain = [c for c in _in_sense(side, list(found)) if c.cost < DEAREST and c.sense.is_plain]
    for candidate in sorted(_unlike(plain), key=lambda c: (c.cost, c.distance)):
        if not front or candidate.distance < front[-1].distance:
            front.append(candidate)
    return tuple(front[: -NEAREST - 1 : -1])


def _unlike(tried: Iterable[Candidate]) -> list[Candidate]:
    """Keep each figure once with a slip and once without, by the fewest assumptions."""
    best: dict[tuple[object, ...], Candidate] = {}
    names: dict[tuple[object, ...], dict[str, None]] = {}
    for candidate in tried:
        convention, net = candidate.side.convention, (candidate.side.report, candidate.side.slip)
        names.setdefault((*net, candidate.total, convention.figures), {})[convention.name] = None
        key = (candidate.total, candidate.sense, convention.figures, bool(candidate.side.slip))
        known = best.get(key)
        if known is None or _rank(candidate) < _rank(known):
            best[key] = candidate
    return [_with_alike(found, names) for found in best.values()]


def _with_alike(found: Candidate, names: dict[tuple[object, ...], dict[str, None]]) -> Candidate:
    side = found.side
    alike = names[side.report, side.slip, found.total, side.convention.figures]
    return replace(found, alike=tuple(name for name in alike if name != side.convention.name))


def _plainest(found: Iterable[Candidate]) -> list[Candidate]:
    """Keep of each network, in each unit, what assumes the least; no slip that assumes more."""
    best: dict[tuple[object, ...], Candidate] = {}
    for candidate in _ranked(found):
        side, unit = candidate.side, candidate.sense.printed.unit
        cheapest = next(iter(best.values()), candidate)
        if not side.slip or candidate.cost <= cheapest.cost:
            best.setdefault((side.report, side.slip, unit), candidate)
    return list(best.values())


class _Trial:
    """Tries networks, conventions and senses of a number against each other."""

    def __init__(self, side: CountedReport, number: Number) -> None:
        self.side, self.number = side, number
        self.senses = tuple(senses(number))
        others = (c for c in conventions() if c is not side.convention)
        self.conventions = (side.convention, *others)
        self.within = [sense.within for sense in self.senses]
        self.precise = number.digits >= PRECISE

    def nets(self, nets: Iterable[Net]) -> Iterator[Candidate]:
        """Try networks under all conventions."""
        for net in nets:
            found = totals(net.report, self.conventions, partial=self.side.partial)
            for convention, total in found:
                yield from self._senses(net, convention, total)

    def slips(self) -> Iterator[Candidate]:
        """Try the network with slips; of a precise number also layers left out, and classes."""
        report = self.side.report
        yield from self.nets(map(_slipped, slips(report)))
        if self.precise:
            yield from self._omissions(report)
            yield from self._classes(report)

    def _senses(
        self, net: Net, convention: Convention, total: int, extra: int = 0
    ) -> Iterator[Candidate]:
        changes, cost, own = net.changes, net.cost, self.side.convention
        if convention is not own:
            changes = (*changes, f"convention {convention.name}")
            cost += 1
            if self.side.stated and convention.figures != own.figures:
                cost += OTHER_KIND
        asked = self.side
        side = CountedReport(
            net.report, convention, asked.stated, net.slip, extra, partial=asked.partial
        )
        for sense, (first, behind) in zip(self.senses, self.within, strict=True):
            if convention.figures in sense.kinds or self._is_asked_of(convention):
                agreement = Agreement.DIFFERS
                if first <= total < behind:
                    agreement = sense.agreement(total)
                said = (*changes, *sense.words)
                more = cost + sense.cost
                yield Candidate(side, total, said, sense, agreement, more, net.options)

    def _is_asked_of(self, convention: Convention) -> bool:
        """Tell whether a number is held against this too, since it is asked of one of the kind."""
        own = self.side.convention
        alike = convention.figures == own.figures and not self.number.is_bytes
        return self.side.stated and (alike or convention is own)

    def _omissions(self, report: Report) -> Iterator[Candidate]:
        """Leave something out, or count it twice: by this convention, or by one of no tool."""
        for convention in self.conventions:
            if convention is not self.side.convention and convention.tool:
                continue
            figure = apply(report, convention)
            if figure.partial and not self.side.partial:
                continue
            for amount, words in omissions(figure):
                total = figure.total + amount
                net = Net(report, (words,), 2, slip=words)
                if any(first <= total < behind for first, behind in self.within):
                    found = self._senses(net, convention, total, amount)
                    yield from (candidate for candidate in found if candidate.meets)

    def _classes(self, report: Report) -> Iterator[Candidate]:
        """Solve for the number of classes: figures grow by the same with each of them."""
        few, many = (dict(self._totals(report, n)) for n in (1, 2))
        wanted = {
            1 + (sense.target - few[convention]) / (many[convention] - few[convention])
            for convention in few
            for sense in self.senses
            if many.get(convention, few[convention]) != few[convention]
        }
        for number in wanted:
            if number.denominator == 1 and 0 < number < 10**6:
                yield from self.nets(map(_slipped, classes(report, int(number), cost=2)))

    def _totals(self, report: Report, number: int) -> Iterator[tuple[Convention, int]]:
        for slip in classes(report, number):
            yield from totals(slip.report, self.conventions)


def _slipped(slip: Slip) -> Net:
    return Net(slip.report, (slip.words,), slip.cost, slip=slip.words)
