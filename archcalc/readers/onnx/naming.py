"""The nodes of an ONNX graph as paths, like those of the modules that they were made from.

PyTorch's older exporter writes `/layer1/layer1.0/conv1/Conv`: each scope repeats those above it,
and the op stands last. Its newer one lists the modules around a node, and a layer whose batch norm
was folded into it stands where that stood: its weights tell. Where a scope holds one node only, it
is that node's name.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.readers.onnx.proto import Node

BESIDE = {"Constant", "Identity", "Shape", "Cast", "Unsqueeze", "Squeeze"}
"""Nodes that are no layers, and do not keep one from being alone in its scope."""
LONGEST = 1_000


def named(nodes: Sequence[Node]) -> list[str]:
    """Give each node a name: its own, or that of its op and what it gives.

    >>> from archcalc.readers.onnx.proto import Node
    >>> names = ["/layer1/layer1.0/conv1/Conv", "/layer1/layer1.0/Add", ""]
    >>> named([Node(n.split("/")[-1] or "Relu", "", n, (), ("y",)) for n in names])
    ['layer1/0/conv1', 'layer1/0/Add', 'Relu_y']
    """
    scopes = [_listed(node) or _written(node.name) for node in nodes]
    inside = Counter(
        scope
        for node, parts in zip(nodes, scopes, strict=True)
        if node.op not in BESIDE
        for scope in _above(parts)
    )
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
    """Give the scopes that a node lies in."""
    for end in range(1, min(len(parts), 32)):
        yield "/".join(parts[:end])


def _written(name: str) -> list[str]:
    """Take a name of the older exporter apart; nothing for any other name.

    >>> _written("/features/features.3/features.3.0/Conv"), _written("conv1/7x7")
    (['features', '3', '0', 'Conv'], [])
    """
    if not name.startswith("/") or len(name) > LONGEST:
        return []
    found: list[str] = []
    before = ""
    for part in name[1:].split("/"):
        found.append(part.removeprefix(f"{before}.") or part if before else part)
        before = part
    return found


def _listed(node: Node) -> list[str]:
    """Take the modules apart that the newer exporter lists; nothing where it lists none."""
    scopes = re.findall(r"'([^']*)'", node.scopes) if len(node.scopes) <= LONGEST else []
    if len(scopes) < 2:
        return []
    weights = [name for name in node.inputs[1:2] if name.endswith(".weight")]
    folded = node.op in {"Conv", "ConvTranspose", "Gemm"} and weights
    module = weights[0].removesuffix(".weight") if folded else scopes[-2]
    return [*filter(None, module.split(".")), node.op]
