"""The nodes of an ONNX graph as paths, like those of the modules that they were made from.

PyTorch's exporter writes `/layer1/layer1.0/conv1/Conv`: each scope repeats those above it, and the
op stands last. Where a scope holds one node only, it is that node's name.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.readers.onnx.message import Node


def named(nodes: Sequence[Node]) -> list[str]:
    """Give each node a name: its own, or that of its op and what it gives.

    >>> from archcalc.readers.onnx.message import Node
    >>> names = ["/layer1/layer1.0/conv1/Conv", "/layer1/layer1.0/Add", ""]
    >>> named([Node(n.split("/")[-1] or "Relu", "", n, (), ("y",)) for n in names])
    ['layer1/0/conv1', 'layer1/0/Add', 'Relu_y']
    """
    scopes = [_scopes(node.name) for node in nodes]
    inside = Counter(scope for parts in scopes for scope in _above(parts))
    found = []
    for node, parts in zip(nodes, scopes, strict=True):
        name = node.name or f"{node.op}_{node.outputs[0] if node.outputs else ''}"
        if parts:
            above = "/".join(parts[:-1])
            alone = parts[-1].rstrip("0123456789").rstrip("_") == node.op
            name = above if above and alone and inside[above] == 1 else "/".join(parts)
        found.append(name)
    return found


def _above(parts: list[str]) -> Iterator[str]:
    """Give the scopes that a node lies in; of very deep ones those that matter."""
    for end in range(1, min(len(parts), 32)):
        yield "/".join(parts[:end])


def _scopes(name: str) -> list[str]:
    """Take a name of PyTorch's apart; nothing for any other name.

    >>> _scopes("/features/features.3/features.3.0/Conv"), _scopes("conv1/7x7")
    (['features', '3', '0', 'Conv'], [])
    """
    if not name.startswith("/") or len(name) > 1_000:
        return []
    found: list[str] = []
    before = ""
    for part in name[1:].split("/"):
        own = part.removeprefix(f"{before}.") if before and part != f"{before}." else part
        found.append(own)
        before = part
    return found
