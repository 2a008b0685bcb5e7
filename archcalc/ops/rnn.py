"""The simple recurrent layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Work
from archcalc.ops.recurrent import Recurrent, vectors

if TYPE_CHECKING:
    from archcalc.ops.fields import Vectors


@dataclass(frozen=True, kw_only=True)
class Rnn(Recurrent):
    """Go along a row of places with units that read each and what they were before.

        x  C  L               weight  directions  units  C         (of the first layer)
        y  units·directions   deeper  layers - 1  directions  units  units·directions
           (with `steps: all` state   layers  directions  units  units
           at each of L)      bias and state_bias  layers  directions  units

    The state of the last step comes out (`steps: all`: of every step), of each direction. A unit
    has one bias, as in Keras; `bias: double` gives it two, as PyTorch does, `false` none.
    Work at each step: a mac for each weight, an add for each bias, a tanh for each unit.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(6, 9)
    >>> Rnn(units=5).parameters(x, Shape(5))  # 5·(6 + 5) + 5
    60

    Source: Elman 1990.
    """

    label: ClassVar[str] = "recurrent layers"
    manner: ClassVar[str] = "recurrence"
    gates: ClassVar[int] = 1

    bias: Vectors = True

    def gated(self) -> Work:
        """Count a tanh."""
        return Work(tanh=1)

    def vectors(self) -> int:
        """Tell how many biases a gate has."""
        return vectors(self.bias)
