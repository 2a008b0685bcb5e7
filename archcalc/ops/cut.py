"""What ops share that keep a stretch of an axis and leave the rest."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.shape import place_of
from archcalc.ops.span import Span
from archcalc.ops.window import one_place

if TYPE_CHECKING:
    from archcalc.ops.fields import Axis


@dataclass(frozen=True, kw_only=True)
class Cut(Op):
    """An op that keeps a stretch along one axis."""

    role: ClassVar[Role] = "movement"

    axis: Axis = "channels"

    @abstractmethod
    def stretch(self, size: int) -> tuple[int, int]:
        """Tell the first of `size` along the axis that is kept, and the first behind."""

    def shape(self, *xs: Shape) -> Shape:
        """Keep what lies in the stretch."""
        (x,) = xs
        place = place_of(self.axis, x)
        start, stop = self.stretch(x[place])
        return Shape(*x[:place], stop - start, *x[place + 1 :])

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: one place, moved along by what is left out before it."""
        found = list(one_place(x))
        if self.axis != "channels":
            place = place_of(self.axis, x)
            start, stop = self.stretch(x[place])
            found[place - 1] = uncovered(x[place], start, x[place] - stop)
        return tuple(found)

    def among(self, size: int) -> str:
        """Say what there is along the axis.

        >>> from archcalc.ops.slice import Slice
        >>> Slice(range=(0, 8)).among(16), Slice(range=(0, 8), axis="height").among(28)
        ('the 16 maps', 'the height 28')
        """
        return f"the {size} maps" if self.axis == "channels" else f"the {self.axis} {size}"


def uncovered(size: int, before: int, after: int) -> Span:
    """Lay a window over each place but those before and after: padding taken away.

    >>> uncovered(28, 2, 3).outputs
    23
    """
    return Span(size, 1, before=-before, after=-after)


def nothing_left(size: int, side: str, before: int, after: int) -> Reason:
    """Say that a crop leaves nothing of a side."""
    message = f"{before} + {after} cells taken away leave nothing of the {side} {size}"
    return Reason("nothing-left", message, "fewer cells, or a larger input")
