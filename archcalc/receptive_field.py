"""Graph → receptive fields: what part of the input each output can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits
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
    """Follow the widest path to each node, along the height and along the width.

    Size grows by (extent - 1) times the stride so far; the stride multiplies. None where windows of
    unlike sizes, or branches of unlike strides, forbid one answer.

    >>> from archcalc.spec.unroll import expand
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
    """Take in what any branch sees; None where one has no answer, or their strides differ.

    >>> widest([Field((1, 3), (2, 2), (0, -1)), Field((3, 1), (2, 2), (-1, 0))])
    Field(size=(3, 3), stride=(2, 2), offset=(-1, -1))
    """
    first = fields[0]
    if len(fields) == 1 or first is None:
        return first
    found = [field for field in fields if field is not None and field.stride == first.stride]
    if len(found) < len(fields):
        return None
    top, left = (min(field.offset[side] for field in found) for side in (0, 1))
    bottom, right = (max(f.offset[side] + f.size[side] for f in found) for side in (0, 1))
    return Field((bottom - top, right - left), first.stride, (top, left))


def look_through(op: Op, x: Shape, field: Field | None) -> Field | None:
    """Follow a field through the window of an op that reads x."""
    window = op.window(x)
    if field is None or window is None:
        return None
    rows, columns = window
    (height, width), (down, right), (top, left) = field
    if max(down, right).bit_length() > limits.now().integer_bits:
        return None
    return Field(
        (
            height + known(rows.reach) * down,
            width + known(columns.reach) * right,
        ),
        (down * rows.stride, right * columns.stride),
        (top - rows.before * down, left - columns.before * right),
    )
