"""What counts as it stands, and may not have been meant: said in a note, never refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.shape import FeaturesLast, sides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.graph import Graph, Node
    from archcalc.ops.op import Op, Shape

COLOURS = (1, 3, 4)
"""Channels of an image: of greys, of colours, with opacity."""


def axes(graph: Graph) -> Iterator[str]:
    """Say how an input is read whose channels may stand last, or that has no places for windows.

    >>> from archcalc.report import count
    >>> from archcalc.spec.library import load
    >>> image = {"input": "28x28x1", "layers": [{"conv": 6, "kernel": 3, "padding": 1}]}
    >>> count(load(image)).notes
    ('input 28x28x1 is read as channels x height x width: 28 channels of 28x1 places',)
    """
    for position, x in enumerate(graph.inputs.values()):
        last = (
            not isinstance(x, FeaturesLast)
            and x.rank == 2
            and x.width in COLOURS
            and x.channels == x.height > max(COLOURS)
        )
        if last or (x.channels > 1 and x.is_vector and _slides(graph, -1 - position)):
            yield f"input {x} is read as {order(x)}: {_places(x)}"


def order(x: Shape) -> str:
    """Say the order of the numbers of a shape.

    >>> from archcalc.ops.shape import Shape
    >>> order(Shape(3, 224, 224)), order(Shape(1, 16000))
    ('channels x height x width', 'channels x length')
    """
    extents = sides(x.rank)
    return " x ".join(
        (*extents, "channels") if isinstance(x, FeaturesLast) else ("channels", *extents)
    )


def flattening(node: Node) -> str | None:
    """Say how many numbers a linear layer makes of maps of more than one place.

    >>> from archcalc.report import count
    >>> nodes = count("alexnet").nodes
    >>> [said for said in map(flattening, nodes) if said]
    ['fc6 flattens 256x6x6 = 9,216']
    """
    x = node.xs[0]
    return f"{node.path} flattens {x} = {x.size:,}" if flattens(node.op, x) else None


def flattens(op: Op, x: Shape) -> bool:
    """Tell whether a linear layer makes one vector of maps of more than one place."""
    return getattr(op, "flatten", False) is True and x.places > 1


def _slides(graph: Graph, entering: int) -> bool:
    """Tell whether a window of more than one place lies on an input."""
    ops = (node.op for node in graph.nodes if entering in node.inputs)
    return any(max(getattr(op, "kernel", None) or (1,)) > 1 for op in ops)


def _places(x: Shape) -> str:
    if x.is_vector:
        return f"{x.channels} channels of one place"
    return f"{x.channels} channels of {x.height}x{x.width} places"
