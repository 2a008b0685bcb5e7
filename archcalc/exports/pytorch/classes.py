"""Parts of a network → the classes that they are of."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING, Any

from archcalc.exports.pytorch.kinds import Instance, Kind, grouped
from archcalc.exports.pytorch.settling import settle
from archcalc.exports.pytorch.unifying import unify
from archcalc.exports.pytorch.writing import (
    Chain,
    Made,
    Maybe,
    class_name,
    skeleton,
    unique,
)
from archcalc.ops import names

if TYPE_CHECKING:
    from collections.abc import Iterator


def classify(root: Instance, taken: set[str]) -> list[Kind]:
    """Find which parts are of one class, and what its arguments are; the inner classes first."""
    heights: dict[Instance, int] = {}
    _measure(root, heights)
    labels: dict[str, list[Instance]] = {}
    for instance in heights:
        labels.setdefault(instance.label, []).append(instance)
    kinds: dict[str, Kind] = {}
    for own in sorted(labels.values(), key=lambda each: max(heights[one] for one in each)):
        for instance in own:
            for inner in _inner(instance):
                _sort(inner, kinds, heights)
        if not any(inner.label == one.label for one in own for inner in _inner(one)):
            unify(own, lambda made: _skeleton(made, ""))
        for instance in own:
            _sort(instance, kinds, heights)
    found = sorted(kinds.values(), key=lambda kind: kind.height)
    for kind in sorted(found, key=lambda kind: -len(kind.instances)):
        kind.name = _own_name(kind, found, taken)
    for kind in found:
        settle(kind)
    return found


def inner_instances(made: Made) -> Iterator[Instance]:
    """Go through the parts that a module is made of."""
    if isinstance(made, Instance):
        yield made
    elif isinstance(made, Maybe):
        yield from inner_instances(made.made) if made.there else ()
    elif isinstance(made, Chain):
        for each in made.modules:
            yield from inner_instances(each)


def _inner(instance: Instance) -> Iterator[Instance]:
    for _, made in instance.modules:
        yield from inner_instances(made)


def _measure(instance: Instance, heights: dict[Instance, int]) -> int:
    """Tell how many levels there are at and below a part, and note it of all of these."""
    inner = [_measure(each, heights) for each in _inner(instance)]
    heights[instance] = 1 + max(inner, default=0)
    return heights[instance]


def _sort(instance: Instance, kinds: dict[str, Kind], heights: dict[Instance, int]) -> None:
    """Sort an instance into its class, those within it first."""
    if instance.kind:
        return
    for inner in _inner(instance):
        _sort(inner, kinds, heights)
    modules = [(name, _skeleton(made, instance.label)) for name, made in instance.modules]
    label = "" if instance.of_group else instance.label
    key = repr((label, instance.inputs, modules, instance.lines))
    kind = kinds.setdefault(key, Kind("", 0))
    kind.height = max(kind.height, heights[instance])
    instance.kind, instance.row = kind, len(kind.instances)
    kind.instances.append(instance)


def _skeleton(made: Made, label: str) -> Any:
    """Leave out what may be an argument: numbers, and a part of the same name within its like."""
    if isinstance(made, Instance):
        return "instance", made.label == label or id(made.kind)
    if isinstance(made, Maybe):
        return "maybe", _skeleton(made.made, label)
    if isinstance(made, Chain):
        return made.kind, [_skeleton(each, label) for each, _ in grouped(made)]
    return skeleton(made)


def _own_name(kind: Kind, kinds: list[Kind], taken: set[str]) -> str:
    """Name a class as its part; a second one by what it has more than the first, or by a number."""
    labels = sorted({instance.label for instance in kind.instances})
    shared = commonprefix(labels).rstrip("_0123456789 ") if len(labels) > 1 else labels[0]  # noqa: RUF071
    name = class_name("" if shared in names() else shared)  # `Conv` would say too little
    name = (
        f"{name}Block" if name in taken and not any(other.name == name for other in kinds) else name
    )
    plain = next((other for other in kinds if other.name == name), None)
    if plain is not None:
        have, more = _names(plain.instances[0]), _names(kind.instances[0])
        more = [attribute for attribute in more if attribute not in have]
        single = more and all(each.startswith(more[0]) for each in more)
        name = f"{name}With{class_name(more[0])}" if single else name
    return unique(name, taken)


def _names(instance: Instance) -> list[str]:
    return [*(attribute for attribute, _ in instance.modules), *instance.within]
