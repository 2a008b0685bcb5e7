"""What joins of branches share: a branch of one channel or one place is spread over the others."""

from __future__ import annotations

from archcalc.errors import Reason
from archcalc.ops.shape import Shape


def spread_out(op: str, xs: tuple[Shape, ...]) -> Shape:
    """Give the shape that all branches are spread over. Raises a `Reason` if there is none.

    >>> spread_out("add", (Shape(64, 56, 56), Shape(64), Shape(1, 56, 56)))
    Shape(64, 56, 56)
    """
    first, *others = xs
    if all(x == first for x in others):
        return first
    channels = max(x.channels for x in xs)
    extents = max(
        (x.extents for x in xs), key=lambda found: (found != (1,) * len(found), len(found))
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
