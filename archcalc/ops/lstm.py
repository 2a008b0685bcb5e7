"""Long short-term memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Work
from archcalc.ops.recurrent import Recurrent, vectors

if TYPE_CHECKING:
    from archcalc.ops.fields import Vectors


@dataclass(frozen=True, kw_only=True)
class Lstm(Recurrent):
    """Go along a row of places with units that keep a memory behind three gates.

        x  C  L               weight  directions  4·units  C         (of the first layer)
        y  units·directions   deeper  layers - 1  directions  4·units  units·directions
           (with `steps: all` state   layers  directions  4·units  units
           at each of L)      bias and state_bias  layers  directions  4·units

    The state of the last step comes out (`steps: all`: of every step), of each direction. A gate
    has one bias, as in Keras; `bias: double` gives it two, as PyTorch does, `false` none.
    Work at each step: a mac for each weight, an add for each bias, and for a unit three sigmoids
    (an exp, an add and a div each), two tanh, three mul and an add.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(4096)
    >>> lstm = Lstm(units=256)
    >>> lstm.parameters(x, lstm.shape(x))
    4457472

    Source: Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000 (forget gate).
    """

    label: ClassVar[str] = "LSTM"
    manner: ClassVar[str] = "LSTM"
    gates: ClassVar[int] = 4

    bias: Vectors = True

    def gated(self) -> Work:
        """Count three sigmoids, two tanh, three products and a sum."""
        return Work(mul=3, add=3 + 1, exp=3, div=3, tanh=2)

    def vectors(self) -> int:
        """Tell how many biases a gate has."""
        return vectors(self.bias)
