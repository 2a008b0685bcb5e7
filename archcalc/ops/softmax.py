"""Softmax."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Outcome, Placewise, Role, Shape, Work
from archcalc.ops.shape import place_of
from archcalc.ops.window import all_around, one_place

if TYPE_CHECKING:
    from archcalc.ops.fields import Axis
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Softmax(Placewise):
    """Turn the channels of each position into probabilities that add up to 1.

        x  C  H  W
        y  C  H  W        y = exp(x) / Σ exp(x) over the channels

    With `axis: width`, say, the numbers along the width add up to 1. Work: an exp and a div per
    element, and C - 1 adds per position; along another axis one less than its extent. Raises a
    `Reason` if the axis is not there, or is an extent of 1.

    >>> x = Shape(10, 1, 1)
    >>> Softmax().work(x, x).add
    9

    Source: Bridle 1990.
    """

    main: ClassVar[str] = "axis"
    reason: ClassVar[str] = "a fixed function of its input: no weights"
    role: ClassVar[Role] = "activation"
    outcome: ClassVar[Outcome] = "probabilities"

    axis: Axis = "channels"

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape."""
        (x,) = xs
        if self.axis != "channels" and x[place_of(self.axis, x)] == 1:
            message = f"{x} has a {self.axis} of 1: its softmax is 1 everywhere"
            raise Reason("softmax-of-one", message, key="axis")
        return x

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: one place, or all places along the axis."""
        place = place_of(self.axis, x)
        ones, alls = one_place(x), all_around(x)
        return tuple([
            alls[side] if side + 1 == place else span for side, span in enumerate(ones)
        ])  # fmt: skip

    def work(self, x: Shape, y: Shape) -> Work:
        """Count powers of e, their sums, and quotients."""
        place = place_of(self.axis, y)
        sums = prod([*y[:place], *y[place + 1 :]])
        return Work(exp=y.size, add=(y[place] - 1) * sums, div=y.size)
