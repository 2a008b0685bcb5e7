"""The rectifier with a ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Relu6(Activation):
    """Keep what is positive, up to 6.

        x  C  H  W
        y  C  H  W        y = min(max(x, 0), 6)

    Work per element: 2 cmps.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Relu6().work(x, x).cmp
    9408

    Source: Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10, section 4.
    """

    label: ClassVar[str] = "ReLU6"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(cmp=2)
