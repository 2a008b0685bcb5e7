"""A convolution written out as the fully connected layer that it is: sparse, its weights shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._windows import sides

if TYPE_CHECKING:
    from archcalc.kernels._arrays import Array, Padding, Shape, Size, Table


class Unrolled(NamedTuple):
    """The entries of the matrix: entry e stands in row[e], column[e] and holds weight[e]."""

    row: Array
    """The output unit, as an index into y flattened: C' x H' x W'."""
    column: Array
    """The input unit, as an index into x flattened: C x H x W."""
    weight: Array
    """Which weight stands there, as an index into the kernel flattened."""
    shape: tuple[int, int]
    """Rows and columns of the matrix: units of y, units of x."""


def unroll(  # noqa: PLR0913 - the fields of a convolution
    shape: Shape,
    *,
    kernel: Size,
    filters: int | None = None,
    stride: Size = (1, 1),
    padding: Padding = (0, 0, 0, 0),
    dilation: Size = (1, 1),
    groups: int = 1,
    table: Table | None = None,
    ceil: bool = False,
    **_: object,
) -> Unrolled:
    r"""Give the matrix of a convolution over an input C x H x W, without the taps on padding.

    Its number of entries, plus one bias for each row, is the connections in bounds; the matrix
    times x flattened is the convolution without its biases. Entries of one kernel stand together.
    Raises ValueError if the window does not fit.

    >>> matrix = unroll((1, 3, 3), filters=1, kernel=(2, 2))
    >>> dense = np.full(matrix.shape, ".")
    >>> dense[matrix.row, matrix.column] = np.array(["a", "b", "c", "d"])[matrix.weight]
    >>> print(*map("".join, dense), sep="\n")
    ab.cd....
    .ab.cd...
    ...ab.cd.
    ....ab.cd
    """
    channels, height, width = shape
    rows, columns = sides((height, width), kernel, stride, padding, dilation, ceil=ceil)
    reads = _dense(channels, filters or 0, groups) if table is None else table
    maps = np.repeat(np.arange(len(reads)), [len(row) for row in reads])
    sources = np.array([source for row in reads for source in row], dtype=int)
    down = rows.taps()
    right = columns.taps()
    return Unrolled(
        _joined((maps, down[0], right[0]), (rows.windows, columns.windows)),
        _joined((sources, down[2], right[2]), (height, width)),
        _joined((np.arange(len(maps)), down[1], right[1]), kernel),
        (len(reads) * rows.windows * columns.windows, channels * height * width),
    )


def _dense(channels: int, filters: int, groups: int) -> Table:
    """Say as a table which maps each filter reads: those of its group."""
    maps = np.arange(channels).reshape(groups, -1)
    return tuple(map(tuple, np.repeat(maps, filters // groups, axis=0).tolist()))


def _joined(places: tuple[Array, Array, Array], size: Size) -> Array:
    """Combine every map with every tap down and every tap right, as one flat index each."""
    maps, down, right = places
    height, width = size
    index = (maps[:, None, None] * height + down[:, None]) * width + right
    return index.ravel()
