"""How the figures of one op come about: its own rules, read on integers that remember.

No formula stands here. The op's fields and the shapes that it meets are wrapped, and its rules are
called as for a count; what they return knows its expression.

>>> from archcalc.spec.unroll import expand
>>> from archcalc.spec.library import load
>>> c1 = expand(load("lenet5")).nodes[0]
>>> print(derive(c1.op, c1.xs, c1.y)["connections"])
156·28·28 = 122,304
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from archcalc.arithmetic import Derived, known, term_of
from archcalc.counts import KINDS, Counts
from archcalc.errors import UnknownName, suggestion
from archcalc.facts import COLUMNS, Facts
from archcalc.jsonable import jsonable
from archcalc.notation import TEXT, Leaf, has_letters, written
from archcalc.ops.op import Op, Shape, Weighted, Work
from archcalc.ops.shape import first_of, lines
from archcalc.ops.shape import sides as side_names
from archcalc.receptive_field import Field, look_through
from archcalc.referee.derivations.remembered import remember, remember_field, remember_shape
from archcalc.referee.derivations.windows import readings, taps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archcalc.notation import Notation, Term
    from archcalc.ops.fields import Table


NOTHING: Mapping[str, str] = MappingProxyType({})
PARTS = ("weights", "biases", "gamma", "beta", "slope", "statistics")
HEADLINE = ("parameters", "statistics", "connections", "neurons", "macs", "flops")
"""The quantities whose zeros want a reason."""


@dataclass(frozen=True, slots=True)
class DerivedFigure:
    """A quantity, its value, the expression that gives it, and what else is to say."""

    quantity: str
    value: int
    term: Term
    note: str = ""
    partial: bool = False
    """Whether only a part is known: then there is at least the value."""

    @classmethod
    def of(
        cls, quantity: str, value: int, note: str = "", *, partial: bool = False
    ) -> DerivedFigure:
        """Take a value with the expression that it remembers."""
        return cls(quantity, int(value), term_of(value), note, partial)

    @property
    def expression(self) -> str:
        """The expression as text."""
        return written(self.term)

    @property
    def derived(self) -> Derived:
        """The value that remembers its expression, to go on reckoning with."""
        return Derived(self.value, self.term)

    @property
    def is_lettered(self) -> bool:
        """Whether letters stand in the expression: then the value is only a sample."""
        return has_letters(self.term)

    def written(self, notation: Notation = TEXT) -> str:
        """Write the expression and its value; a number alone, or letters, stand for themselves."""
        expression, value = written(self.term, notation), written(Leaf(self.value), notation)
        if self.partial:
            return f"{notation.at_least}{value}" if self.value else notation.unknown
        return expression if self.is_lettered or expression == value else f"{expression} = {value}"

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "quantity": self.quantity,
            "expression": self.expression,
            "value": None if self.is_lettered else self.value,
            "note": self.note,
            "partial": self.partial,
        }

    def __str__(self) -> str:
        return self.written()


@dataclass(frozen=True, slots=True)
class Derivation:
    """An op on one input: its output's shape, its counts, its receptive field, each with its rule.

    `zeros` names the quantities that are zero, `reason` says why. `field` is empty where the op
    sees single pixels, or windows of unlike sizes. `table` says which maps feed which.
    """

    op: Op
    inputs: tuple[Shape, ...]
    output: Shape
    shape: tuple[DerivedFigure, ...]
    counts: tuple[DerivedFigure, ...]
    zeros: tuple[str, ...]
    reason: str
    field: tuple[DerivedFigure, ...] = ()
    table: Table | None = None

    def __getitem__(self, quantity: str) -> DerivedFigure:
        """Give the figure of a quantity: a count, a side of the output, or of the field.

        Raises UnknownName for what is neither derived nor among the zeros.
        """
        figures = {found.quantity: found for found in (*self.counts, *self.shape, *self.field)}
        if quantity in figures:
            return figures[quantity]
        if quantity in self.zeros:
            return DerivedFigure.of(quantity, 0, self.reason)
        message = f"`{self.op.name}` has no figure `{quantity[:80]}`"
        hint = suggestion(quantity, (*figures, *self.zeros))
        raise UnknownName.of("unknown-quantity", message, hint)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "op": self.op.name,
            "inputs": jsonable(self.inputs),
            "output": list(self.output),
            "shape": jsonable(self.shape),
            "counts": jsonable(self.counts),
            "receptive_field": jsonable(self.field),
            "zero": list(self.zeros),
            "reason": self.reason,
            "table": jsonable(self.table),
        }


def derive(
    op: Op,
    xs: tuple[Shape, ...],
    y: Shape,
    field: Field | None = None,
    shared: Mapping[str, str] = NOTHING,
) -> Derivation:
    """Read the rules of an op on remembered integers; `field` is what its input sees.

    `shared` names the weights that belong to other layers, and these.
    """
    wrapped = remember(op, first_of(xs))
    inputs = tuple(remember_shape(x) for x in xs)
    output = remember_shape(y, vector=xs[0].is_vector)
    figures = counted(wrapped, inputs, output, taps(op, xs[0]), frozenset(shared))
    figures = tuple(_with_owners(figure, shared) for figure in figures)
    found = Derivation(
        op,
        xs,
        y,
        sides(wrapped.shape(*inputs), ("", *readings(op, xs[0], y))),
        figures,
        zeros(figures),
        _reason(op, figures, shared),
        table=getattr(op, "table", None),
    )
    return behind(found, field)


def behind(found: Derivation, field: Field | None) -> Derivation:
    """Take a derivation to where its input sees another field."""
    op = remember(found.op, found.inputs[0])
    entering = first_of([remember_shape(x) for x in found.inputs])
    grown = seen(op, entering, field and remember_field(field))
    return replace(found, field=grown)


def _with_owners(figure: DerivedFigure, shared: Mapping[str, str]) -> DerivedFigure:
    """Say of the parameters whose the others are."""
    if not shared or figure.quantity not in {"parameters", "fixed"}:
        return figure
    owners = ", ".join(f"{name} is that of {owner}" for name, owner in shared.items())
    return replace(figure, note="; ".join(filter(None, (figure.note, owners))))


def _reason(op: Op, figures: tuple[DerivedFigure, ...], shared: Mapping[str, str]) -> str:
    """Say why the zeros are zero: by the op's nature, or because the weights are another's."""
    if not shared or "parameters" not in zeros(figures):
        return op.reason
    said = f"its weights are those of {', '.join(dict.fromkeys(shared.values()))}"
    return f"{said}; {op.reason}" if "statistics" in zeros(figures) else said


def counted(
    op: Op,
    xs: tuple[Shape, ...],
    y: Shape,
    in_bounds: str = "",
    shared: frozenset[str] = frozenset(),
) -> tuple[DerivedFigure, ...]:
    """Call the counting rules of an op, on whatever integers it holds; list what is not zero.

    What is `shared` counts at another layer. `in_bounds` is the note on the connections in bounds,
    where they are fewer.
    """
    facts, x = Facts.of(op, xs, y), first_of(xs)
    counts = facts.counts
    fixed = isinstance(op, Weighted) and not op.trainable
    parameters = counts.fixed if fixed else op.parameters(x, y)
    pairs = {"fixed" if fixed else "parameters": parameters}
    for name in (*PARTS, "connections", "connections_in_bounds", "neurons", "interactions", "macs"):
        pairs[name] = getattr(counts, name)
    if shared:
        pairs |= _own(op, x, y, shared, "fixed" if fixed else "parameters")
    pairs |= dict(zip(KINDS[1:], counts.work[1:], strict=True))
    pairs["flops"] = Counts(work=Work(*map(known, counts.work))).flops
    notes = {"fixed": "kept, not trained"}
    if counts.connections_in_bounds != counts.connections:
        notes["connections_in_bounds"] = in_bounds
    return tuple(
        DerivedFigure.of(name, n, notes.get(name, ""), partial=name in facts.unknown)
        for name, n in pairs.items()
        if n or name in facts.unknown
    )


def _own(op: Op, x: Shape, y: Shape, shared: frozenset[str], whole: str) -> dict[str, int]:
    """Count the arrays that a layer does not share, by kind; `whole` is what they are together."""
    found = dict.fromkeys((whole, *PARTS), 0)
    for weight in op.weights(x, y):
        if weight.name not in shared:
            kind = COLUMNS[weight.kind]
            kinds = (kind,) if kind == "statistics" else (whole, kind)
            for name in kinds if whole == "parameters" else kinds[:1]:
                found[name] += weight.size
    return found


def zeros(figures: tuple[DerivedFigure, ...]) -> tuple[str, ...]:
    """Name the quantities that are zero; parameters that are fixed are not."""
    found = {figure.quantity for figure in figures}
    found |= {"parameters"} if "fixed" in found else set()
    return tuple(quantity for quantity in HEADLINE if quantity not in found)


def sides(y: Shape, notes: tuple[str, ...] = ()) -> tuple[DerivedFigure, ...]:
    """Show how the sides of an output come about."""
    return tuple(
        map(DerivedFigure.of, ("channels", *side_names(y.rank)), y, notes or ("",) * len(y))
    )


def seen(op: Op, x: Shape, field: Field | None) -> tuple[DerivedFigure, ...]:
    """Show how a receptive field grows; nothing where it stays as it is."""
    found = look_through(op, x, field)
    if found is None or field is None:
        return ()
    names = (f"field_{what}_{line}s" for what in Field._fields for line in lines(len(found.size)))
    before, after = (chain.from_iterable(pairs) for pairs in (field, found))
    return tuple(
        DerivedFigure.of(name, new)
        for name, old, new in zip(names, before, after, strict=True)
        if new != old or (has_letters(term_of(new)) and term_of(new) != term_of(old))
    )


def together(values: Iterable[int]) -> int:
    """Add up figures; those of equal expression are multiplied.

    >>> print(DerivedFigure.of("weights", together([Derived(9), Derived(4), Derived(9)])))
    2·9 + 4 = 22
    """
    times: dict[Term, int] = {}
    found: dict[Term, int] = {}
    for value in values:
        term = term_of(value)
        times[term] = times.get(term, 0) + 1
        found[term] = value
    return sum(found[term] if n == 1 else Derived(n) * found[term] for term, n in times.items())
