"""What joins of branches share: a branch of one channel or one place is spread over the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.errors import Reason
from archcalc.ops.op import Placewise, Role
from archcalc.ops.shape import Shape


@dataclass(frozen=True, kw_only=True)
class Broadcast(Placewise):
    """An op that joins branches element by element; what is small is spread over what is large."""

    main: ClassVar[str] = "branches"
    role: ClassVar[Role] = "join"

    branches: int

    def shape(self, *xs: Shape) -> Shape:
        """Keep the common shape; a branch of one channel or one place is spread over the others."""
        return spread_out(self.name, xs)


def spread_out(op: str, xs: tuple[Shape, ...]) -> Shape:
    """Give the shape that all branches are spread over. Raises a `Reason` if there is none.

    A sequence of one place stays one beside a vector, which is written as C x 1 x 1 by custom.

    >>> spread_out("add", (Shape(64, 56, 56), Shape(64), Shape(1, 56, 56)))
    Shape(64, 56, 56)
    """
    first, *others = xs
    if all(x == first for x in others):
        return first
    channels = max(x.channels for x in xs)
    extents = max(
        (x.extents for x in xs),
        key=lambda found: (found != (1,) * len(found), len(found) != 2, len(found)),
    )
    for x in xs:
        if x.channels not in {1, channels} or not (x.is_vector or x.extents == extents):
            shapes = " and ".join(map(str, xs))
            message = f"`{op}` needs branches of equal shape, not {shapes}"
            raise Reason(
                "unlike-shapes",
                message,
                "a branch of one channel, or of one place, may stand beside larger ones",
            )
    return Shape(channels, *extents)
