"""A layer to be: what rules of calls give, and how they read sizes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc import ops
from archcalc.readers.pytorch.layout import features_of, laid, shape_of

if TYPE_CHECKING:
    from archcalc.ops.op import Op
    from archcalc.ops.shape import Shape
    from archcalc.readers.pytorch.call import Call, Value


class Step(NamedTuple):
    """A layer to be: its op, the tensors that enter it, and the shapes that it reads them in."""

    op: Op
    inputs: tuple[Value, ...]
    xs: tuple[Shape, ...]


def make_op(word: str, **fields: object) -> Op | None:
    """Make an op; none where there is no such op, or it has no word for one of these fields."""
    there = word in ops.names() and fields.keys() <= ops.field_types(word).keys()
    return ops.make(word, **fields) if there else None


def step_of(op: Op | None, call: Call, *inputs: Value, axis: int | None = None) -> Step | None:
    """Read each input with its features at an axis; the outputs have theirs there too."""
    if op is None or not all(value.held for value in inputs):
        return None
    for value in call.outputs:
        laid(value, features_of(inputs[0]) if axis is None else axis)
    return Step(op, inputs, tuple([shape_of(value, axis) for value in inputs]))


def sizes_of(given: Any, rank: int) -> tuple[int, ...]:
    """Read a size for each extent: one number is for all."""
    found = (given,) if isinstance(given, int) else tuple(given)
    return found * rank if len(found) == 1 else found


def padding_of(given: Any, rank: int) -> tuple[int, ...] | str:
    """Read the cells before and after each extent, or `same`."""
    if given == "same":
        return "same"
    if given == "valid":
        return (0, 0)
    return tuple([cells for n in sizes_of(given, rank) for cells in (n, n)])


def exact(number: float) -> Fraction:
    """Read a number as it is written: 1e-05 is a hundred thousandth."""
    return Fraction(repr(number))
