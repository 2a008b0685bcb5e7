"""Concatenation of branches along the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Placewise, Role, Shape
from archcalc.ops.shape import listed_sides


@dataclass(frozen=True, kw_only=True)
class Concat(Placewise):
    """Stack the maps of all branches, in the order in which they are written.

        x  Cᵢ H  W   of branch i
        y  ΣCᵢ H W

    Raises a `Reason` if their maps are not of one size.

    >>> str(Concat(branches=2).shape(Shape(64, 28, 28), Shape(128, 28, 28)))
    '192x28x28'

    Source: Szegedy et al. 2014, section 4 (filter concatenation).
    """

    main: ClassVar[str] = "branches"
    reason: ClassVar[str] = "concatenation moves data: nothing is computed"
    role: ClassVar[Role] = "join"
    label: ClassVar[str] = "concatenation"

    branches: int

    def shape(self, *xs: Shape) -> Shape:
        """Add up the channels."""
        extents = xs[0].extents
        if any(x[1:] != extents for x in xs):
            extents = max((x.extents for x in xs), key=lambda sides: (max(sides) > 1, len(sides)))
            if not all(x.is_vector for x in xs):
                raise _unlike(xs, len(extents))
        return Shape(sum([x[0] for x in xs]), *extents)


def _unlike(xs: tuple[Shape, ...], rank: int) -> Reason:
    shapes, equal = " and ".join(map(str, xs)), listed_sides(rank)
    message = f"`concat` needs branches of equal {equal}, not {shapes}"
    return Reason("unlike-shapes", message)
