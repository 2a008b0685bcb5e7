"""A shape as the sizes that a file has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archcalc.ops.shape import Shape


def of_rank(shape: Shape, rank: int) -> tuple[int, ...] | None:
    """Write a shape with as many numbers as the file has: `8` is `8x1x1` too.

    >>> from archcalc.ops.shape import Shape
    >>> of_rank(Shape(8), 1), of_rank(Shape(8, 1, 1), 4), of_rank(Shape(8, 2), 1)
    ((8,), (8, 1, 1, 1), None)
    """
    sizes = tuple(shape)
    if rank <= 0:
        return () if shape.size == 1 else None
    while len(sizes) > rank and sizes[-1] == 1:
        sizes = sizes[:-1]
    if shape.is_vector and len(sizes) < rank:
        sizes += (1,) * (rank - len(sizes))
    return sizes if len(sizes) == rank else None
