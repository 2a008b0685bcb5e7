"""A trained tensor that stands by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.op import Shape, Weight, Weighted

if TYPE_CHECKING:
    from archcalc.ops.fields import Map
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Learned(Weighted):
    """Give a trained tensor, whatever comes in: a class token, an embedding of positions.

        x  C  H  W
        y  values            values  C  H  W  (of `values`, if that is given)

    As a branch it meets what it belongs to: `add: [[], learned]` adds a number to each element,
    `concat: [{learned: 768x1}, []]` along the places begins them with one more.
    Work: none.

    >>> x = Shape(768, 197)
    >>> Learned().parameters(x, x), Learned(values=(768, 1)).shape(x)
    (151296, Shape(768, 1))

    Source: Devlin, Chang, Lee, Toutanova 2018, section 3 (class token and positions).
    """

    main: ClassVar[str] = "values"
    reason: ClassVar[str] = "it is there before anything comes in: it connects and computes nothing"
    label: ClassVar[str] = "trained tensors"
    manner: ClassVar[str] = "trained tensor"

    values: Map | None = None

    def shape(self, *xs: Shape) -> Shape:
        """Give the tensor's own shape, or that of x."""
        return xs[0] if self.values is None else Shape(*self.values)

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell that it sees nothing."""
        return None

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count its numbers."""
        return y.size

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List the tensor."""
        return (Weight("values", "value", tuple(y)),)
