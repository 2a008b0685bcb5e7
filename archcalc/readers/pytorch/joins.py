"""Calls of PyTorch that join tensors → ops of ours; what is stored stands beside as a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc import ops
from archcalc.errors import Reason
from archcalc.ops.shape import sides
from archcalc.readers.pytorch.call import Value
from archcalc.readers.pytorch.layout import features_of, laid, shape_of, view_of
from archcalc.readers.pytorch.step import Step, Stored, exact, make_op, step_of
from archcalc.readers.pytorch.weighted import scaled

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.ops.op import Op
    from archcalc.ops.shape import Shape
    from archcalc.readers.pytorch.call import Call


def joined(word: str) -> Callable[[Call, Stored], Step | None]:
    """Make the rule of a join of two branches, element by element."""

    def rule(call: Call, stored: Stored) -> Step | None:
        one, other = call.args["self"], call.args["other"]
        if call.args.get("alpha", 1) != 1:
            return None
        if not isinstance(one, Value) or not isinstance(other, Value):
            return _by_number(word, call)
        if word in {"add", "multiply"} and (step := scaled(call, stored)):
            return step
        return _beside(make_op(word, branches=2), call, (one, other), stored)

    return rule


def rsub(call: Call, _: Stored) -> Step | None:
    """Read `1 - x`."""
    if call.args["other"] != 1 or call.args.get("alpha", 1) != 1:
        return None
    return step_of(make_op("one_minus"), call, call.args["self"])


def _by_number(word: str, call: Call) -> Step | None:
    factor = call.args["other"]
    if word == "multiply" and isinstance(factor, int | float) and factor:
        return step_of(make_op("scale", factor=exact(factor)), call, call.args["self"])
    return None


def _beside(op: Op | None, call: Call, pair: tuple[Value, Value], stored: Stored) -> Step | None:
    """Read two tensors with their features at the same axis, counted from the end.

    What is spread along one axis alone is spread over features: then these lie there.
    """
    if op is None or not all(value.held or stored.stands_alone(value) for value in pair):
        return None
    large = max(pair, key=lambda value: (value.held, len(value.shape), value.size))
    (y,) = call.outputs
    rank = len(y.shape)
    usual = features_of(large) - len(large.shape)
    for from_end in dict.fromkeys([usual, *range(-rank, 0)]):
        found = [view_of(_raised(value, rank), from_end) for value in pair]
        if _fits(op, [view.shape for view in found], shape_of(y, from_end)):
            laid(y, from_end)
            return Step(op, pair, tuple(found))
    return None


def _raised(value: Value, rank: int) -> Value:
    return Value((1,) * (rank - len(value.shape)) + value.shape)


def _fits(op: Op, xs: list[Shape], y: Shape) -> bool:
    try:
        return op.shape(*xs) == y
    except Reason:  # spread in a way that is not ours
        return False


def concatenated(call: Call, stored: Stored) -> Step | None:
    """Read tensors that are laid one behind the other, along the features or an extent."""
    tensors = [value for value in call.args["tensors"] if value.shape != (0,)]
    if not all(value.held or stored.stands_alone(value) for value in tensors):
        return None
    rank = len(tensors[0].shape)
    along = call.args["dim"] % rank
    known = [value for value in tensors if value.held and value.features is not None]
    axis = features_of(known[0] if known else tensors[0])
    if along == 0 or rank > 5:
        return None
    fields: dict[str, object] = {"branches": len(tensors)}
    if along != axis:
        extents = [n for n in range(1, rank) if n != axis]
        if len(extents) > 3:
            return None
        fields["axis"] = sides(len(extents))[extents.index(along)]
    (y,) = call.outputs
    laid(y, axis)
    op, views = ops.make("concat", **fields), [view_of(value, axis) for value in tensors]
    fits = _fits(op, [view.shape for view in views], shape_of(y, axis))
    return Step(op, tuple(tensors), tuple(views)) if fits else None
