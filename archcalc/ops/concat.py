"""Concatenation of branches along the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Placewise, Shape


@dataclass(frozen=True, kw_only=True)
class Concat(Placewise):
    """Stack the maps of all branches, in the order in which they are written.

        x  Cᵢ H  W   of branch i
        y  ΣCᵢ H W

    Raises a `Reason` if heights or widths differ.

    >>> str(Concat(branches=2).shape(Shape(64, 28, 28), Shape(128, 28, 28)))
    '192x28x28'

    Source: Szegedy et al. 2014, section 4 (filter concatenation).
    """

    main: ClassVar[str] = "branches"
    reason: ClassVar[str] = "concatenation moves data: nothing is computed"

    branches: int

    def shape(self, *xs: Shape) -> Shape:
        """Add up the channels."""
        height, width = xs[0][1:]
        if any(x[1:] != (height, width) for x in xs):
            shapes = " and ".join(map(str, xs))
            raise Reason(
                "unlike-shapes", f"`concat` needs branches of equal height and width, not {shapes}"
            )
        return Shape(sum(x.channels for x in xs), height, width)
