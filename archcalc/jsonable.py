"""Values → what JSON holds: a value says itself in which words, or is its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def jsonable(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Give a value as JSON holds it: by its `to_dict`, or by its fields, its keys, its items.

    >>> from archcalc.ops.shape import Shape
    >>> from archcalc.uncounted import Case, Uncounted
    >>> jsonable(Uncounted("digits", "opaque", Case.UNKNOWN, ("macs",)))
    {'path': 'digits', 'op': 'opaque', 'case': 'unknown', 'quantities': ['macs'], 'why': ''}
    >>> jsonable({"inputs": (Shape(1, 28, 28), None)})
    {'inputs': [[1, 28, 28], None]}
    """
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: jsonable(each) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return jsonable(value._asdict())
    if isinstance(value, tuple | list):
        return [jsonable(each) for each in value]
    if is_dataclass(value):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    return str(value) if isinstance(value, str) else value
