"""What meets a printed number: conventions, units, input sizes and variants that are tried."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.convention.figure import totals
from archcalc.convention.library import conventions
from archcalc.errors import ArchcalcError
from archcalc.ops.op import Shape
from archcalc.referee.printed import Agreement
from archcalc.referee.side import Side
from archcalc.referee.wording import value as said
from archcalc.report import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as AnyMapping

    from archcalc.graph import Graph
    from archcalc.origin import Maker
    from archcalc.referee.printed import Printed
    from archcalc.referee.side import Number
    from archcalc.report import Report
    from archcalc.spec.values import Value

SIZES = (224, 227, 256, 299)
"""Sides of square images that networks for ImageNet are counted at."""
LARGE = 128
"""From this height on an input is taken for such an image."""
MOST = 20
"""Candidates that are kept of those that meet a number."""
NEAREST = 5
"""Candidates that are kept where none does."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A side that was tried: what was changed to come to it, and how it meets the number.

    `alike` are other conventions that give the same figure of the same network.
    """

    side: Side
    total: int
    changes: tuple[str, ...]
    reading: Printed
    agreement: Agreement
    alike: tuple[str, ...] = ()

    @property
    def meets(self) -> bool:
        """Tell whether it prints as the number does."""
        return self.agreement is not Agreement.DIFFERS

    @property
    def distance(self) -> Fraction:
        """Tell how far the figure is from the number, as a share of it."""
        number = self.reading.number * self.reading.unit
        return abs(self.total - number) / number if number else Fraction(self.total)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "side": self.side.name,
            "changes": list(self.changes),
            "alike": list(self.alike),
            "figure": self.total,
            "unit": self.reading.unit,
            "agreement": str(self.agreement),
            "meets": self.meets,
        }


class _Net(NamedTuple):
    report: Report
    changes: tuple[str, ...]


def candidates(side: Side, number: Number) -> tuple[Candidate, ...]:
    """Search what meets a number: fewest changes first, options last, rounded before cut off.

    Changes are a convention, a unit, an input size, heads, and another variant of the family or one
    option of it. Where nothing meets the number, the nearest figures are given.
    """
    tried = _unlike(_tried(side, number))
    met = sorted((candidate for candidate in tried if candidate.meets), key=_effort)
    return tuple(met[:MOST] or sorted(tried, key=lambda c: c.distance)[:NEAREST])


def _effort(candidate: Candidate) -> tuple[int, int, int]:
    """Rank what meets a number; what is equal by this stays as the conventions are listed.

    An option is less likely meant than a variant with a name, and a number is less likely cut off
    than rounded. What papers count is listed before what tools do.
    """
    options = sum(": " in change for change in candidate.changes)
    return len(candidate.changes), options, list(Agreement).index(candidate.agreement)


def _tried(side: Side, number: Number) -> Iterator[Candidate]:
    others = [c for c in conventions() if c is not side.convention]
    for net in _nets(side.report):
        for convention, total in totals(net.report, (side.convention, *others)):
            changes = net.changes
            if convention is not side.convention:
                changes = (*changes, f"convention {convention.name}")
            for reading in number.readings:
                unit = (f"units of {_power(reading.unit)}",) if _is_binary(reading.unit) else ()
                agreement = reading.agreement(total)
                found = Side(net.report, convention)
                yield Candidate(found, total, (*changes, *unit), reading, agreement)


def _unlike(tried: Iterable[Candidate]) -> list[Candidate]:
    """Keep each figure once, as it is come to with the fewest changes."""
    best: dict[tuple[int, int], Candidate] = {}
    names: dict[tuple[Report, int], dict[str, None]] = {}
    for candidate in tried:
        side, key = candidate.side, (candidate.total, candidate.reading.unit)
        names.setdefault((side.report, candidate.total), {})[side.convention.name] = None
        known = best.get(key)
        if known is None or len(candidate.changes) < len(known.changes):
            best[key] = candidate
    return [_with_alike(found, names[found.side.report, found.total]) for found in best.values()]


def _with_alike(found: Candidate, names: Iterable[str]) -> Candidate:
    others = tuple(name for name in names if name != found.side.convention.name)
    return replace(found, alike=others)


def _nets(report: Report) -> Iterator[_Net]:
    """Give the network, then its relatives: also at other sizes, without and with heads."""
    for maker, changes, akin in _family(report.graph):
        own = report.graph.inputs if akin else maker.origin.inputs
        for inputs in (own, *_resized(own)) if akin else (own,):
            size = () if inputs == own else (f"input {', '.join(map(str, inputs.values()))}",)
            for heads in sorted({report.with_heads, report.with_heads or bool(maker.origin.heads)}):
                more = () if heads == report.with_heads else ("with heads",)
                with suppress(ArchcalcError):
                    found = count(maker.at(inputs, heads=heads), heads=heads)
                    yield _Net(found, (*changes, *size, *more))


def _resized(own: AnyMapping[str, Shape]) -> list[dict[str, Shape]]:
    """Give a single input at the usual sizes, if it is an image of such a size."""
    (name, shape), *others = own.items()
    if others or shape.height < LARGE:
        return []
    return [{name: Shape(shape.channels, n, n)} for n in SIZES if (n, n) != shape[1:]]


def _family(graph: Graph) -> Iterator[tuple[Maker, tuple[str, ...], bool]]:
    """Give what makes a network, then its relatives; tell which are akin to it."""
    yield graph.maker, (), True
    for relative in graph.maker.relatives():
        with suppress(ArchcalcError):  # a variant may be wrong, an option unfit
            yield relative.maker(), (_change(relative.differs_in),), relative.akin


def _change(differs_in: str | tuple[str, Value]) -> str:
    if isinstance(differs_in, str):
        return f"variant {differs_in}"
    parameter, value = differs_in
    return f"{parameter}: {said(value)}"


def _is_binary(unit: int) -> bool:
    return unit > 1 and unit & (unit - 1) == 0


def _power(unit: int) -> str:
    return f"2^{unit.bit_length() - 1}"
