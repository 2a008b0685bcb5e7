"""What passes between Keras's layers: the sizes of a sample in the file's order of axes.

>>> image = Value(Here(-1, Shape(1)), (28, 28, 3), axis=2)
>>> print(image.shape(), image.shape().channels, image.shape(0).channels)
28x28x3 3 28
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc.graph import Here
from archcalc.ops.shape import FeaturesLast, Shape

if TYPE_CHECKING:
    from archcalc.readers.assembly import Unreached
    from archcalc.readers.sizes import Dims

Arrays: TypeAlias = "tuple[tuple[str, Dims], ...]"


class Value(NamedTuple):
    """An output: where it comes from, its sizes, the axis of its features.

    The first `lead` axes are steps, on each of which a layer works as on a sample.
    """

    output: Here | Unreached
    dims: Dims
    axis: int
    lead: int = 0

    @property
    def inner(self) -> Dims:
        """The sizes of what a layer works on."""
        return self.dims[self.lead :]

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.dims)

    def shape(self, axis: int | None = None) -> Shape:
        """Give the shape, read with its features along an axis."""
        return shape_of(self.dims, self.axis if axis is None else axis)

    def here(self, axis: int | None = None) -> Here:
        """Give what a layer reads, with its features along an axis."""
        node = self.output.node if isinstance(self.output, Here) else self.output.before.node
        return Here(node, self.shape(axis))


def shape_of(dims: Dims, axis: int) -> Shape:
    """Give the shape of sizes whose features lie along an axis."""
    if not dims:
        return FeaturesLast(1)
    kind = FeaturesLast if axis == len(dims) - 1 else Shape
    return kind(dims[axis], *dims[:axis], *dims[axis + 1 :])


def dims_of(y: Shape, before: Dims, axis: int) -> Dims:
    """Give the sizes of what came out, in the order of the axes of what went in."""
    if len(before) <= 1:
        return (y.channels,)
    extents = [*y.extents]
    return (*extents[:axis], y.channels, *extents[axis:])
