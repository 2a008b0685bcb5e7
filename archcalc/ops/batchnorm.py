"""Batch normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.normalisation import Rescaling
from archcalc.ops.op import Shape, Weight, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Number, Positive


@dataclass(frozen=True, kw_only=True)
class Batchnorm(Rescaling):
    """Normalise each map by its mean and variance, then scale by gamma and shift by beta.

        x  C  H  W        gamma  C  (if scale)      mean      C
        y  C  H  W        beta   C  (if shift)      variance  C

    Mean and variance are running statistics: kept, never trained, never parameters.
    Work at inference, where all four fold into one factor and one term per map: a mul and an add
    per element.

    >>> x = Shape(64, 56, 56)
    >>> Batchnorm().parameters(x, x), len(Batchnorm().weights(x, x)), Batchnorm().work(x, x).mul
    (128, 4, 200704)

    Source: Ioffe, Szegedy 2015, section 3, algorithms 1 and 2.
    """

    label: ClassVar[str] = "batch norm"

    eps: Positive = Fraction(1, 100_000)
    momentum: Number = Fraction(1, 10)

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List gamma, beta, and the running mean and variance, each of one number for a map."""
        mean = Weight("mean", "statistic", (x.channels,), 0)
        variance = Weight("variance", "statistic", (x.channels,), 1)
        return (*super().weights(x, y), mean, variance)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count one factor and one term per element."""
        return Work(mul=y.size, add=y.size)
