"""What a layer's place in the network tells of it: what reads it, what it folds into, what it ends.

>>> from archcalc.report import count
>>> report = count("resnet18")
>>> places(report.graph, report.nodes)[10].blocks  # conv2_x/1 gives what its last ReLU gives
1
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from archcalc import ops
from archcalc.graph import CUSTOM, FUNCTION, PACKED
from archcalc.paths import is_within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.graph import Graph, Node

IN_LINE = frozenset({"group", "split", "Sequential", "ModuleList"})
"""Words of what puts layers behind or beside each other, and is no block."""


class Place(NamedTuple):
    """What a layer's place in the network tells of it."""

    final: bool
    first: bool
    entering: int
    blocks: int
    folded: bool
    folded_linear: bool
    function: bool
    custom: bool
    packed: bool


def places(graph: Graph, nodes: Sequence[Node]) -> list[Place]:
    """Tell the place of each node; `nodes` are those of the graph that are counted."""
    readers = Counter(i for node in nodes for i in node.inputs)
    convolved, linear = (_folded(nodes, readers, op) for op in ("conv", "linear"))
    entering, blocks = _entering(graph, nodes), Counter(_block_ends(graph, nodes))
    widths: set[tuple[str, int]] = set()
    found = []
    for position, node in enumerate(nodes):
        width = (node.op.name, node.y.channels)
        found.append(
            Place(
                final=position not in readers,
                first=width not in widths,
                entering=entering.get(position, 0),
                blocks=blocks[position],
                folded=position in convolved,
                folded_linear=position in linear,
                function=graph.ways.get(position) in {FUNCTION, PACKED},
                custom=graph.ways.get(position) == CUSTOM,
                packed=graph.ways.get(position) == PACKED,
            )
        )
        widths.add(width)
    return found


def _folded(nodes: Sequence[Node], readers: Mapping[int, int], op: str) -> set[int]:
    """Give the layers of an op that one batch normalisation alone reads, and these."""
    found: set[int] = set()
    for position, node in enumerate(nodes):
        (before, *_) = node.inputs
        if node.op.name == "batchnorm" and before >= 0 and readers[before] == 1:
            found |= {before, position} if nodes[before].op.name == op else set()
    return found


def _entering(graph: Graph, nodes: Sequence[Node]) -> dict[int, int]:
    """Give the elements of the network's inputs by the layer that is the first to read them."""
    first: dict[int, int] = {}
    for position, node in enumerate(nodes):
        for i in node.inputs:
            if i < 0:
                first.setdefault(i, position)
    sizes: Counter[int] = Counter()
    for i, position in first.items():
        sizes[position] += graph.shape_of(i).size
    return sizes


def _block_ends(graph: Graph, nodes: Sequence[Node]) -> Iterator[int]:
    """Give the last layer of each named block, unless joins alone read it, as in a shortcut."""
    joined, behind = set[int](), set[int]()
    for node in nodes:
        (joined if node.op.role == "join" else behind).update(node.inputs)
    alike = {(path.rpartition("/")[0], *_what(graph, path)) for path in graph.containers}
    for path in graph.containers:
        label, end = _what(graph, path)
        in_line = label in IN_LINE or label in ops.names()
        repeated = (path, label, end) in alike  # what stands there so often holds the block itself
        if 0 <= end < len(nodes) and not in_line and not repeated:
            in_branch = end in joined and end not in behind
            if is_within(nodes[end].path, path) and not in_branch:
                yield end


def _what(graph: Graph, path: str) -> tuple[str, int]:
    return graph.containers[path].label, graph.ends[path]
