"""How what fits is spread: of expressions over variants the least, the quartiles and the most."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason, UsageError
from archcalc.spec.values import as_number

if TYPE_CHECKING:
    from fractions import Fraction

    from archcalc.referee.sweeps.plan import Outcome, Plan

OPTION = "--quartiles"


class Quartiles(NamedTuple):
    """Of `many` values of an expression the least, the most, and what a share of them reach.

    A quarter of them are `lower` or less, half `median` or less, three quarters `upper` or less:
    each is one of the values.
    """

    of: str
    many: int
    least: int | Fraction
    lower: int | Fraction
    median: int | Fraction
    upper: int | Fraction
    most: int | Fraction


class Spread:
    """Collects an expression's values over what varies, the figures, and all parameters."""

    def __init__(self, text: str, plan: Plan) -> None:
        """Read the expression. Raises UsageError."""
        self.text, self.plan = text.strip(), plan
        self.expression = plan.expression(OPTION, text)
        self.counts: Counter[int | Fraction] = Counter()

    def add(self, outcome: Outcome) -> None:
        """Take a variant into account, unless a figure is known of it in part.

        Raises UsageError where its value is no number.
        """
        if not self.expression.names.isdisjoint(outcome.partial):
            return
        try:
            named = {**outcome.values, **outcome.figures}
            value = as_number(self.plan.value(self.expression, named))
        except Reason as reason:
            message = f"`{OPTION} {self.text[:80]}`: {reason.message}"
            raise UsageError.of(reason.code, message, reason.hint) from None
        self.counts[value] += 1

    @property
    def quartiles(self) -> Quartiles | None:
        """Give them, if there are any."""
        if not self.counts:
            return None
        values = sorted(self.counts)
        many = self.counts.total()
        reached = list(accumulate(self.counts[value] for value in values))
        lower, median, upper = [
            next(value for value, n in zip(values, reached, strict=True) if 4 * n >= quarter * many)
            for quarter in (1, 2, 3)
        ]
        return Quartiles(self.text, many, values[0], lower, median, upper, values[-1])
