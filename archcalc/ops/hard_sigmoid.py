"""The sigmoid in three straight pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class HardSigmoid(Activation):
    """Squash each element into 0 to 1 by straight lines.

        x  C  H  W
        y  C  H  W        y = min(max(x + 3, 0), 6) / 6

    Work per element: an add, 2 cmps and a div.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> HardSigmoid().work(x, x).div
    4704

    Source: Howard et al. 2019, Searching for MobileNetV3, section 5.2.
    """

    each: ClassVar[Work] = Work(add=1, cmp=2, div=1)
