"""Concatenation of branches along the channels, or along an extent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Op, Role, Shape
from archcalc.ops.shape import listed_sides, place_of
from archcalc.ops.window import one_place

if TYPE_CHECKING:
    from archcalc.ops.fields import Axis
    from archcalc.ops.span import Span


@dataclass(frozen=True, kw_only=True)
class Concat(Op):
    """Stack the maps of all branches, in the order in which they are written.

        x  Cᵢ H  W   of branch i
        y  ΣCᵢ H W

    With another `axis`, such as `height`, the maps are laid one behind the other along it.
    Raises a `Reason` if the branches differ along any other axis.

    >>> str(Concat(branches=2).shape(Shape(64, 28, 28), Shape(128, 28, 28)))
    '192x28x28'
    >>> str(Concat(branches=2, axis="height").shape(Shape(64, 28, 28), Shape(64, 1, 28)))
    '64x29x28'

    Source: Szegedy et al. 2014, section 4 (filter concatenation).
    """

    main: ClassVar[str] = "branches"
    reason: ClassVar[str] = "concatenation moves data: nothing is computed"
    role: ClassVar[Role] = "join"
    label: ClassVar[str] = "concatenation"

    branches: int
    axis: Axis = "channels"

    def shape(self, *xs: Shape) -> Shape:
        """Add up the channels, or the extents along the axis."""
        first = xs[0]
        if self.axis == "channels":
            extents = first.extents
            if any(x[1:] != extents for x in xs):
                extents = max((x.extents for x in xs), key=lambda side: (max(side) > 1, len(side)))
                if not all(x.is_vector for x in xs):
                    raise self._unlike(xs, len(extents))
            return Shape(sum([x[0] for x in xs]), *extents)
        place = place_of(self.axis, first)
        if any((x[:place], x[place + 1 :]) != (first[:place], first[place + 1 :]) for x in xs):
            raise self._unlike(xs, first.rank)
        return Shape(*first[:place], sum([x[place] for x in xs]), *first[place + 1 :])

    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window: one place; none where the branches lie one behind the other."""
        return one_place(x) if self.axis == "channels" else None

    def _unlike(self, xs: tuple[Shape, ...], rank: int) -> Reason:
        shapes = " and ".join(map(str, xs))
        equal, along = listed_sides(rank), ""
        if self.axis != "channels":
            equal, along = "shape", f", but for the {self.axis}"
        message = f"`concat` needs branches of equal {equal}{along}, not {shapes}"
        return Reason("unlike-shapes", message)
