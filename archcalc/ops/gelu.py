"""The Gaussian error linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.activation import Activation
from archcalc.ops.op import Shape, Work

if TYPE_CHECKING:
    from archcalc.ops.fields import Approximation


@dataclass(frozen=True, kw_only=True)
class Gelu(Activation):
    """Let each element through by the share of a normal distribution that lies below it.

        x  C  H  W
        y  C  H  W        y = x/2 · (1 + erf(x / √2))
                          tanh: y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
                          sigmoid: y = x / (1 + exp(-1.702 x))

    Work per element: an erf, an add and 3 muls; with `approximate: tanh` a tanh, a pow, 2 adds and
    4 muls; with `approximate: sigmoid` an exp, an add, a div and 2 muls.

    >>> x = Shape(768, 197)
    >>> Gelu().work(x, x).erf, Gelu(approximate="tanh").work(x, x).erf
    (151296, 0)

    Source: Hendrycks, Gimpel 2016, section 2.
    """

    main: ClassVar[str] = "approximate"
    label: ClassVar[str] = "GELU"
    rectifies: ClassVar[bool] = True
    each: ClassVar[Work] = Work(erf=1, add=1, mul=3)
    forms: ClassVar[dict[Approximation | None, Work]] = {
        None: each,
        "tanh": Work(tanh=1, pow=1, add=2, mul=4),
        "sigmoid": Work(exp=1, add=1, div=1, mul=2),
    }

    approximate: Approximation | None = None

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the operations of the chosen form."""
        return self.forms[self.approximate].times(y.size)
