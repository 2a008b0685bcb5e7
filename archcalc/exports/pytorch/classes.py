"""Parts of a network as classes of Python: what they make, and what they are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archcalc.exports.columns import Column, Follows, arguments
from archcalc.exports.pytorch.writing import (
    Call,
    Chain,
    Made,
    Number,
    Option,
    class_name,
    numbers_of,
    skeleton,
    unique,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(eq=False)
class Instance:
    """One time that a part stands somewhere: its modules by their attributes, its way forward."""

    label: str
    inputs: tuple[str, ...]
    modules: list[tuple[str, Made]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    kind: Kind | None = None
    row: int = 0

    @property
    def call(self) -> Call:
        """How it is made, once its class is known."""
        return self.kind.call(self.row) if self.kind else Call("")

    def __str__(self) -> str:
        """Write how it is made."""
        call = self.call
        return written(call, iter([number.value for number in numbers_of(call)]))


@dataclass(eq=False)
class Kind:
    """A class: all the times that it stands somewhere, and the arguments in which these differ."""

    name: str
    height: int
    instances: list[Instance] = field(default_factory=list)
    values: dict[str, tuple[object, ...]] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=dict)
    columns: tuple[object, ...] = ()

    def call(self, row: int) -> Call:
        """Make it as it stands at a place."""
        given = []
        for name, values in self.values.items():
            number = Number(name.partition("_")[0], values[row])
            default = self.defaults.get(name)
            given.append(number if default is None else Option(name, number, default))
        return Call(self.name, tuple(given))


def classify(root: Instance, taken: set[str]) -> list[Kind]:
    """Find which parts are of one class, and what its arguments are; the inner classes first."""
    kinds: dict[str, Kind] = {}
    _visit(root, kinds)
    found = sorted(kinds.values(), key=lambda kind: kind.height)
    for kind in sorted(found, key=lambda kind: -len(kind.instances)):
        kind.name = _own_name(kind, found, taken)
    for kind in found:
        _settle(kind)
    return found


def inner_instances(made: Made) -> Iterator[Instance]:
    """Go through the parts that a module is made of."""
    if isinstance(made, Instance):
        yield made
    elif isinstance(made, Chain):
        for each in made.modules:
            yield from inner_instances(each)


def _visit(instance: Instance, kinds: dict[str, Kind]) -> int:
    """Sort an instance into its class, those within it first; tell its height."""
    height = 0
    for _, made in instance.modules:
        for inner in inner_instances(made):
            height = max(height, _visit(inner, kinds))
    modules = [(name, _skeleton(made, instance.label)) for name, made in instance.modules]
    key = repr((instance.label, instance.inputs, modules, instance.lines))
    kind = kinds.setdefault(key, Kind("", height + 1))
    instance.kind, instance.row = kind, len(kind.instances)
    kind.instances.append(instance)
    return height + 1


def _skeleton(made: Made, label: str) -> Any:
    """Leave out what may be an argument: numbers, and a part of the same name within its like."""
    if isinstance(made, Instance):
        return "instance", made.label == label or id(made.kind)
    if isinstance(made, Chain):
        return made.kind, [_skeleton(each, label) for each in made.modules]
    return skeleton(made)


def _own_name(kind: Kind, kinds: list[Kind], taken: set[str]) -> str:
    """Name a class as its part; a second one by what it has more than the first, or by a number."""
    name = class_name(kind.instances[0].label)
    name = (
        f"{name}Block" if name in taken and not any(other.name == name for other in kinds) else name
    )
    plain = next((other for other in kinds if other.name == name), None)
    if plain is not None:
        have = {attribute for attribute, _ in plain.instances[0].modules}
        more = [attribute for attribute, _ in kind.instances[0].modules if attribute not in have]
        name = f"{name}With{class_name(more[0])}" if len(more) == 1 else name
    return unique(name, taken)


def _settle(kind: Kind) -> None:
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
    kind.columns = known.columns
    required = {}
    for name, values in known.values.items():
        usual = rows[0][known.columns.index(Follows(name))][2]
        if usual in values and usual is not None:
            kind.defaults[name] = usual
        else:
            required[name] = values
    kind.values = required | {name: known.values[name] for name in kind.defaults}


def numbers(made: Made, layer: str, label: str) -> Iterator[tuple[Number, str, object]]:
    """Go through the numbers of what is made, each with its layer, and what it is by default."""
    if isinstance(made, Chain):
        for each in made.modules:
            yield from numbers(each, layer, label)
        return
    if isinstance(made, Instance) and made.label == label:
        yield Number(layer, made), layer, None
        return
    call = made.call if isinstance(made, Instance) else made
    for argument in call.arguments:
        value = argument.value if isinstance(argument, Option) else argument
        if isinstance(value, Number):
            yield value, layer, argument.default if isinstance(argument, Option) else None


def texts(made: Made, values: Iterator[object], label: str) -> list[str]:
    """Write what is made: one text, or one for each module of a chain."""
    if isinstance(made, Chain):
        found = [texts(each, values, label) for each in made.modules]
        return [each[0] for each in found]
    if isinstance(made, Instance) and made.label == label:
        return [str(next(values))]
    return [written(made.call if isinstance(made, Instance) else made, values)]
