"""What a field of an op may be declared as: how it is read, described, lettered and tried.

>>> read("Size | None", "1x7"), read("Size | None", "none"), DECLARATIONS["bool"].samples
((1, 7), None, (True, False))
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.arithmetic import letter
from archcalc.ops import choices, composites, fields
from archcalc.ops.shape import SIDES

if TYPE_CHECKING:
    from collections.abc import Callable


class Declaration(NamedTuple):
    """One type of fields."""

    read: Callable[[object], object]
    """Turns what a spec says into the normal form, or raises a `Reason`."""
    schema: dict[str, Any]
    """Describes in JSON Schema what a spec may say."""
    samples: tuple[object, ...]
    """Values in their normal form, to try a rule with."""
    letters: Callable[[str], object] | None = None
    """Calls a field by letters: each is a number, chosen so that nothing cancels by chance."""
    few: bool = False
    """Whether the samples are all the values that there are."""
    named: bool = False
    """Whether a spec may say it as a mapping, of names to values."""


_SIZES = {"kernel": (3, 7), "stride": (5, 5), "dilation": (2, 2), "within": (8, 29)}
_COUNTS = {"groups": 2, "branches": 2, "part": 2, "heads": 6, "kv_heads": 6, "inner": 24}
_CELLS = {"top": 2, "bottom": 1, "left": 4, "right": 3}
_SIZE: dict[str, Any] = {"type": ["integer", "string", "array"]}
_DIGITS: dict[str, Any] = {"type": "string", "pattern": "^[+-]?[0-9]+$"}
_DECIMAL: dict[str, Any] = {
    "type": "string",
    "pattern": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$",
}
"""A number with an exponent, such as `1e-1`, is a text to YAML 1.1."""
_WHOLE_OR_NONE: dict[str, Any] = {"type": ["integer", "string"]}
_WHOLE: dict[str, Any] = {"anyOf": [{"type": "integer", "minimum": 1}, _DIGITS]}


def _decimal(**bounds: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever bounds a number
    return {"anyOf": [{"type": "number", **bounds}, _DECIMAL]}


def _count(name: str) -> int:
    return letter(name, _COUNTS.get(name, 14))


def _size(name: str) -> tuple[int, ...]:
    height, width = _SIZES.get(name, (3, 5))
    return letter(f"{name[0]}h", height), letter(f"{name[0]}w", width)


def _padding(_: str) -> tuple[int, ...]:
    return tuple([letter(side, cells) for side, cells in _CELLS.items()])


_FRACTIONS = tuple(map(Fraction, ("0.001", "0.25", "0.999")))

DECLARATIONS: dict[str, Declaration] = {
    "Count": Declaration(fields.count, _WHOLE, (1, 2, 3, 4, 6), _count),
    "Kept": Declaration(
        partial(fields.at_least, 0),
        {"anyOf": [{"type": "integer", "minimum": 0}, _DIGITS]},
        (0, 1, 5),
        _count,
    ),
    "Size": Declaration(
        fields.size,
        _SIZE | {"description": "Height x width, or one number for every extent: 3, 1x7, 3x3x3."},
        ((1,), (2,), (3,), (1, 2), (3, 1), (2, 2), (1, 2, 2), (3, 1, 2)),
        _size,
    ),
    "Outputs": Declaration(
        fields.size,
        _SIZE | {"description": "Height x width, or one number for every extent: 7, 1x7, 4x7x7."},
        ((1,), (2,), (2, 1), (3, 2), (1, 2, 3)),
    ),
    "Padding": Declaration(
        fields.padding,
        _SIZE
        | {"description": "1, 0x3, [before, after], [top, bottom, left, right], half or same."},
        ((0, 0), (1, 1), (2, 1), (0, 0, 1, 1), (1, 0, 2, 1), (0, 0, 1, 1, 2, 0), "half", "same"),
        _padding,
    ),
    "Cells": Declaration(
        fields.cells,
        _SIZE | {"description": "1, 0x3, [before, after], [top, bottom, left, right]."},
        ((0, 0), (1, 1), (2, 1), (1, 0, 2, 1), (0, 0, 1, 1, 2, 0)),
        _padding,
    ),
    "Rest": Declaration(
        fields.rest,
        _SIZE | {"description": "Height x width, or one number for every extent: 0, 0x1."},
        ((0,), (1,), (0, 1), (1, 0, 0)),
        lambda _: (letter("rest h", 1), letter("rest w", 1)),
    ),
    "Stretch": Declaration(
        composites.stretch,
        {"type": "array", "items": _WHOLE_OR_NONE, "minItems": 2, "maxItems": 2}
        | {"description": "[from, to], counted from 0, `to` not in it."},
        ((0, 1), (1, 2), (0, 3)),
        lambda _: (letter("from", 2), letter("to", 7)),
    ),
    "Parts": Declaration(
        composites.parts,
        {"type": ["integer", "string", "array", "object"]}
        | {"description": "The number of parts, their sizes, or their names."},
        ((1,), (3,), (1, 2), (2, 1, 1)),
        lambda _: (letter("parts", 3),),
    ),
    "Bias": Declaration(
        fields.bias,
        {"enum": [True, False, "true", "false", "untied"]},
        (True, False, "untied"),
        few=True,
    ),
    "Over": Declaration(choices.over, {"enum": ["places"]}, ("places",), few=True),
    "Axis": Declaration(
        choices.axis, {"enum": ["channels", *SIDES, "length"]}, ("channels", *SIDES, "length")
    ),
    "Interpolation": Declaration(
        choices.interpolation,
        {"enum": ["nearest", "bilinear"]},
        ("nearest", "bilinear"),
        few=True,
    ),
    "Together": Declaration(
        choices.together, {"enum": ["channels", "all"]}, ("channels", "all"), few=True
    ),
    "Slopes": Declaration(
        choices.slopes, {"enum": ["map", "shared", "untied"]}, ("map", "shared", "untied"), few=True
    ),
    "Approximation": Declaration(
        choices.approximation, {"enum": ["tanh", "sigmoid"]}, ("tanh", "sigmoid"), few=True
    ),
    "Positions": Declaration(
        choices.positions, {"enum": ["relative", "rotary"]}, ("relative", "rotary"), few=True
    ),
    "Steps": Declaration(choices.steps, {"enum": ["last", "all"]}, ("last", "all"), few=True),
    "Vectors": Declaration(
        choices.vectors,
        {"enum": [True, False, "true", "false", "double"]},
        (True, False, "double"),
        few=True,
    ),
    "Table": Declaration(
        composites.table,
        {
            "type": "array",
            "items": {"type": ["array", "string"], "items": {"type": ["integer", "string"]}},
            "description": "For each output map the input maps that feed it, counted from 0.",
        },
        (((0,),), ((0, 1), (1, 2), (2,)), ((0, 1, 2), (2, 0), (1,), (0, 1, 2))),
    ),
    "Map": Declaration(
        composites.shape_of,
        _SIZE | {"description": "Channels x extents of the output: 160, 64x7x7."},
        ((1,), (3,), (4, 2), (2, 3, 3)),
        lambda name: (letter(name, 12 * 24 * 29),),  # as many elements as the input in letters has
    ),
    "Order": Declaration(
        composites.order,
        {"type": "array", "items": _WHOLE_OR_NONE, "minItems": 1}
        | {"description": "For each axis the one that it was: [1, 0]; 0 are the channels."},
        ((0, 1), (1, 0), (0, 2, 1), (2, 0, 1)),
        lambda _: (2, 0, 1),
    ),
    "Arrays": Declaration(
        composites.arrays,
        {
            "type": ["object", "array", "integer", "string"],
            "description": "Names with the shapes of arrays: {kernel: 64x3x3x3, bias: 64}.",
        },
        ((), (("w", (2, 3)),), (("kernel", (4, 1, 3)), ("bias", (4,)))),
        lambda _: (("weights", (letter("weights", 9),)), ("bias", (letter("bias", 5),))),
        named=True,
    ),
    "Figures": Declaration(
        composites.figures,
        {
            "type": ["object", "array"],
            "description": "What is counted, by its names: {mac: 1000, add: 10, neurons: 10}.",
        },
        ((("add", 3),), (("mac", 6), ("interactions", 6))),
        lambda _: (("mac", letter("mac", 7)), ("interactions", letter("mac", 7))),
        named=True,
    ),
    "Number": Declaration(fields.number, _decimal(), (Fraction(0), *_FRACTIONS)),
    "Positive": Declaration(
        fields.positive, _decimal(exclusiveMinimum=0), (*_FRACTIONS, Fraction(4))
    ),
    "Rate": Declaration(fields.rate, _decimal(minimum=0, exclusiveMaximum=1), _FRACTIONS),
    "Factor": Declaration(
        fields.factor, _decimal(**{"not": {"const": 0}}), (*_FRACTIONS, Fraction(-2))
    ),
    "bool": Declaration(
        fields.truth, {"enum": [True, False, "true", "false"]}, (True, False), few=True
    ),
    "int": Declaration(fields.count, _WHOLE, (1, 2, 3), _count),
}
"""By the name of the annotation that declares a field."""


def declaration(annotation: str) -> Declaration:
    """Find the type of a field declared as `annotation`, such as `Size` or `Size | None`."""
    return DECLARATIONS[annotation.partition(" | ")[0]]


def read(annotation: str, value: object) -> object:
    """Read a value for a field declared as `annotation`."""
    if " | " in annotation and value in (None, "none"):
        return None
    return declaration(annotation).read(value)
