"""The logarithm of a sigmoid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Work


@dataclass(frozen=True, kw_only=True)
class LogSigmoid(Activation):
    """Give the logarithm of each element's sigmoid: a smooth rectifier turned round.

        x  C  H  W
        y  C  H  W        y = -log(1 + exp(-x))

    Work per element: an exp, an add and a log.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 28, 28)
    >>> LogSigmoid().work(x, x).log
    4704

    Source: Mikolov, Sutskever, Chen, Corrado, Dean 2013, section 2.2 (negative sampling).
    """

    each: ClassVar[Work] = Work(exp=1, add=1, log=1)
