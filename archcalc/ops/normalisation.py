"""What normalisations share: a trained scale and shift, and statistics of the sample at hand."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Weight, Weighted, Work
from archcalc.ops.window import all_around

if TYPE_CHECKING:
    from archcalc.ops.fields import Positive
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Rescaling(Weighted, Placewise):
    """An op with a trained factor, gamma, and a trained term, beta, for each map."""

    reason: ClassVar[str] = "a normalisation rescales units that are there: it adds no connections"
    role: ClassVar[Role] = "normalisation"

    scale: bool = True
    shift: bool = True

    def rescaled(self, x: Shape) -> tuple[int, ...]:
        """Give the shape of gamma, and of beta: one number for each map."""
        return (x.channels,)

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count gamma and beta."""
        numbers = prod(self.rescaled(x))
        return (numbers if self.scale else 0) + (numbers if self.shift else 0)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List gamma and beta."""
        gamma = Weight("gamma", "scale", self.rescaled(x), 1)
        beta = Weight("beta", "shift", self.rescaled(x), 0)
        return (gamma,) * self.scale + (beta,) * self.shift

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a product with gamma, and a sum with beta."""
        return Work(mul=y.size if self.scale else 0, add=y.size if self.shift else 0)


@dataclass(frozen=True, kw_only=True)
class Normalisation(Rescaling):
    """An op that takes mean and variance of stretches of the sample at hand, at inference too."""

    eps: Positive = Fraction(1, 100_000)

    @abstractmethod
    def stretches(self, x: Shape) -> int:
        """Count the stretches that have a mean and a variance each."""

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the means, the variances, the quotients, then gamma and beta.

        Of a stretch of m: m - 1 adds and a div for the mean; m adds to take it off; m muls and
        m - 1 adds for the squares; an add, a div and a sqrt for √(m / (squares + m·eps)), and m
        muls with that.
        """
        n, stretches = y.size, self.stretches(x)
        return Work(
            mul=(3 if self.scale else 2) * n,
            add=2 * (n - stretches) + n + stretches + (n if self.shift else 0),
            div=2 * stretches,
            sqrt=stretches,
        )


@dataclass(frozen=True, kw_only=True)
class MapNormalisation(Normalisation):
    """A normalisation whose stretches run over all places of a map."""

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: the whole map, from each of its places."""
        return all_around(x)
