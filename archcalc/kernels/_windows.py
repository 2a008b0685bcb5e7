"""Sliding windows over arrays: where they stand, and the cells they read.

One `Side` describes the windows along one extent: the height, say. Windows are counted by laying
them down one after the other.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.kernels._arrays import Array, Padding, Size


class Axis(NamedTuple):
    """Windows of `kernel` taps along one dimension of `size` cells."""

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    windows: int = 0

    @property
    def extent(self) -> int:
        """Cells from a window's first tap to its last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def span(self) -> int:
        """Cells from the first window's first to the last window's last."""
        return self.stride * (self.windows - 1) + self.extent

    @property
    def starts(self) -> Array:
        """The cell of the input at which each window starts: negative on the padding."""
        return np.arange(self.windows) * self.stride - self.before

    def taps(self) -> tuple[Array, Array, Array]:
        """List the taps that fall on the input: window, place in the kernel, cell of the input.

        >>> window, place, cell = sides((2, 2), (3, 3), (1, 1), "half")[0].taps()
        >>> window.tolist(), place.tolist(), cell.tolist()
        ([0, 0, 1, 1], [1, 2, 0, 1], [0, 1, 0, 1])
        """
        cells = self.starts[:, np.newaxis] + self.dilation * np.arange(self.kernel)
        window, place = np.nonzero((cells >= 0) & (cells < self.size))
        return window, place, cells[window, place]


Sides = tuple[Axis, ...]


def sides(  # noqa: PLR0913 - the fields of a window
    size: Size,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = (0, 0),
    dilation: Size = (1,),
    *,
    ceil: bool = False,
) -> Sides:
    """Lay windows over the last of some extents; without a stride they lie side by side.

    A kernel of one number is as wide along all extents; extents before the window's are passed one
    by one. A single place has as many extents as a window wants. Raises ValueError where not even
    one window fits.

    >>> rows, columns = sides((55, 55), (3, 3), (2, 2))
    >>> rows.windows, rows.span
    (27, 55)
    """
    kernel = each(kernel, len(size))
    if len(kernel) > len(size) and set(size) == {1}:
        size = (1,) * len(kernel)
    if len(kernel) > len(size):
        message = f"a window of {len(kernel)} dimensions does not lie on a map of {len(size)}"
        raise ValueError(message)
    earlier, size = size[: len(size) - len(kernel)], size[len(size) - len(kernel) :]
    steps = each(kernel if stride is None else stride, len(kernel))
    apart = each(dilation, len(kernel))
    pads = cells_of(size, kernel, steps, padding, apart)
    numbers = zip(size, kernel, steps, apart, pads[::2], pads[1::2], strict=True)
    return (
        *(Axis(extent, 1, 1, 1, 0, 0, extent) for extent in earlier),
        *(_side(Axis(*found), ceil=ceil) for found in numbers),
    )


def each(numbers: tuple[int, ...], extents: int) -> tuple[int, ...]:
    """Take one number for all extents.

    >>> each((3,), 2), each((1, 7), 2)
    ((3, 3), (1, 7))
    """
    return numbers * extents if len(numbers) == 1 else numbers


def along(cuts: Iterable[slice]) -> tuple[Any, ...]:
    """Cut an array along its last axes."""
    return (..., *cuts)


def unfolded(x: Array, both: Sides) -> Array:
    """Give x as many extents as its windows have: only a single place may want more."""
    return x if x.ndim == len(both) + 2 else x.reshape(*x.shape[:2], *(s.size for s in both))


def cells_of(
    size: Size, kernel: Size, stride: Size, padding: Padding, dilation: Size
) -> tuple[int, ...]:
    """Say a padding in cells: before and after each extent."""
    if not isinstance(padding, str):
        return padding * len(kernel) if len(padding) == 2 else padding
    extents = [taps * step - step + 1 for taps, step in zip(kernel, dilation, strict=True)]
    if padding == "half":
        return tuple(extent // 2 for extent in extents for _ in "xy")
    missing = [
        max(range(0, cells, step)[-1] + extent - cells, 0)
        for cells, step, extent in zip(size, stride, extents, strict=True)
    ]
    return tuple(cells for n in missing for cells in (n // 2, n - n // 2))


def padded(x: Array, both: Sides, value: float = 0) -> Array:
    """Surround x with as many cells of `value` as the windows read, and cut off what none reads.

    >>> padded(np.ones((1, 1, 2, 2)), sides((2, 2), (3, 3), (1, 1), (1, 0, 1, 0)))[0, 0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
    """
    x = unfolded(x, both)
    if all(not side.before and side.span <= side.size for side in both):
        covered: Array = x[along(slice(side.span) for side in both)]
        return covered
    shape = (*x.shape[:2], *(side.span for side in both))
    image = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
    inside, read = _overlap(both)
    image[inside] = x[read]
    return image


def unpadded(gradient: Array, both: Sides) -> Array:
    """Cut the gradient of the padding away; cells that no window read have none.

    >>> unpadded(np.ones((1, 1, 2, 2)), sides((3, 3), (2, 2), (2, 2)))[0, 0].tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    inside, read = _overlap(both)
    dx = np.zeros((*gradient.shape[:2], *(side.size for side in both)), gradient.dtype)
    dx[read] = gradient[inside]
    return dx


def offsets(image: Array, both: Sides) -> Iterator[Array]:
    """Show for each place in the kernel, row by row, the cell that every window has there.

    >>> x = np.arange(16).reshape(1, 1, 4, 4)
    >>> [cells[0, 0].tolist() for cells in offsets(x, sides((4, 4), (1, 2), (2, 2)))]
    [[[0, 2], [8, 10]], [[1, 3], [9, 11]]]
    """
    for taps in product(*(range(side.kernel) for side in both)):
        yield image[along(map(_places, both, taps))]


def _places(side: Axis, tap: int) -> slice:
    first = tap * side.dilation
    return slice(first, first + side.stride * (side.windows - 1) + 1, side.stride)


def _side(side: Axis, *, ceil: bool) -> Axis:
    """Count the windows: the starts on the padded image that leave room for a window."""
    image = side.size + side.before + side.after
    if side.extent > image:
        message = f"a window of {side.extent} cells does not fit on {image}, padding included"
        raise ValueError(message)
    room = image - side.extent
    starts = range(0, room + (side.stride if ceil else 1), side.stride)
    if starts[-1] > room and starts[-1] >= side.size + side.before:
        starts = starts[:-1]
    return side._replace(windows=len(starts))


def _overlap(both: Sides) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Tell where the input lies on the padded image, and which part of the input lies there."""
    counts = [max(0, min(side.size, side.span - side.before)) for side in both]
    inside = [slice(s.before, s.before + n) for s, n in zip(both, counts, strict=True)]
    return along(inside), along(map(slice, counts))
