"""The rectifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class Relu(Activation):
    """Keep what is positive.

        x  C  H  W
        y  C  H  W        y = max(x, 0)

    Work per element: a cmp.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> Relu().work(x, x).cmp
    4704

    Source: Nair, Hinton 2010; Krizhevsky, Sutskever, Hinton 2012, section 3.1.
    """

    label: ClassVar[str] = "ReLU"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(cmp=1)
