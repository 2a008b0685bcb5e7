"""Sizes in the order of a file's axes: how they are spread, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from archcalc.ops.shape import Shape

Dims: TypeAlias = "tuple[int, ...]"


def broadcast(*shapes: Dims) -> Dims | None:
    """Spread sizes over each other, the last ones beside the last; None where they do not fit.

    >>> broadcast((2, 1, 3), (4, 1)), broadcast((2,), (3,))
    ((2, 4, 3), None)
    """
    rank = max(map(len, shapes))
    found = []
    for sizes in zip(*[(1,) * (rank - len(dims)) + dims for dims in shapes], strict=True):
        others = {size for size in sizes if size != 1}
        if len(others) > 1:
            return None
        found.append(others.pop() if others else 1)
    return tuple(found)


def of_rank(shape: Shape, rank: int) -> Dims | None:
    """Write a shape with as many numbers as a file has, if it can be: `8` is `8x1x1` too.

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
