"""The gated recurrent unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Work
from archcalc.ops.recurrent import Recurrent


@dataclass(frozen=True, kw_only=True)
class Gru(Recurrent):
    """Go along a row of places with units that a gate resets and another updates.

        x  C  L               weight  directions  3·units  C         (of the first layer)
        y  units·directions   deeper  layers - 1  directions  3·units  units·directions
           (with `steps: all` state   layers  directions  3·units  units
           at each of L)      bias, state_bias  layers  directions  3·units

    The state of the last step comes out (`steps: all`: of every step), of each direction. There are
    two forms: PyTorch, cuDNN and Keras apply the reset gate after the product with the state, which
    then has a bias of its own; the paper, with `reset_after: false`, before it, and has one bias.
    Work at each step: a mac for each weight, an add for each bias, and for a unit two sigmoids (an
    exp, an add and a div each), a tanh, three mul, two adds, and one more if the reset comes after.

    >>> from archcalc.ops.op import Shape
    >>> x, y = Shape(6, 9), Shape(5)
    >>> Gru(units=5).parameters(x, y), Gru(units=5, reset_after=False).parameters(x, y)
    (195, 180)

    Source: Cho et al. 2014, section 2.3.
    """

    label: ClassVar[str] = "GRU"
    manner: ClassVar[str] = "GRU"
    gates: ClassVar[int] = 3

    bias: bool = True
    reset_after: bool = True

    def gated(self) -> Work:
        """Count two sigmoids, a tanh, three products and their sums."""
        return Work(mul=3, add=2 + 2 + (1 if self.reset_after else 0), exp=2, div=2, tanh=1)

    def vectors(self) -> int:
        """Tell how many biases a gate has."""
        return (2 if self.reset_after else 1) if self.bias else 0
