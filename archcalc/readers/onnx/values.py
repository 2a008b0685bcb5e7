"""What a name of an ONNX file stands for: maps that a node gives, or an array that is known.

>>> shape_of((1, 64, 56, 56), 1), shape_of((1, 197, 768), 2), shape_of((8, 10), 1, batch=8)
(Shape(64, 56, 56), Shape(768, 197), Shape(10, 1, 1))
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc.ops.shape import Shape
from archcalc.readers.onnx.proto import WHOLE, Tensor

if TYPE_CHECKING:
    from archcalc.graph import Here
    from archcalc.readers.assembly import Unreached

Dims: TypeAlias = "tuple[int, ...]"
Numbers: TypeAlias = "tuple[float, ...]"


class Maps(NamedTuple):
    """What a node gives: where it comes from, its sizes with the batch, the axis of its features.

    Behind something that is unknown there are no sizes.
    """

    output: Here | Unreached
    dims: Dims = ()
    axis: int | None = None

    @property
    def features(self) -> int:
        """The axis of the features; where it is not known, that of its kind of maps."""
        rank = len(self.dims)
        if self.axis is not None and self.axis < rank:
            return self.axis
        return 1 if rank in {2, 4, 5} else max(rank - 1, 0)

    @property
    def size(self) -> int:
        """The number of elements, those of the whole batch."""
        return prod(self.dims)


class Array(NamedTuple):
    """A tensor that does not depend on the input; `tensor` has its numbers, if they are there.

    Of one that was laid out more than once `held` are the sizes of what is stored.
    """

    dims: Dims
    numbers: Numbers | None = None
    tensor: Tensor | None = None
    name: str = ""
    whole: bool = False
    held: Dims = ()

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.dims)

    @property
    def stored(self) -> Dims:
        """The sizes of what is stored of it."""
        return self.held or self.dims

    def laid_out(self, dims: Dims, values: Numbers | None = None) -> Array:
        """Give numbers of it in other sizes, some of them more than once if there are more."""
        held = self.stored if prod(dims) > prod(self.stored) else ()
        return Array(dims, values, name=self.name, whole=self.whole, held=held)

    def values(self) -> Numbers | None:
        """Give the numbers of a small array, where the file has them."""
        if self.numbers is not None or self.tensor is None:
            return self.numbers
        return self.tensor.values()


Value: TypeAlias = "Maps | Array"


def stored(tensor: Tensor) -> Array:
    """Take a tensor of the file; its numbers stay there."""
    return Array(tensor.dims, None, tensor, tensor.name, tensor.type in WHOLE)


def numbers(values: list[int] | tuple[int, ...], dims: Dims | None = None) -> Array:
    """Make an array of whole numbers; a row, unless it is told otherwise."""
    return Array((len(values),) if dims is None else dims, tuple(values), whole=True)


def shape_of(dims: Dims, axis: int, batch: int = 1) -> Shape:
    """Give the shape of one sample of maps whose features lie along an axis."""
    if not dims:
        return Shape(1)
    sample = (_share(dims[0], batch), *dims[1:])
    return Shape(sample[axis], *[sample[position] for position in _extents(dims, axis, batch)])


def dims_of(y: Shape, before: Dims, axis: int, batch: int = 1) -> Dims:
    """Give the sizes of a batch of what came out, where the axes are those of what went in."""
    sizes = list(before)
    if not sizes:
        return ()
    for position, size in zip([axis, *_extents(before, axis, batch)], y, strict=False):
        whole = position == 0 and before[0] % batch == 0
        sizes[position] = size * batch if whole else size
    return tuple(sizes)


def _extents(dims: Dims, axis: int, batch: int) -> list[int]:
    others = [position for position in range(len(dims)) if position != axis]
    return others[1:] if axis > 0 and dims[0] == batch else others


def _share(size: int, batch: int) -> int:
    return size // batch if size % batch == 0 else size
