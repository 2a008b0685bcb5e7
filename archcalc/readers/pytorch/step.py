"""A layer to be: what rules of calls give, and how they read sizes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc import ops
from archcalc.readers.pytorch.layout import features_of, laid, view_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from archcalc.ops.op import Op
    from archcalc.ops.shape import Shape
    from archcalc.readers.pytorch.call import Call, Value
    from archcalc.readers.pytorch.layout import View

    Held: TypeAlias = Sequence["Value | list[Value] | None"]
    """What is stored for each array of an op, in their order; several tensors may be one array."""


class Stored(NamedTuple):
    """The names of a module's parameters, and of those that are trained."""

    names: Collection[str]
    trained: Collection[str]

    def is_frozen(self, names: Sequence[str]) -> bool:
        """Tell whether none of these is trained: buffers, constants, frozen parameters."""
        return not any(name in self.trained for name in names)

    def is_parameter(self, value: Value) -> bool:
        """Tell whether a tensor is one parameter, or is in one."""
        return (
            not value.held
            and not value.sources
            and len(value.names) == 1
            and (value.names[0] in self.names)
        )

    def stands_alone(self, value: Value) -> bool:
        """Tell whether a tensor that no input is in can be a branch.

        It may be one parameter, computed from what is stored, or a constant.
        """
        owned = [name for name in value.names if name in self.names]
        return not value.held and (bool(value.sources) or len(owned) < 2)


class Step(NamedTuple):
    """A layer to be: its op, the tensors that enter it, and how it reads them.

    `holds` are the stored tensors of each of the op's arrays, in their order. `y` is what PyTorch
    put out, where that is written in another way than the op has it.
    """

    op: Op
    inputs: tuple[Value, ...]
    views: tuple[View, ...]
    holds: tuple[tuple[Value, ...], ...] = ()
    y: View | None = None

    @property
    def xs(self) -> tuple[Shape, ...]:
        """The shapes that enter."""
        return tuple([view.shape for view in self.views])

    def output(self, call: Call) -> View:
        """Say how what PyTorch put out is read."""
        return self.y or view_of(call.outputs[0])


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
    return Step(op, inputs, tuple([view_of(value, axis) for value in inputs]))


def weighted(  # noqa: PLR0913, PLR0917 - what a layer is
    word: str,
    call: Call,
    x: Value,
    axis: int,
    arrays: Held,
    stored: Stored,
    **fields: object,
) -> Step | None:
    """Read a layer with weights, all of which are stored; frozen if none of them is trained."""
    holds = _held(arrays)
    read = [value for values in holds for value in values]
    if any(value.sources or value.held for value in read):
        return None
    if read and stored.is_frozen([name for value in read for name in value.names]):
        fields["trainable"] = False
    step = step_of(make_op(word, **fields), call, x, axis=axis)
    return step._replace(holds=tuple(holds)) if step else None


def _held(arrays: Held) -> list[tuple[Value, ...]]:
    return [tuple(one) if isinstance(one, list) else (one,) for one in arrays if one is not None]


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
