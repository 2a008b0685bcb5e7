"""Layer normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.ops.normalisation import Normalisation
from archcalc.ops.window import all_around, one_place

if TYPE_CHECKING:
    from archcalc.ops.fields import Together
    from archcalc.ops.op import Shape
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Layernorm(Normalisation):
    """Normalise the channels of each place by their mean and variance, then scale and shift.

        x  C  H  W        gamma  C (if scale)
        y  C  H  W        beta   C (if shift)

    `over: all` normalises all maps together; then gamma and beta have a number for each element.
    Work at inference, of n elements in g stretches, one for each place: 2n muls, 2(n - g) + n + g
    adds, 2g divs, g sqrts; a mul per element for gamma, an add per element for beta.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(768, 197)
    >>> Layernorm().parameters(x, x), Layernorm(over="all").parameters(x, x)
    (1536, 302592)

    Source: Ba, Kiros, Hinton 2016, section 3.1.
    """

    main: ClassVar[str] = "over"
    label: ClassVar[str] = "layer norm"
    grows: ClassVar[str] = "a layer norm over all maps has a scale for every element"

    over: Together = "channels"

    def rescaled(self, x: Shape) -> tuple[int, ...]:
        """Give the shape of gamma and beta: that of a stretch."""
        return (x.channels,) if self.over == "channels" else tuple(x)

    def stretches(self, x: Shape) -> int:
        """Count the places, or one for all maps."""
        return x.places if self.over == "channels" else 1

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: one place, or all from each of them."""
        return one_place(x) if self.over == "channels" else all_around(x)
