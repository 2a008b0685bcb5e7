"""The matrix products of a convolution, once its windows lie side by side as patches.

Patches are C x taps x units, the kernel C' x C/groups x kh x kw. With a table, whose kernel is
pairs x kh x kw, each map is multiplied with the kernels that read it, and with no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archcalc.kernels._arrays import expect_shape, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.kernels._arrays import Array, Table


def multiply(kernel: Array, patches: Array, groups: int, table: Table | None, out: Array) -> None:
    """Fill the units of each filter: C' x units."""
    if table is None:
        rows, columns = _grouped(kernel, groups), _grouped(patches, groups, patches.shape[2])
        np.matmul(rows, columns, out=_grouped(out, groups, out.shape[1]))
        return
    out[...] = 0
    for source, filters, pairs in _readers(table):
        out[filters] += _rows(kernel[pairs]) @ patches[source]


def kernel_gradient(
    kernel: Array, patches: Array, groups: int, table: Table | None, d_units: Array
) -> Array:
    """Give the gradient of the kernel for that of the units: units times patches."""
    if table is None:
        columns = _grouped(patches, groups, patches.shape[2])
        grouped = _grouped(d_units, groups, d_units.shape[1])
        return (grouped @ columns.swapaxes(1, 2)).reshape(kernel.shape)
    d_kernel = np.zeros_like(kernel)
    for source, filters, pairs in _readers(table):
        found = d_units[filters] @ patches[source].T
        d_kernel[pairs] = found.reshape(kernel[pairs].shape)
    return d_kernel


def patch_gradient(
    kernel: Array, patches: Array, groups: int, table: Table | None, d_units: Array
) -> Array:
    """Give the gradient of the patches for that of the units: kernel times units."""
    if table is None:
        rows = _grouped(kernel, groups)
        grouped = _grouped(d_units, groups, d_units.shape[1])
        return (rows.swapaxes(1, 2) @ grouped).reshape(patches.shape)
    d_patches = np.zeros_like(patches)
    for source, filters, pairs in _readers(table):
        d_patches[source] = _rows(kernel[pairs]).T @ d_units[filters]
    return d_patches


def check(channels: int, kernel: Array, groups: int, table: Table | None) -> int:
    """Count the filters, or refuse a kernel that does not fit the maps."""
    if table is None:
        if kernel.ndim < 3 or kernel.shape[1] * groups != channels or len(kernel) % groups:
            found = f"kernel {shown(kernel.shape)} in {groups} groups"
            message = f"conv: {found} does not fit an input of {channels} maps"
            raise ValueError(message)
        return len(kernel)
    if groups != 1:
        message = f"conv: a table and {groups} groups exclude each other"
        raise ValueError(message)
    expect_shape("conv", "kernel", kernel, (sum(map(len, table)), *kernel.shape[1:]))
    for row in table:
        if len(set(row)) < len(row) or not set(row) <= set(range(channels)):
            message = f"conv: table row {list(row)} should name distinct maps below {channels}"
            raise ValueError(message)
    return len(table)


def _readers(table: Table) -> Iterator[tuple[int, list[int], list[int]]]:
    """Tell for each map which filters read it, and where their kernels stand in table order."""
    pairs = [(source, reader) for reader, row in enumerate(table) for source in row]
    for source in sorted({source for source, _ in pairs}):
        places = [place for place, pair in enumerate(pairs) if pair[0] == source]
        yield source, [pairs[place][1] for place in places], places


def _grouped(array: Array, groups: int, columns: int = -1) -> Array:
    """Split the first axis into groups and make each a matrix with so many columns."""
    if columns == -1:
        return array.reshape(groups, len(array) // groups, -1)
    return array.reshape(groups, -1, columns)


def _rows(kernels: Array) -> Array:
    return kernels.reshape(len(kernels), -1)
