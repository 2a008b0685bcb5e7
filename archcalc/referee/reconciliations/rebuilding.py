"""A network counted otherwise: the same graph with some ops exchanged or left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.graph import Graph, Node
    from archcalc.ops.op import Op


def rebuild(graph: Graph, change: Callable[[Node], tuple[Op, ...]]) -> Graph:
    """Put what `change` gives in the place of each op, and infer the shapes that follow.

    A layer that becomes nothing hands its first input on; of several ops each reads the one before.
    Nodes keep their paths, added ones stand after them (`conv1.maxpool`). The time is that of
    one walk. Raises a `Reason` where layers no longer fit.

    >>> from archcalc.report import count
    >>> from archcalc.spec.library import load
    >>> lenet = count("lenet5").graph
    >>> fewer = rebuild(lenet, lambda node: () if node.path == "C5" else (node.op,))
    >>> len(lenet.nodes) - len(fewer.nodes), fewer.nodes[fewer.ends["F6"]].xs
    (1, (Shape(84, 1, 1),))
    """
    where: dict[int, int] = {}
    nodes: list[Node] = []
    for position, node in enumerate(graph.nodes):
        inputs = tuple(where.get(i, i) for i in node.inputs)
        where[position] = inputs[0]
        for number, op in enumerate(change(node)):
            path = f"{node.path}.{op.name}" if number else node.path
            xs = tuple(nodes[i].y if i >= 0 else graph.shape_of(i) for i in inputs)
            y = node.y if op is node.op and xs == node.xs else op.shape(*xs)
            where[position] = len(nodes)
            same = op is node.op and y is node.y and inputs == node.inputs
            nodes.append(
                node if same else node._replace(path=path, op=op, inputs=inputs, xs=xs, y=y)
            )
            inputs = (where[position],)

    def moved(position: int) -> int:
        return where.get(position, position)

    return replace(
        graph,
        nodes=tuple(nodes),
        ends={path: moved(end) for path, end in graph.ends.items()},
        end=moved(graph.end),
        outputs=tuple(map(moved, graph.outputs)),
        hung=frozenset(map(moved, graph.hung)),
    )
