"""Graph → receptive fields: what part of the input each output can see."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from archcalc import limits
from archcalc.arithmetic import known
from archcalc.graph import INPUT
from archcalc.ops.op import Placewise
from archcalc.ops.shape import first_of
from archcalc.ops.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.graph import Graph, Node
    from archcalc.ops.op import Op, Shape


T = TypeVar("T")


class Field(NamedTuple):
    """A receptive field in pixels of the input, a number for each extent: (rows, columns), say.

    `size` of the field, not clipped to the image; `stride` from one output to the next; `offset` of
    the first pixel that the first output sees: negative where it sees padding.
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: tuple[int, ...]


def one_pixel(x: Shape) -> Field:
    """See each pixel of an input as itself.

    >>> from archcalc.ops.shape import Shape
    >>> one_pixel(Shape(1, 16000))
    Field(size=(1,), stride=(1,), offset=(0,))
    """
    return Field((1,) * x.rank, (1,) * x.rank, (0,) * x.rank)


def receptive_fields(graph: Graph) -> list[Field | None]:
    """Follow the widest path to each node, along each extent.

    Size grows by (extent - 1) times the stride so far; the stride multiplies. None where windows of
    unlike sizes, branches of unlike strides, or inputs of unlike sizes, forbid one answer.

    >>> from archcalc.spec.unroll import expand
    >>> from archcalc.spec.library import load
    >>> receptive_fields(expand(load("lenet5")))[4].size  # C3: 5, then 6, then 6 + 4·2
    (14, 14)
    """
    fields: list[Field | None] = []
    images = images_of(graph)
    for position, node in enumerate(graph.nodes):
        one = (images is None or images[position]) and position not in graph.moved
        seen = entering(node, fields) if one else None
        fields.append(look_through(node.op, first_of(node.xs), seen))
    return fields


def images_of(graph: Graph) -> list[tuple[int, ...] | None] | None:
    """Give the size of the image that each node sees: None where it sees several of unlike sizes.

    None altogether where all inputs are of one size: then they are seen as one image.
    """
    if len({shape[1:] for shape in graph.inputs.values()}) == 1:
        return None
    images: list[tuple[int, ...] | None] = []
    for node in graph.nodes:
        seen = {graph.shape_of(i)[1:] if i < 0 else images[i] for i in node.inputs}
        images.append(seen.pop() if len(seen) == 1 else None)
    return images


def entering(node: Node, fields: Sequence[Field | None]) -> Field | None:
    """Tell what the inputs of a node see together, by what earlier nodes see.

    None also where one place is spread over many: it does not move on with them.
    """
    if len(node.xs) > 1 and any(x.is_vector for x in node.xs) and not node.y.is_vector:
        return None
    fed = zip(node.inputs, node.xs, strict=True)
    return widest([one_pixel(x) if i <= INPUT else fields[i] for i, x in fed])


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
    sides = range(len(first.size))
    starts = tuple([min(field.offset[side] for field in found) for side in sides])
    ends = [max(field.offset[side] + field.size[side] for field in found) for side in sides]
    size = tuple([end - start for start, end in zip(starts, ends, strict=True)])
    return Field(size, first.stride, starts)


def look_through(op: Op, x: Shape, field: Field | None) -> Field | None:
    """Follow a field through the window of an op that reads x."""
    if type(op).window is Placewise.window:  # most are: nothing moves
        return field
    window = op.window(x)
    if field is None or window is None:
        return None
    size, stride, offset = field
    if max(stride).bit_length() > limits.now().integer_bits:
        return None
    spans = along(window, len(size), Span(1, 1))
    sides = partial(zip, stride, spans)
    return Field(
        tuple([n + known(span.reach) * step for step, span, n in sides(size)]),
        tuple([step * span.stride for step, span in zip(stride, spans, strict=True)]),
        tuple([n - span.before * step for step, span, n in sides(offset)]),
    )


def along(found: Sequence[T], extents: int, one: T) -> Sequence[T]:
    """Set what an op has along its own extents beside those of the network's input, the last last.

    They are as many, unless all places have become one before; then nothing more is moved over.

    >>> along(("height", "width"), 1, "-"), along(("height", "width"), 3, "-")
    (('width',), ('-', 'height', 'width'))
    """
    missing = extents - len(found)
    return (*[one] * missing, *found) if missing >= 0 else tuple(found[-extents:])
