"""Multiplication by a constant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Factor


@dataclass(frozen=True, kw_only=True)
class Scale(Placewise):
    """Multiply every element by a constant `factor`.

        x  C  H  W
        y  C  H  W

    Work: a mul per element.

    >>> from fractions import Fraction
    >>> x = Shape(384, 35, 35)
    >>> Scale(factor=Fraction("0.17")).work(x, x).mul == x.size
    True

    Source: Szegedy, Ioffe, Vanhoucke, Alemi 2016, section 3.3 (scaling of residuals).
    """

    main: ClassVar[str] = "factor"
    reason: ClassVar[str] = "the factor is a constant, not a weight"
    role: ClassVar[Role] = "normalisation"
    label: ClassVar[str] = "scaling by a constant"

    factor: Factor

    def work(self, x: Shape, y: Shape) -> Work:
        """Count one product per element."""
        return Work(mul=y.size)
