"""A class and all the times that it stands somewhere → its arguments, and how all is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.columns import ANY, WIDTHS, Column, Follows, arguments
from archcalc.exports.pytorch.kinds import Instance, grouped
from archcalc.exports.pytorch.writing import (
    Chain,
    Maybe,
    Number,
    Option,
    numbers_of,
    unique,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.exports.pytorch.kinds import Kind
    from archcalc.exports.pytorch.writing import Made


def settle(kind: Kind) -> None:
    """Find the arguments of a class, whose inner classes are settled."""
    rows = [
        [entry for name, made in each.modules for entry in numbers(made, name, each.label)]
        for each in kind.instances
    ]
    columns = [
        Column(each[0][0].key, each[0][1], tuple(number.value for number, _, _ in each))
        for each in zip(*rows, strict=True)
    ]
    known = arguments(columns, {"self", "x"})
    kind.columns, kind.values = known.columns, dict(known.values)
    for name, values in known.values.items():
        usual = rows[0][known.columns.index(Follows(name))][2]
        if usual in values and usual is not None:
            kind.defaults[name] = usual
    _Conditions(kind, columns).find()
    required = {name: values for name, values in kind.values.items() if name not in kind.defaults}
    kind.values = required | {name: kind.values[name] for name in kind.defaults}


class _Conditions:
    """Finds when a module is there that is not always: what of the arguments tells it."""

    def __init__(self, kind: Kind, columns: Sequence[Column]) -> None:
        self.kind = kind
        self.columns = columns
        settled = list(kind.columns)
        self.layers = {name: columns[settled.index(Follows(name))].layer for name in kind.values}
        self.stride = next((name for name in kind.values if name.startswith("stride")), "")

    def find(self) -> None:
        """Find all conditions; what nothing tells becomes an argument of its own."""
        kind = self.kind
        for number, (name, made) in enumerate(kind.instances[0].modules):
            if isinstance(made, Maybe):
                there = [each.modules[number][1].there for each in kind.instances]  # type: ignore[union-attr]
                told = self._told(name, there, widens=True)
                kind.conditions[name] = told or self._given(name, there) or self._own(name, there)
        for name, values in kind.values.items():
            if ANY in values:
                usual = next(value for value in values if value is not ANY)
                kind.values[name] = tuple(usual if each is ANY else each for each in values)
        if kind.instances[0].residual is not None:
            there = [bool(each.residual) for each in kind.instances]
            told = self._told("", there, widens=False)
            kind.conditions["residual"] = told or self._own("residual", there)

    def _given(self, layer: str, there: Sequence[bool]) -> str:
        """Take an argument of a module that there is not where it is not."""
        found = ""
        for name, values in self.kind.values.items():
            if self.layers.get(name) == layer and [value is not ANY for value in values] == there:
                self.kind.values[name] = tuple(None if each is ANY else each for each in values)
                self.kind.defaults[name] = None
                found = found or name
        return found

    def _told(self, layer: str, there: Sequence[bool], *, widens: bool) -> str:
        """Compare what enters with what comes out; a module is there where it is not the same."""
        settled = zip(self.columns, self.kind.columns, strict=True)
        widths = [
            told
            for column, told in settled
            if column.key in WIDTHS - {"groups"} and (not layer or column.layer == layer)
        ]
        if len(widths) > 1:
            one, other = widths[0], widths[-1]
            same = [a == b for a, b in zip(self._rows(one), self._rows(other), strict=True)]
            if widens and there == [not each for each in same]:
                return f"{one} != {other}"
            if not widens and there == same:
                return f"{one} == {other}"
            strides = self.kind.values.get(self.stride, ())
            plain = [a and stride == 1 for a, stride in zip(same, strides, strict=False)]
            if widens and strides and there == [not each for each in plain]:
                return f"{self.stride} > 1 or {one} != {other}"
            if not widens and there == plain:
                return f"{self.stride} == 1 and {one} == {other}"
        return ""

    def _own(self, layer: str, there: Sequence[bool]) -> str:
        """Make it an argument by itself, which others that are there as often share."""
        for name, values in self.kind.values.items():
            if name not in self.layers and list(values) == list(there):
                return name
        name = unique(layer, set(self.kind.values))
        self.kind.values[name] = tuple(there)
        self.kind.defaults[name] = sum(there) * 2 >= len(there)
        return name

    def _rows(self, told: object) -> tuple[object, ...]:
        """Give what a column is, row by row."""
        if not isinstance(told, Follows):
            return (told,) * len(self.kind.instances)
        values = self.kind.values[str(told.argument)]
        return tuple(
            value * told.times // told.over if isinstance(value, int) else value for value in values
        )


def numbers(made: Made, layer: str, label: str) -> Iterator[tuple[Number, str, object]]:
    """Go through the numbers of what is made, each with its layer, and what it is by default."""
    if isinstance(made, Chain):
        for each, times in grouped(made):
            if isinstance(each, Instance):
                yield Number("depth", times), layer, None
            yield from numbers(each, layer, label)
        return
    if isinstance(made, Maybe):
        entering = made.entering
        for number, of, usual in numbers(made.made, layer, label):
            enters, entering = number.key == "inputs" and entering, 0
            value = number.value if made.there else enters or ANY
            yield number._replace(value=value), of, usual
        return
    if isinstance(made, Instance) and made.label == label:
        yield Number(layer, made), layer, None
        return
    call = made.call if isinstance(made, Instance) else made
    usual = {id(each.value): each.default for each in call.arguments if isinstance(each, Option)}
    for number in numbers_of(call):
        yield number, layer, usual.get(id(number))


def texts(made: Made, values: Iterator[object], label: str) -> list[str]:
    """Write what is made: one text, or one for each module of a chain."""
    if isinstance(made, Chain):
        found = []
        for each, _ in grouped(made):
            times = next(values) if isinstance(each, Instance) else 1
            (text,) = texts(each, values, label)
            many = f"*[{text} for _ in range({times})]"
            found += [text] * times if isinstance(times, int) else [many]
        return found
    if isinstance(made, Maybe):
        return texts(made.made, values, label)
    if isinstance(made, Instance) and made.label == label:
        return [str(next(values))]
    return [written(made.call if isinstance(made, Instance) else made, values)]
