"""Instance normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.normalisation import MapNormalisation

if TYPE_CHECKING:
    from archcalc.ops.op import Shape


@dataclass(frozen=True, kw_only=True)
class Instancenorm(MapNormalisation):
    """Normalise each map by its own mean and variance; scale and shift it if told to.

        x  C  H  W        gamma  C (if scale)
        y  C  H  W        beta   C (if shift)

    Without `scale: true` and `shift: true` nothing is trained, as in PyTorch. Work at inference, of
    n elements in C maps: 2n muls, 2(n - C) + n + C adds, 2C divs, C sqrts; a mul per element for
    gamma, an add per element for beta.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(64, 56, 56)
    >>> Instancenorm().parameters(x, x), Instancenorm(scale=True, shift=True).parameters(x, x)
    (0, 128)

    Source: Ulyanov, Vedaldi, Lempitsky 2016, equation 4.
    """

    label: ClassVar[str] = "instance norm"

    scale: bool = False
    shift: bool = False

    def stretches(self, x: Shape) -> int:
        """Count the maps."""
        return x.channels
