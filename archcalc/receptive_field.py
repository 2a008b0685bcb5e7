"""Graph → receptive fields: what part of the input each output can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.arithmetic import known
from archcalc.graph import INPUT

if TYPE_CHECKING:
    from archcalc.graph import Graph
    from archcalc.ops.op import Op, Shape


class Field(NamedTuple):
    """A receptive field, each number as (rows, columns), in pixels of the input.

    `size` of the field, not clipped to the image; `stride` from one output to the next; `offset` of
    the first pixel that the first output sees: negative where it sees padding.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    offset: tuple[int, int]


ONE_PIXEL = Field((1, 1), (1, 1), (0, 0))


def receptive_fields(graph: Graph) -> list[Field | None]:
    """Follow the widest path to each node; None where windows of unlike sizes forbid one answer.

    Size grows by (extent - 1) times the stride so far; the stride multiplies.

    >>> from archcalc.graph import expand
    >>> from archcalc.spec.library import load
    >>> receptive_fields(expand(load("lenet5")))[4].size  # C3: 5, then 6, then 6 + 4·2
    (14, 14)
    """
    fields: list[Field | None] = []
    for node in graph.nodes:
        entering = [ONE_PIXEL if i == INPUT else fields[i] for i in node.inputs]
        fields.append(look_through(node.op, node.xs[0], widest(entering)))
    return fields


def widest(fields: list[Field | None]) -> Field | None:
    """Choose among the fields of what feeds a node; None where one of them has no answer."""
    if len(fields) == 1:
        return fields[0]
    found = [field for field in fields if field is not None]
    return max(found, key=lambda field: field.size) if len(found) == len(fields) else None


def look_through(op: Op, x: Shape, field: Field | None) -> Field | None:
    """Follow a field through the window of an op that reads x."""
    window = op.window(x)
    if field is None or window is None:
        return None
    rows, columns = window
    (height, width), (down, right), (top, left) = field
    return Field(
        (
            height + known(rows.reach) * down,
            width + known(columns.reach) * right,
        ),
        (down * rows.stride, right * columns.stride),
        (top - rows.before * down, left - columns.before * right),
    )
