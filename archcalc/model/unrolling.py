"""A convolution of a network, written out as the fully connected layer that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import UnknownName, UsageError, suggestion
from archcalc.kernels import unroll as kernel
from archcalc.ops.conv import Conv
from archcalc.report import count

if TYPE_CHECKING:
    from pathlib import Path

    from archcalc.graph import Graph
    from archcalc.kernels.unroll import Unrolled
    from archcalc.spec.spec import Spec

LARGEST = 2**27
"""Entries of a matrix: three whole numbers of 8 bytes each, 3 GiB."""


def unroll(net: Spec | Graph | str | Path, layer: str) -> Unrolled:
    """Give the sparse, shared weight matrix of a convolution, by the path of its layer.

    Entry e stands in `row[e]`, `column[e]` and holds weight `weight[e]` of the kernel flattened;
    rows are the units of y, columns those of x. Taps on padding are no entries: the entries and one
    bias for each row are the connections in bounds. Raises UnknownName if there is no such layer,
    and UsageError if it is no convolution, or one of more connections than a machine has room for.

    >>> matrix = unroll("lenet5", "C3")
    >>> matrix.shape, len(matrix.weight)
    ((1600, 1176), 150000)
    """
    report = count(net, heads=True)
    nodes = {node.path: node for node in report.nodes}
    if layer not in nodes:
        raise UnknownName.layer(report.name, layer, suggestion(layer, nodes))
    node = nodes[layer]
    if not isinstance(node.op, Conv):
        message = f"`{layer}` is of `{node.op.name}`: only a convolution is unrolled"
        raise UsageError.of("not-a-convolution", message)
    connections = node.op.connections_in_bounds(node.xs[0], node.y)
    if connections > LARGEST:
        message = f"`{layer}` has {connections:,} connections"
        most = f"a matrix at most {LARGEST:,} entries here"
        raise UsageError.of("out-of-memory", f"{message}, and {most}")
    return kernel.unroll(node.xs[0], **vars(node.op))
