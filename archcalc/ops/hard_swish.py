"""The swish in straight pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class HardSwish(Activation):
    """Let each element through by its own hard sigmoid.

        x  C  H  W
        y  C  H  W        y = x · min(max(x + 3, 0), 6) / 6

    Work per element: an add, 2 cmps, a div and a mul.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> HardSwish().work(x, x).mul
    4704

    Source: Howard et al. 2019, Searching for MobileNetV3, section 5.2.
    """

    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(add=1, cmp=2, div=1, mul=1)
