"""Ops, shapes and fields whose integers remember how they came about."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

from archcalc.arithmetic import Derived
from archcalc.notation import SILENT_ONE
from archcalc.ops.deconv import Deconv
from archcalc.ops.op import Op, Shape
from archcalc.receptive_field import Field

AnyOp = TypeVar("AnyOp", bound=Op)


def remember(op: AnyOp, x: Shape) -> AnyOp:
    """Wrap the whole numbers among the fields of an op; a padding in words becomes its cells."""
    changes = {}
    for field in fields(op):
        value = getattr(op, field.name)
        if field.name == "padding" and isinstance(value, str):
            value = _cells(op, x)
        changes[field.name] = _wrap(value)
    return replace(op, **changes)


def remember_shape(shape: Shape, *, vector: bool | None = None) -> Shape:
    """Wrap a shape; the sides of a vector, both 1, are not written as factors."""
    channels, *extents = shape
    if shape.is_vector and vector is not False:
        return Shape(Derived(channels), *[Derived(1, SILENT_ONE) for _ in extents])
    return Shape(*map(Derived, shape))


def _wrap(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return Derived(value)
    if isinstance(value, tuple) and all(isinstance(part, int) for part in value):
        return tuple(Derived(part) for part in value)
    return value


def _cells(op: Op, x: Shape) -> tuple[int, ...]:
    spans = op.turned(x) if isinstance(op, Deconv) else op.window(x)
    assert spans is not None, "windows of unlike sizes have no padding"  # noqa: S101
    own = spans[-len(op.kernel) :]  # type: ignore[attr-defined]
    return tuple([cells for span in own for cells in (span.before, span.after)])


def remember_field(field: Field) -> Field:
    """Wrap the numbers of a receptive field."""
    return Field(*[tuple(map(Derived, numbers)) for numbers in field])
