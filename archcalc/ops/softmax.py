"""Softmax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Outcome, Placewise, Role, Shape, Work


@dataclass(frozen=True, kw_only=True)
class Softmax(Placewise):
    """Turn the channels of each position into probabilities that add up to 1.

        x  C  H  W
        y  C  H  W        y = exp(x) / Σ exp(x) over the channels

    Work: an exp and a div per element, C - 1 adds per position.

    >>> x = Shape(10, 1, 1)
    >>> Softmax().work(x, x).add
    9

    Source: Bridle 1990.
    """

    reason: ClassVar[str] = "a fixed function of its input: no weights"
    role: ClassVar[Role] = "activation"
    outcome: ClassVar[Outcome] = "probabilities"

    def work(self, x: Shape, y: Shape) -> Work:
        """Count powers of e, their sums, and quotients."""
        return Work(exp=y.size, add=(y.channels - 1) * y.places, div=y.size)
