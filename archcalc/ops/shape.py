"""What passes between layers: maps of any number of dimensions."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

from archcalc.errors import Reason


class Shape(tuple[int, ...]):
    """The feature maps that pass between layers, per sample: channels, then the extents of a map.

    A map may have one extent (a sequence), two (height x width) or three (depth x height x width).
    A vector has no place but one; by custom it is written as C x 1 x 1.

    >>> str(Shape(6, 28, 28)), Shape(6, 28, 28).size, Shape(784) == Shape(784, 1, 1)
    ('6x28x28', 4704, True)
    >>> clip = Shape(3, 16, 112, 96)
    >>> clip.depth, clip.height, clip.width, clip.places, Shape(1, 16000).length
    (16, 112, 96, 172032, 16000)
    """

    __slots__ = ()
    beside: ClassVar[tuple[Shape, ...]] = ()
    """What else enters an op with it: see `first_of`."""

    def __new__(cls, channels: int, *extents: int) -> Self:
        """Take the channels and the extents; without extents this is a vector."""
        return tuple.__new__(cls, (channels, *extents) if extents else (channels, 1, 1))

    @property
    def channels(self) -> int:
        """The number of maps."""
        return self[0]

    @property
    def width(self) -> int:
        """The last extent."""
        return self[-1]

    @property
    def length(self) -> int:
        """The last extent, by its name in a sequence."""
        return self[-1]

    @property
    def height(self) -> int:
        """The extent before the last; 1 if there is none."""
        return self[-2] if len(self) > 2 else 1

    @property
    def depth(self) -> int:
        """The extent before the height: the frames of a clip; 1 if there is none."""
        return self[-3] if len(self) > 3 else 1

    @property
    def extents(self) -> tuple[int, ...]:
        """The sides of a map, the width last."""
        return self[1:]

    @property
    def rank(self) -> int:
        """The number of extents."""
        return len(self) - 1

    @property
    def places(self) -> int:
        """The number of elements of one map."""
        return prod(self[1:])

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self)

    @property
    def is_vector(self) -> bool:
        """Whether there is one place only, however many extents of 1 are written."""
        return self[1:].count(1) == len(self) - 1

    def written_as(self, other: Shape) -> Shape:
        """Give this shape, written in the order of another.

        >>> print(Shape(8, 14, 14).written_as(FeaturesLast(3, 28, 28)))
        14x14x8
        """
        kind = FeaturesLast if isinstance(other, FeaturesLast) else Shape
        return self if type(self) is kind else kind(*self)

    def named(self) -> dict[str, int]:
        """Give every number by its name, as expressions of a spec read them.

        A height and a width are known of all; a depth, or a length, where there is one.

        >>> Shape(1, 16000).named()
        {'channels': 1, 'height': 1, 'width': 16000, 'length': 16000}
        """
        if len(self) == 3:  # most are
            return {"channels": self[0], "height": self[1], "width": self[2]}
        named = {"channels": self[0], "height": self.height, "width": self[-1]}
        if self.rank == 1:
            named["length"] = self[-1]
        else:
            named["depth"] = self.depth
        return named

    def __getnewargs__(self) -> tuple[int, ...]:
        """Say what a copy is made from."""
        return tuple(self)

    def __str__(self) -> str:
        return "x".join(map(str, self))

    def __repr__(self) -> str:
        return f"Shape({', '.join(map(str, self))})"


class FeaturesLast(Shape):
    """A shape whose source writes the extents first; rules see the channels first all the same.

    >>> x = FeaturesLast(3, 224, 112)
    >>> print(x, FeaturesLast(120), x == Shape(3, 224, 112), x.channels)
    224x112x3 120 True 3
    """

    __slots__ = ()

    def __str__(self) -> str:
        if self.rank == 2 and self.is_vector:
            return str(self.channels)
        return "x".join(map(str, (*self.extents, self.channels)))


class Accompanied(Shape):
    """The first of several inputs, which knows those beside it; it equals the bare shape."""

    beside: tuple[Shape, ...]  # type: ignore[misc]


def first_of(xs: Sequence[Shape]) -> Shape:
    """Give what a rule takes for x: the first input, and the others as its `beside`.

    >>> x = first_of([Shape(8, 20), Shape(8, 50)])
    >>> x == Shape(8, 20), x.beside
    (True, (Shape(8, 50),))
    """
    if len(xs) == 1:
        return xs[0]
    first = Accompanied(*xs[0])
    first.beside = tuple(xs[1:])
    return first


def listed_sides(rank: int) -> str:
    """Name the extents of a map in a sentence.

    >>> listed_sides(2), listed_sides(3)
    ('height and width', 'depth, height and width')
    """
    *most, last = sides(rank)
    return f"{', '.join(most)} and {last}" if most else last


def sides(rank: int) -> tuple[str, ...]:
    """Name the extents of a map, the last of them last.

    >>> sides(1), sides(2), sides(3)
    (('length',), ('height', 'width'), ('depth', 'height', 'width'))
    """
    return ("length",) if rank == 1 else SIDES[-rank:]


def place_of(axis: str, x: Shape) -> int:
    """Find an axis among the numbers of a shape. Raises a `Reason` where there is none.

    >>> place_of("channels", Shape(3, 16, 8, 8)), place_of("width", Shape(3, 16, 8, 8))
    (0, 3)
    """
    names = ["channels", *sides(x.rank)]
    if axis in names:
        return names.index(axis)
    has = f"{', '.join(names[:-1])} and {names[-1]}"
    raise Reason("no-such-axis", f"there is no {axis}: {x} has {has}", key="axis")


def lines(rank: int) -> tuple[str, ...]:
    """Name what lies along each extent of a map, one by one.

    >>> lines(1), lines(2), lines(3)
    (('place',), ('row', 'column'), ('frame', 'row', 'column'))
    """
    return ("place",) if rank == 1 else LINES[-rank:]


SIDES = ("depth", "height", "width")
LINES = ("frame", "row", "column")
