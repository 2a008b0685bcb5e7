"""A program whose file fixes all sizes, at another input: the rules of its layers applied again.

That holds as long as each layer reads what an earlier one gives, as it gives it, and has the
weights that the file has for it; not where data is laid out anew by sizes, or a layer has no rule.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archcalc.builder import Builder
from archcalc.errors import ArchcalcError, ShapeError
from archcalc.inputs import say
from archcalc.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.graph import Graph, Node
    from archcalc.ops.shape import Shape
    from archcalc.origin import Maker


def replay(home: Graph, maker: Maker, inputs: Mapping[str, Shape]) -> Graph:
    """Put a network on other inputs. Raises ShapeError where the file does not tell what it is."""
    bound = {i: key for i, node in enumerate(home.nodes) if (key := _bound(home, node))}
    kept = (home.nodes, home.containers, home.ends, home.outputs)
    again = Replay(Builder, home.origin, *kept, bound, home.uncounted)
    try:
        found = again.at(inputs, heads=True)
    except ArchcalcError as error:
        raise _fixed(home, error.diagnostics[0].message) from None
    for before, now in zip(home.nodes, found.nodes, strict=True):
        if _weights(before) != _weights(now):
            message = f"{now.path}: its weights are those for {before.xs[0]}, not {now.xs[0]}"
            raise _fixed(home, message)
    return replace(found, maker=maker, hung=home.hung)


def _bound(home: Graph, node: Node) -> str:
    """Name what of a layer came from the size of the input; nothing where its rule tells all."""
    if node.op.name == "opaque":
        return "output"
    given = tuple(home.shape_of(position) for position in node.inputs)
    flattened = node.op.name == "linear" and node.xs[0].is_vector
    if given != node.xs and not (flattened and given[0].size == node.xs[0].size):
        return "layout"
    return ""


def _weights(node: Node) -> list[tuple[str, tuple[int, ...]]]:
    return [(array.name, tuple(array.shape)) for array in node.op.weights(node.xs[0], node.y)]


def _fixed(home: Graph, message: str) -> ShapeError:
    own = say(home.origin.inputs)
    hint = "export the program at this size, or with `dynamic_shapes`"
    return ShapeError.of("bound-to-size", f"its file fixes the input at {own}; {message}", hint)
