"""A convolution written out as the fully connected layer that it is: sparse, its weights shared."""

from __future__ import annotations

from math import prod
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
    stride: Size = (1,),
    padding: Padding = (0, 0),
    dilation: Size = (1,),
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
    channels, *extents = shape
    both = sides(tuple(extents), kernel, stride, padding, dilation, ceil=ceil)
    reads = _dense(channels, filters or 0, groups) if table is None else table
    maps = np.repeat(np.arange(len(reads)), [len(row) for row in reads])
    sources = np.array([source for row in reads for source in row], dtype=int)
    taps = [side.taps() for side in both]
    windows = [side.windows for side in both]
    return Unrolled(
        _joined(maps, [tap[0] for tap in taps], windows),
        _joined(sources, [tap[2] for tap in taps], [side.size for side in both]),
        _joined(np.arange(len(maps)), [tap[1] for tap in taps], [side.kernel for side in both]),
        (len(reads) * prod(windows), channels * prod(extents)),
    )


def _dense(channels: int, filters: int, groups: int) -> Table:
    """Say as a table which maps each filter reads: those of its group."""
    maps = np.arange(channels).reshape(groups, -1)
    return tuple(map(tuple, np.repeat(maps, filters // groups, axis=0).tolist()))


def _joined(maps: Array, along: list[Array], sizes: list[int]) -> Array:
    """Combine every map with every tap along each extent, as one flat index each."""
    index = maps
    for taps, size in zip(along, sizes, strict=True):
        index = index[..., np.newaxis] * size + taps
    return index.ravel()
