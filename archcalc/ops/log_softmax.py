"""The logarithm of a softmax."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from archcalc.ops.op import Outcome, Shape, Work
from archcalc.ops.shape import place_of
from archcalc.ops.softmax import Softmax


@dataclass(frozen=True, kw_only=True)
class LogSoftmax(Softmax):
    """Give the logarithms of probabilities that add up to 1 over the channels of each position.

        x  C  H  W
        y  C  H  W        y = x - log(Σ exp(x)) over the channels

    With `axis: width`, say, over the width. Work: an exp and an add per element, C - 1 adds and a
    log per position. Raises a `Reason` as `softmax` does.

    >>> x = Shape(10, 1, 1)
    >>> LogSoftmax().work(x, x).add, LogSoftmax().work(x, x).log
    (19, 1)

    Source: Bridle 1990.
    """

    outcome: ClassVar[Outcome] = "scores"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count powers of e, their sums, the logarithms of these, and differences."""
        place = place_of(self.axis, y)
        sums = prod([*y[:place], *y[place + 1 :]])
        return Work(exp=y.size, add=(y[place] - 1) * sums + y.size, log=sums)
