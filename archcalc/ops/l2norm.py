"""Normalisation to length 1."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.normalisation import Rescaling
from archcalc.ops.op import Shape, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Positive


@dataclass(frozen=True, kw_only=True)
class L2Norm(Rescaling):
    """Divide the channels of each place by their length; scale each map if told to.

        x  C  H  W        gamma  C (if scale: true)
        y  C  H  W        beta   C (if shift: true)

    y = x / max(√Σx², eps). Work, of n elements at g places: n muls, n - g adds, g sqrts, g cmps, n
    divs; a mul per element for gamma, an add per element for beta.

    >>> x = Shape(512, 38, 38)
    >>> L2Norm().parameters(x, x), L2Norm(scale=True).parameters(x, x)
    (0, 512)

    Source: Liu, Rabinovich, Berg 2015, ParseNet, section 3.2.
    """

    label: ClassVar[str] = "L2 norm"

    eps: Positive = Fraction(1, 10**12)
    scale: bool = False
    shift: bool = False

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the squares, their sums and roots, and the quotients."""
        n, places = y.size, x.places
        return Work(
            mul=(2 if self.scale else 1) * n,
            add=n - places + (n if self.shift else 0),
            sqrt=places,
            cmp=places,
            div=n,
        )
