"""Sliding windows over arrays: where they stand, and the cells they read.

One `Side` describes the windows along the height or the width. Windows are counted by laying them
down one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.kernels._arrays import Array, Padding, Size


class Side(NamedTuple):
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


Sides = tuple[Side, Side]


def sides(  # noqa: PLR0913 - the fields of a window
    size: Size,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = (0, 0, 0, 0),
    dilation: Size = (1, 1),
    *,
    ceil: bool = False,
) -> Sides:
    """Lay windows over a height and a width; without a stride they lie side by side.

    Raises ValueError where not even one fits.

    >>> rows, columns = sides((55, 55), (3, 3), (2, 2))
    >>> rows.windows, rows.span
    (27, 55)
    """
    steps = kernel if stride is None else stride
    pads = _pads(size, kernel, steps, padding, dilation)
    rows, columns = (
        _side(Side(*numbers), ceil=ceil)
        for numbers in zip(size, kernel, steps, dilation, pads[::2], pads[1::2], strict=True)
    )
    return rows, columns


def padded(x: Array, both: Sides, value: float = 0) -> Array:
    """Surround x with as many cells of `value` as the windows read, and cut off what none reads.

    >>> padded(np.ones((1, 1, 2, 2)), sides((2, 2), (3, 3), (1, 1), (1, 0, 1, 0)))[0, 0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
    """
    rows, columns = both
    if all(not side.before and side.span <= side.size for side in both):
        return x[:, :, : rows.span, : columns.span]
    shape = (*x.shape[:2], rows.span, columns.span)
    image = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
    inside, read = _overlap(both)
    image[inside] = x[read]
    return image


def unpadded(gradient: Array, both: Sides) -> Array:
    """Cut the gradient of the padding away; cells that no window read have none.

    >>> unpadded(np.ones((1, 1, 2, 2)), sides((3, 3), (2, 2), (2, 2)))[0, 0].tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    rows, columns = both
    inside, read = _overlap(both)
    dx = np.zeros((*gradient.shape[:2], rows.size, columns.size), gradient.dtype)
    dx[read] = gradient[inside]
    return dx


def offsets(image: Array, both: Sides) -> Iterator[Array]:
    """Show for each place in the kernel, row by row, the cell that every window has there.

    >>> x = np.arange(16).reshape(1, 1, 4, 4)
    >>> [cells[0, 0].tolist() for cells in offsets(x, sides((4, 4), (1, 2), (2, 2)))]
    [[[0, 2], [8, 10]], [[1, 3], [9, 11]]]
    """
    rows, columns = both
    for down in range(rows.kernel):
        for right in range(columns.kernel):
            yield image[:, :, _places(rows, down), _places(columns, right)]


def _places(side: Side, tap: int) -> slice:
    first = tap * side.dilation
    return slice(first, first + side.stride * (side.windows - 1) + 1, side.stride)


def _side(side: Side, *, ceil: bool) -> Side:
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


def _pads(
    size: Size, kernel: Size, stride: Size, padding: Padding, dilation: Size
) -> tuple[int, int, int, int]:
    """Say a padding in cells: top, bottom, left, right."""
    if not isinstance(padding, str):
        return padding
    extents = [taps * step - step + 1 for taps, step in zip(kernel, dilation, strict=True)]
    if padding == "half":
        tall, wide = (extent // 2 for extent in extents)
        return tall, tall, wide, wide
    tall, wide = (
        max(range(0, cells, step)[-1] + extent - cells, 0)
        for cells, step, extent in zip(size, stride, extents, strict=True)
    )
    return tall // 2, tall - tall // 2, wide // 2, wide - wide // 2


def _overlap(both: Sides) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Tell where the input lies on the padded image, and which part of the input lies there."""
    counts = [max(0, min(side.size, side.span - side.before)) for side in both]
    inside = [slice(s.before, s.before + n) for s, n in zip(both, counts, strict=True)]
    every = slice(None)
    return (every, every, *inside), (every, every, *map(slice, counts))
