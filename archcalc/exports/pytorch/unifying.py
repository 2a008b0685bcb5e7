"""Parts of one name that are not alike → one class: what some lack is passed through there.

A block without a shortcut, an expansion or a gate is the block with an identity in its place; one
without a way around it, whose lines go straight on, adds its input only where it is told to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from archcalc.exports.pytorch.writing import Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archcalc.exports.pytorch.kinds import Instance
    from archcalc.exports.pytorch.writing import Made

AROUND = "return y + x"
RESIDUAL = "return y + x if self.residual else y"


class Way(NamedTuple):
    """How a part goes forward: straight through these modules, and perhaps around them too."""

    modules: tuple[str, ...]
    around: bool


def unify(instances: Sequence[Instance], skeleton: Callable[[Made], object]) -> None:
    """Make parts of one name alike where those with fewest modules lack only what can be missing.

    The `skeleton` of a module tells which modules are alike but for their numbers.
    """
    waiting = sorted(instances, key=lambda each: -len(each.modules))
    while waiting:
        full, *others = waiting
        alike = [each for each in others if _is_alike(full, each, skeleton)]
        fewer = [each for each in others if each not in alike and _fits(full, each, skeleton)]
        if fewer:
            _join(full, [full, *alike], fewer)
        done = {id(each) for each in (full, *alike, *fewer)}
        waiting = [each for each in waiting if id(each) not in done]


def _is_alike(one: Instance, other: Instance, skeleton: Callable[[Made], object]) -> bool:
    """Tell whether two parts differ in their numbers alone."""
    return (
        [name for name, _ in one.modules] == [name for name, _ in other.modules]
        and one.lines == other.lines
        and _common(one, other, skeleton)
    )


def _common(full: Instance, part: Instance, skeleton: Callable[[Made], object]) -> bool:
    """Tell whether a part has its modules, in their order, from another, with the same inputs."""
    theirs, own = dict(full.modules), dict(part.modules)
    order = [name for name in theirs if name in own]
    return (
        full.inputs == part.inputs
        and order == list(own)
        and all(skeleton(made) == skeleton(theirs[name]) for name, made in own.items())
    )


def _fits(full: Instance, part: Instance, skeleton: Callable[[Made], object]) -> bool:
    if not _common(full, part, skeleton):
        return False
    one, other = _way(full), _way(part)
    held = dict(part.modules)
    if one and other:
        return tuple(name for name in one.modules if name in held) == other.modules
    through = {
        f"{v} = self.{name}({v})" for name, _ in full.modules if name not in held for v in "xy"
    }
    return [line for line in full.lines if line not in through] == part.lines


def _way(instance: Instance) -> Way | None:
    """Read the lines of a part that goes straight on, each module behind the one before it."""
    *lines, last = instance.lines or [""]
    around = last in {AROUND, "return x + y"}
    if not around:
        lines.append(last.replace("return ", "y = "))
    found, value = [], "x"
    for line in lines:
        step = re.fullmatch(r"(\w+) = self\.(\w+)\((\w+)\)", line)
        if not step or step[3] != value or (around and step[1] != "y"):
            return None
        value = step[1]
        found.append(step[2])
    return Way(tuple(found), around) if instance.inputs == ("x",) and found else None


def _join(full: Instance, alike: Sequence[Instance], fewer: Sequence[Instance]) -> None:
    way = _way(full)
    ways = [_way(each) for each in (*alike, *fewer)]
    around = [each.around for each in ways if each]
    missing = {name for each in fewer for name, _ in full.modules if name not in dict(each.modules)}
    modules = dict(full.modules)
    for instance, own in zip((*alike, *fewer), ways, strict=True):
        held = dict(instance.modules)
        instance.modules = [
            (name, _maybe(made, held.get(name), instance, first=way and name == way.modules[0]))
            if name in missing
            else (name, held[name])
            for name, made in modules.items()
        ]
        if way and own:
            mixed = len(set(around)) > 1
            instance.lines = list(_straight(way, RESIDUAL if mixed else AROUND * own.around))
            instance.residual = own.around if mixed else None
        else:
            instance.lines = full.lines


def _maybe(made: Made, held: Made | None, instance: Instance, *, first: bool | None) -> Maybe:
    return Maybe(held or made, held is not None, instance.entering if first and not held else 0)


def _straight(way: Way, end: str) -> Iterator[str]:
    """Write lines that go through modules, one behind the other."""
    v = "y" if end else "x"
    *inner, last = way.modules
    for number, name in enumerate(inner):
        yield f"{v} = self.{name}({v if number else 'x'})"
    value = f"self.{last}({v if inner else 'x'})"
    if end:
        yield f"y = {value}"
    yield end or f"return {value}"
