"""Normalisation by the root mean square."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.normalisation import Rescaling
from archcalc.ops.op import Shape, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Positive


@dataclass(frozen=True, kw_only=True)
class Rmsnorm(Rescaling):
    """Divide the channels of each place by the root of their mean square, then scale.

        x  C  H  W        gamma  C (if scale)
        y  C  H  W        beta   C (if shift: true)

    Work at inference, of n elements at g places: 2n muls, (n - g) + g adds, g divs, g sqrts; a mul
    per element for gamma, an add per element for beta.

    >>> x = Shape(4096, 2048)
    >>> Rmsnorm().parameters(x, x), Rmsnorm().work(x, x).sqrt
    (4096, 2048)

    Source: Zhang, Sennrich 2019, equation 4.
    """

    label: ClassVar[str] = "RMS norm"

    eps: Positive = Fraction(1, 1_000_000)
    shift: bool = False

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the squares, their means and roots, and the products."""
        n, places = y.size, x.places
        return Work(
            mul=(3 if self.scale else 2) * n,
            add=(n - places) + places + (n if self.shift else 0),
            div=places,
            sqrt=places,
        )
