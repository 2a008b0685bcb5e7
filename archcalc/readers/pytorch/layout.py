"""Sizes of tensors → shapes: features first, the batch of one left out.

>>> from archcalc.readers.pytorch.call import Value
>>> shape_of(Value((1, 64, 56, 56), features=1)), shape_of(Value((1, 197, 768), features=2))
(Shape(64, 56, 56), Shape(768, 197))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.ops.shape import Shape

if TYPE_CHECKING:
    import torch

    from archcalc.readers.pytorch.call import Value


class View(NamedTuple):
    """How a tensor is read: as one of these sizes, the axes of its features ahead of all others."""

    sizes: tuple[int, ...]
    ahead: tuple[int, ...]
    shape: Shape

    def of(self, numbers: torch.Tensor) -> torch.Tensor:
        """Lay the numbers of such a tensor out as our shapes have them, with a batch of one."""
        whole = numbers.reshape(self.sizes)
        return whole.movedim(self.ahead, tuple(range(len(self.ahead)))).reshape(1, *self.shape)


def features_of(value: Value) -> int:
    """Give the axis of a tensor's features; where it is not known, that of its kind of tensors."""
    rank = len(value.shape)
    if value.features is not None:
        return value.features
    return 1 if rank in {2, 4, 5} else max(rank - 1, 0)


def shape_of(value: Value, features: int | None = None) -> Shape:
    """Give the shape of a tensor whose features lie along an axis."""
    sizes = value.shape or (1,)
    axis = features_of(value) if features is None else features % len(sizes)
    extents = [size for position, size in enumerate(sizes) if position != axis]
    if axis > 0 and extents[0] == 1:
        extents = extents[1:]
    return Shape(sizes[axis], *extents)


def view_of(value: Value, features: int | None = None) -> View:
    """Read a tensor whose features lie along an axis."""
    axis = features_of(value) if features is None else features
    return View(value.shape or (1,), (axis,), shape_of(value, axis))


def laid(value: Value, features: int | None) -> Value:
    """Say of a tensor where its features lie."""
    value.features = None if features is None else features % max(len(value.shape), 1)
    return value
