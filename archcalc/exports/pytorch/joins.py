"""Joins as expressions of PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.pytorch.layout import Value, dimension, laid
from archcalc.ops.shape import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.exports.pytorch.layout import Layout
    from archcalc.graph import Graph, Node

OPERATORS = {"add": "+", "multiply": "*", "subtract": "-"}


def join(node: Node, values: Sequence[Value]) -> Value:
    """Write a join of outputs, which are laid out alike before."""
    layout, rank = _common(values)
    texts = [laid(value, layout, rank).text for value in values]
    if node.op.name in OPERATORS:
        text = f" {OPERATORS[node.op.name]} ".join(texts)
    elif node.op.name == "concat":
        axis: str = getattr(node.op, "axis")  # noqa: B009 - of a join that has one
        text = f"torch.cat([{', '.join(texts)}], {dimension(axis, node.y, layout)})"
    else:
        text = texts[0]
        for other in texts[1:]:
            text = f"torch.maximum({text}, {other})"
    return Value(text, node.y, layout)


def _common(values: Sequence[Value]) -> tuple[Layout, int]:
    """Choose how all lie: as the first that has places; as they are if none has."""
    wide = [value for value in values if not value.shape.is_vector]
    if not wide:
        alike = {(value.layout, value.shape.rank) for value in values}
        return (values[0].layout, values[0].shape.rank) if len(alike) == 1 else ("flat", 2)
    layouts = [value.layout for value in wide]
    layout: Layout = "maps" if "maps" in layouts and layouts[0] != "rows" else layouts[0]
    return layout, max(value.shape.rank for value in wide)


def rolled(graph: Graph, position: int) -> tuple[int, int, str] | None:
    """Find what a join moves around: its source, by how many places, and along which axis."""
    node = graph.nodes[position]
    parts = [graph.nodes[i] for i in node.inputs if i >= 0]
    if node.op.name != "concat" or [part.op.name for part in parts] != ["slice", "slice"]:
        return None
    later, earlier = parts
    axis: str = getattr(node.op, "axis")  # noqa: B009 - of a join that has one
    size = later.xs[0][place_of(axis, later.xs[0])]
    along = {getattr(part.op, "axis", "") for part in parts} == {axis}
    if not along or later.inputs != earlier.inputs:
        return None
    (start, end), (first, stop) = (part.op.stretch(size) for part in parts)  # type: ignore[attr-defined]
    if (end, first) != (size, 0) or start != stop:
        return None
    return later.inputs[0], -start if 2 * start <= size else size - start, axis
