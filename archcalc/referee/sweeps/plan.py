"""What a sweep counts: which variants, which of their figures, and which of them fit."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import ArchcalcError, Reason, SpecError, UsageError
from archcalc.referee.sweeps.measures import BYTES, figures
from archcalc.report import Report
from archcalc.spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.referee.sweeps.measures import Figures
    from archcalc.referee.sweeps.space import Space
    from archcalc.referee.sweeps.subject import Subject
    from archcalc.spec.expression import Expression
    from archcalc.spec.values import Value


FIRST, LONGEST = 256, 16_384
"""So many variants are counted together at first, and at most."""
SOON = 2.0
"""Seconds of a processor that a stretch may take."""


class Outcome(NamedTuple):
    """What became of a variant: its figures, by the names of the plan's, or why it cannot be.

    `number` counts all variants from 0; `fits` tells whether it keeps within the limits.
    """

    number: int
    values: Mapping[str, Value]
    figures: Mapping[str, int]
    partial: tuple[str, ...] = ()
    fits: bool = True
    code: str = ""
    error: str = ""


def next_length(many: int, seconds: float) -> int:
    """Tell how many to count together next: more while that takes a processor not two seconds.

    >>> next_length(256, 0.1), next_length(1_024, 3.0)
    (512, 512)
    """
    return min(LONGEST, 2 * many) if seconds < SOON else max(FIRST, many // 2)


def failed(number: int, values: Mapping[str, Value], error: str, code: str = "") -> Outcome:
    """Say why a variant cannot be."""
    return Outcome(number, values, {}, fits=False, code=code, error=error)


@dataclass(frozen=True)
class Plan:
    """Counts variants of a network by their numbers.

    `names` are the measures that are counted, in their order, then the `conventions`. What fits has
    at most so much of what `most` names, and makes all of `where` true, over what varies, all
    parameters and the figures; what reads no figure is asked before anything is counted.
    """

    subject: Subject
    space: Space
    names: tuple[str, ...]
    conventions: tuple[str, ...] = ()
    most: Mapping[str, int] = field(default_factory=dict)
    where: tuple[str, ...] = ()
    batch: int = 1
    heads: bool = False
    bytes_each: int = BYTES

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what is read from the rest when it is needed."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all figures."""
        return self.names + self.conventions

    def count(self, start: int, stop: int) -> Iterator[Outcome]:
        """Count the variants from `start` up to `stop`, those of one structure at once.

        A stretch of them is counted together, at first a short one.
        """
        from archcalc.referee.sweeps.together import count_together  # noqa: PLC0415 - it needs NumPy

        many = FIRST
        while start < stop:
            began, end = process_time(), min(stop, start + many)
            yield from count_together(self, range(start, end))
            start, many = end, next_length(many, process_time() - began)

    def one(self, number: int) -> Outcome:
        """Count one variant; what is wrong with it is what became of it."""
        values = self.space.at(number)
        try:
            if not self.begins(values):
                return Outcome(number, values, {}, fits=False)
            graph = self.subject.graph(values, heads=self.heads)
            report = Report(graph, self.batch, self.heads)
            found = figures(report, self.names, self.conventions, self.bytes_each)
            return self.judged(number, values, found)
        except ArchcalcError as error:
            why = error.diagnostics[0]
            return failed(number, values, _why(error), why.code)
        except Reason as reason:
            return failed(number, values, reason.message, reason.code)

    def judged(self, number: int, values: Mapping[str, Value], found: Figures) -> Outcome:
        """Tell whether a variant is known to fit: of what is partial nobody can tell.

        Raises a Reason where `where` cannot be evaluated.
        """
        named = dict(zip(self.columns, found.values, strict=True))
        fits = all(
            named[name] <= most and name not in found.partial for name, most in self.most.items()
        )
        fits = fits and all(
            one.names.isdisjoint(found.partial) and self._holds(one, {**values, **named})
            for one in self._conditions[1]
        )
        return Outcome(number, values, named, found.partial, fits)

    def begins(self, values: Mapping[str, Value]) -> bool:
        """Tell whether its parameters let a variant fit at all. Raises a Reason, SpecError."""
        return all(self._holds(one, values) for one in self._conditions[0])

    def value(self, expression: Expression, named: Mapping[str, Value]) -> Value:
        """Evaluate an expression over what is named, and over parameters that do not vary.

        Raises a Reason, SpecError.
        """
        if {name.partition(".")[0] for name in expression.names} <= named.keys():
            return expression.evaluate(named)
        varied = {axis.name: named[axis.name] for axis in self.space.axes}
        return expression.evaluate({**self.subject.parameters(varied), **named})

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of what expressions may read beside what varies and the figures."""
        return frozenset(self.subject.net.parameters if isinstance(self.subject.net, Spec) else ())

    @cached_property
    def _conditions(self) -> tuple[list[Expression], list[Expression]]:
        """Read the conditions: those of parameters alone, and those of figures."""
        found: tuple[list[Expression], list[Expression]] = [], []
        for text in self.where:
            one = self.expression("--where", text)
            found[0 if one.names.isdisjoint(self.columns) else 1].append(one)
        return found

    def expression(self, option: str, text: str) -> Expression:
        """Read an expression over what varies, parameters and figures. Raises UsageError."""
        from archcalc.spec.expression import Expression  # noqa: PLC0415 - most sweeps have none

        names = {*self.columns, *self.parameters, *(axis.name for axis in self.space.axes)}
        try:
            return Expression(text.strip().removeprefix("="), names)
        except Reason as reason:
            message = f"`{option} {text[:80]}`: {reason.message}"
            raise UsageError.of(reason.code, message, reason.hint) from None

    def _holds(self, condition: Expression, named: Mapping[str, Value]) -> bool:
        found = self.value(condition, named)
        if not isinstance(found, bool):
            message = f"`--where {condition.text[:80]}` is neither true nor false"
            raise Reason("wrong-type", message)
        return found

    def check(self) -> None:
        """Raise what is wrong with the plan itself."""
        first = self.space.at(0)
        try:
            self.begins(first)
        except Reason as reason:
            if reason.code == "wrong-type":
                raise UsageError.of(reason.code, reason.message, reason.hint) from None
        except SpecError:
            pass  # it is of one variant, and is told with the others'
        self.subject.check(first)


def _why(error: ArchcalcError) -> str:
    """Say what is wrong; of a text also where, unless a layer's or a parameter's name tells it."""
    first = error.diagnostics[0]
    place = first.place if isinstance(error, SpecError) else None
    if place is None or first.code == "not-a-choice":
        return first.message
    words = place.text[place.column - 1 : place.column - 1 + place.length]
    where = f"line {place.line}: {words}" if place.line else place.file
    return f"{first.message} ({where})"
