"""What activations share: one fixed function of each element, and its cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Role, Shape, Work


@dataclass(frozen=True, kw_only=True)
class Activation(Placewise):
    """A function of each element by itself."""

    reason: ClassVar[str] = "an activation has no weights: it is one fixed function of each element"
    role: ClassVar[Role] = "activation"
    each: ClassVar[Work]
    """Elementary operations of one element."""

    def work(self, x: Shape, y: Shape) -> Work:
        """Count the same operations for each element."""
        return self.each.times(y.size)
