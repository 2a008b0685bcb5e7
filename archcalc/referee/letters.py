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

from archcalc.arithmetic import Derived, Leaf, term_of, written
from archcalc.errors import UnknownName, suggestion
from archcalc.ops import field_types, find, names
from archcalc.ops.op import Shape
from archcalc.receptive_field import Field
from archcalc.referee.derivation import Figure, counted, seen, sides, zeros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archcalc.ops.op import Op

SIZES = {"kernel": (3, 7), "stride": (5, 5), "dilation": (2, 2)}
"""Sample heights and widths."""
COUNTS = {"groups": 2, "branches": 2}
"""Sample counts other than 14."""
CHOICES: Mapping[str, tuple[object, ...]] = {"bool": (True, False), "Bias": (True, False, "untied")}
"""The values to try, by the type of a field."""
LEFT_OUT = ("weights", "connections_in_bounds")
"""The rest of the parameters, and what is counted window by window."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What changes in a rule when a field has another value: `bias: false`."""

    setting: str
    shape: tuple[Figure, ...]
    figures: tuple[Figure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        figures = [figure.to_dict() for figure in (*self.shape, *self.figures)]
        return {"setting": self.setting, "figures": figures}


@dataclass(frozen=True, slots=True)
class Rule:
    """An op's rule in letters: the sides of y, the counts, the receptive field, the variants.

    x is C x H x W, y is C' x H' x W'; `kh`, `kw` are the height and width of the kernel, and so for
    the stride and the dilation. A field sees `size` pixels, `step` apart, from `start` on.
    """

    op: str
    doc: str
    shape: tuple[Figure, ...]
    figures: tuple[Figure, ...]
    zeros: tuple[str, ...]
    reason: str
    field: tuple[Figure, ...]
    variants: tuple[Variant, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        plain: dict[str, Any] = {"schema": 1, "op": self.op, "doc": self.doc}
        for name in ("shape", "figures", "field"):
            plain[name] = [figure.to_dict() for figure in getattr(self, name)]
        plain |= {"zero": list(self.zeros), "reason": self.reason}
        plain["variants"] = [variant.to_dict() for variant in self.variants]
        return plain


def spell(name: str) -> Rule:
    """Spell the rule of an op. Raises UnknownName if there is no such op.

    >>> [variant.setting for variant in spell("linear").variants]
    ['trainable: false', 'bias: false']
    """
    if name not in names():
        hint = suggestion(name, names()) or f"the ops: {', '.join(sorted(names()))}"
        raise UnknownName.of("unknown-op", f"there is no op `{name[:80]}`", hint)
    found = find(name)
    op = _lettered(found, {})
    shape, figures = _read(op)
    x = _inputs(op)[0]
    return Rule(
        name,
        _prose(found),
        shape,
        figures,
        zeros(figures),
        op.reason,
        seen(op, x, _field()),
        tuple(_variants(found, shape, figures)),
    )


def letter(name: str, value: int) -> Derived:
    """Call a sample value by a letter."""
    return Derived(value, Leaf(value, name))


def _lettered(op: type[Op], chosen: Mapping[str, object]) -> Op:
    """Give every field of an op letters, its default, or what is chosen."""
    types = field_types(op.name)
    values = {}
    for field in fields(op):
        declared = types[field.name].partition(" | ")[0]
        if field.name in chosen:
            values[field.name] = chosen[field.name]
        elif declared in _LETTERS and field.name != "output":
            values[field.name] = _LETTERS[declared](field.name)
        elif field.default is MISSING:
            values[field.name] = Fraction(1, 2)
    return op(**values)


def _size(name: str) -> tuple[int, int]:
    height, width = SIZES[name]
    return letter(f"{name[0]}h", height), letter(f"{name[0]}w", width)


def _count(name: str) -> int:
    return letter(name, COUNTS.get(name, 14))


def _padding(_: str) -> tuple[int, int, int, int]:
    samples = {"top": 2, "bottom": 1, "left": 4, "right": 3}
    top, bottom, left, right = (letter(side, cells) for side, cells in samples.items())
    return top, bottom, left, right


_LETTERS = {"Count": _count, "int": _count, "Size": _size, "Padding": _padding}


def _inputs(op: Op) -> tuple[Shape, ...]:
    if op.name == "concat":
        return tuple(_shape(f"C{index}", "H", "W") for index in "₁₂")
    return (_shape("C", "H", "W"),) * (2 if op.name == "add" else 1)


def _shape(channels: str, height: str, width: str) -> Shape:
    return Shape(letter(channels, 12), letter(height, 24), letter(width, 29))


def _field() -> Field:
    size, step, start = letter("size", 11), letter("step", 2), letter("start", 3)
    return Field((size, size), (step, step), (start, start))


def _read(op: Op) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """Call the rules of an op that holds letters."""
    inputs = _inputs(op)
    found = op.shape(*inputs)
    y = Shape(*[letter(f"{name}'", side) for name, side in zip("CHW", found, strict=True)])
    figures = counted(op, inputs[0], y)
    notes = _drops(op, inputs[0])
    return sides(found, notes), tuple(
        figure for figure in figures if figure.quantity not in LEFT_OUT
    )


def _drops(op: Op, x: Shape) -> tuple[str, str]:
    """Say when rounding up adds no window after all."""
    spans = op.window(x)
    if spans is None or not getattr(op, "ceil", False):
        return "", ""
    rows, columns = (
        f"1 less where the window that rounding up adds would start beyond the input: "
        f"{_text((span.outputs - 1) * span.stride)} ≥ {_text(span.size + span.before)}"
        for span in spans
    )
    return rows, columns


def _text(value: int) -> str:
    return written(term_of(value))


def _variants(
    op: type[Op], shape: tuple[Figure, ...], figures: tuple[Figure, ...]
) -> Iterable[Variant]:
    """Try every choice of every field that has few: keep what changes the rule."""
    for field in fields(op):
        for value in CHOICES.get(field_types(op.name)[field.name], ()):
            if value != field.default:
                other, counts = _read(_lettered(op, {field.name: value}))
                changes = _changes(shape, other), _changes(figures, counts)
                if any(changes):
                    yield Variant(f"{field.name}: {_said(value)}", *changes)


def _changes(usual: tuple[Figure, ...], others: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """List what has another expression than usual, and as zero what is gone."""
    before = {figure.quantity: figure.expression for figure in usual}
    left = {figure.quantity for figure in others}
    new = [figure for figure in others if figure.expression != before.get(figure.quantity)]
    return (*new, *(Figure.of(quantity, 0) for quantity in before if quantity not in left))


def _said(value: object) -> str:
    return str(value).lower()


def _prose(op: type[Op]) -> str:
    """Give the docstring up to its example, for readers who raise nothing."""
    prose = (getdoc(op) or "").partition("\n\n>>>")[0]
    return prose.replace("Raises a `Reason`", "It is an error")
