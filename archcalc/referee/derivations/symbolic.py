"""The rule of an op in letters: the same rules, read on integers that are called by a letter.

Each letter stands for a sample value, chosen so that nothing cancels by chance: windows overhang
nowhere, strides leave a rest, and groups divide.

>>> for figure in spell("conv").figures[:1]:
...     print(figure.quantity, figure.expression)
parameters filters·(kh·kw·C/groups + 1)
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from fractions import Fraction
from inspect import getdoc
from typing import TYPE_CHECKING, Any

from archcalc.arithmetic import letter, term_of
from archcalc.errors import Reason, UnknownName
from archcalc.jsonable import jsonable
from archcalc.notation import written
from archcalc.ops import field_types, find, names
from archcalc.ops.declarations import declaration
from archcalc.ops.op import Shape
from archcalc.receptive_field import Field
from archcalc.referee.derivations.derivation import DerivedFigure, counted, seen, sides, zeros
from archcalc.spec.vocabulary import op_hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archcalc.ops.op import Op

LEFT_OUT = ("weights", "connections_in_bounds")
"""The rest of the parameters, and what is counted window by window."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What changes in a rule when a field has another value: `bias: false`."""

    setting: str
    shape: tuple[DerivedFigure, ...]
    figures: tuple[DerivedFigure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {"setting": self.setting, "figures": jsonable((*self.shape, *self.figures))}


@dataclass(frozen=True, slots=True)
class SymbolicRule:
    """An op's rule in letters: the sides of y, the counts, the receptive field, the variants.

    x is C x H x W, y is C' x H' x W'; `kh`, `kw` are the height and width of the kernel, and so for
    the stride and the dilation. A field sees `size` pixels, `step` apart, from `start` on.
    """

    op: str
    doc: str
    shape: tuple[DerivedFigure, ...]
    figures: tuple[DerivedFigure, ...]
    zeros: tuple[str, ...]
    reason: str
    field: tuple[DerivedFigure, ...]
    variants: tuple[Variant, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "op": self.op,
            "doc": self.doc,
            "shape": jsonable(self.shape),
            "figures": jsonable(self.figures),
            "field": jsonable(self.field),
            "zero": list(self.zeros),
            "reason": self.reason,
            "variants": jsonable(self.variants),
        }


def spell(name: str) -> SymbolicRule:
    """Spell the rule of an op. Raises UnknownName if there is no such op.

    >>> [variant.setting for variant in spell("linear").variants]
    ['trainable: false', 'bias: false', 'flatten: false', 'over: places']
    """
    if name not in names():
        raise UnknownName.of("unknown-op", f"there is no op `{name[:80]}`", op_hint(name))
    found = find(name)
    op = _lettered(found, {})
    shape, figures = _read(op)
    x = _inputs(op)[0]
    return SymbolicRule(
        name,
        _prose(found),
        shape,
        figures,
        zeros(figures),
        op.reason,
        seen(op, x, _field(x.rank)),
        tuple(_variants(found, shape, figures)),
    )


def _lettered(op: type[Op], chosen: Mapping[str, object]) -> Op:
    """Give every field of an op letters, its default, or what is chosen."""
    types = field_types(op.name)
    values = {}
    for field in fields(op):
        declared = declaration(types[field.name])
        if field.name in chosen:
            values[field.name] = chosen[field.name]
        elif field.name in op.either:
            continue
        elif letters := declared.letters:
            values[field.name] = letters(field.name)
        elif field.default is MISSING:
            values[field.name] = Fraction(1, 2)
    return op(**values)


def _inputs(op: Op) -> tuple[Shape, ...]:
    """Give an op its inputs: a join two of unlike channels, or of equal ones if it needs them.

    What reads one number at each place has an input of one channel.
    """
    if op.role != "join":
        return (_fitting(op),)
    unlike = _shape("C₁", 12), _shape("C₂", 11)
    try:
        op.shape(*unlike)
    except Reason:
        return (_shape("C", 12),) * 2
    return unlike


def _fitting(op: Op) -> Shape:
    """Give an input that the op takes: blocks divide its maps or sides, or its sides are equal."""
    maps = [_shape("C", *sizes) for sizes in ((12, 29), (30, 29), (12, 30), (12, 24))]
    for x in [_row("C"), *maps] if op.reads_a_row else maps:
        try:
            op.shape(x)
        except Reason:
            continue
        return x
    return _row("1") if op.reads_a_row else Shape(1, *maps[-1].extents)


def _shape(channels: str, maps: int, width: int = 29) -> Shape:
    return Shape(letter(channels, maps), letter("H", 24), letter("W", width))


def _row(channels: str) -> Shape:
    return Shape(1 if channels == "1" else letter(channels, 12), letter("L", 29))


def _field(rank: int) -> Field:
    size, step, start = letter("size", 11), letter("step", 2), letter("start", 3)
    return Field((size,) * rank, (step,) * rank, (start,) * rank)


def _read(op: Op) -> tuple[tuple[DerivedFigure, ...], tuple[DerivedFigure, ...]]:
    """Call the rules of an op that holds letters."""
    inputs = _inputs(op)
    found = op.shape(*inputs)
    names = "CHW" if len(found) == 3 else "CL"
    y = Shape(*[letter(f"{name}'", side) for name, side in zip(names, found, strict=True)])
    figures = counted(op, inputs, y)
    notes = _drops(op, inputs[0])
    return sides(found, notes), tuple(
        figure for figure in figures if figure.quantity not in LEFT_OUT
    )


def _drops(op: Op, x: Shape) -> tuple[str, ...]:
    """Say when rounding up adds no window after all."""
    spans = op.window(x)
    if spans is None or not getattr(op, "ceil", False):
        return ()
    beyond = (
        f"1 less where the window that rounding up adds would start beyond the input: "
        f"{_text((span.outputs - 1) * span.stride)} ≥ {_text(span.size + span.before)}"
        for span in spans
    )
    return ("", *beyond)


def _text(value: int) -> str:
    return written(term_of(value))


def _variants(
    op: type[Op], shape: tuple[DerivedFigure, ...], figures: tuple[DerivedFigure, ...]
) -> Iterable[Variant]:
    """Try every choice of every field that has few: keep what changes the rule."""
    for field in fields(op):
        declared = declaration(field_types(op.name)[field.name])
        choices = {f"{field.name}: {_said(v)}": v for v in declared.samples if declared.few}
        if field.name in op.either and declared.letters:
            choices[field.name] = declared.letters(field.name)
        for setting, value in choices.items():
            if value != field.default:
                other, counts = _read(_lettered(op, {field.name: value}))
                changes = _new(shape, other), _changes(figures, counts)
                if any(changes):
                    yield Variant(setting, *changes)


def _changes(
    usual: tuple[DerivedFigure, ...], others: tuple[DerivedFigure, ...]
) -> tuple[DerivedFigure, ...]:
    """List what has another expression than usual, and as zero what is gone."""
    left = {figure.quantity for figure in others}
    gone = [figure.quantity for figure in usual if figure.quantity not in left]
    return (*_new(usual, others), *(DerivedFigure.of(quantity, 0) for quantity in gone))


def _new(
    usual: tuple[DerivedFigure, ...], others: tuple[DerivedFigure, ...]
) -> tuple[DerivedFigure, ...]:
    """List what has another expression than usual."""
    before = {figure.quantity: figure.expression for figure in usual}
    return tuple(found for found in others if found.expression != before.get(found.quantity))


def _said(value: object) -> str:
    return str(value).lower()


def _prose(op: type[Op]) -> str:
    """Give the docstring up to its example, for readers who raise nothing."""
    prose = (getdoc(op) or "").partition("\n\n>>>")[0]
    return prose.replace("Raises a `Reason`", "It is an error")
