"""What can be varied of the library's families: sweeps of each, drawn alike every time."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import archcalc
from archcalc.referee.sweeps.axis import Axis, Values, read_axis
from archcalc.referee.sweeps.measures import MEASURES
from archcalc.referee.sweeps.plan import Plan
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.subject import INPUT, Subject
from archcalc.spec.library import networks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.spec.spec import Spec
    from archcalc.spec.values import Value

FAMILIES = sorted({entry.path.stem: entry.id for entry in reversed([*networks()])}.items())
"""Each family by the name of its file, with the first of its networks."""


def plans(network: str, draws: int) -> Iterator[Plan]:
    """Give a plan for each thing that varies alone, and one for all of them at once."""
    spec = archcalc.load(network)
    axes = [*_axes(spec)]
    shares = [(axis,) for axis in axes] + ([tuple(axes)] if len(axes) > 1 else [])
    for share in shares:
        space = Space(share)
        size = min(draws, space.size)
        yield Plan(Subject(spec), Space(share, size, seed=1), MEASURES)


def _axes(spec: Spec) -> Iterator[Axis]:
    own = spec.family.checker.read if spec.family else set[str]()
    choices = spec.family.parameters.choices.entries if spec.family else {}
    for name, value in spec.parameters.items():
        if name not in own:
            continue
        if name in choices:
            found = [str(getattr(one, "text", "")) for one in getattr(choices[name], "items", ())]
            yield read_axis(name, ",".join(found))
        elif isinstance(value, bool):
            yield read_axis(name, [True, False])
        elif values := _around(value):
            yield Axis(name, (values,))
    if len(spec.inputs) == 1 and not spec.input.is_vector:
        side = max(spec.input.extents)
        yield read_axis(INPUT, f"{max(1, side // 2)}..{side * 3 // 2}")


def _around(value: Value) -> Values | None:
    """Give values around one: from a half of it to twice as much."""
    if isinstance(value, int) and value < 3:  # often a width, which may be a fraction
        return Values(21, Fraction(1, 2), Fraction(1, 20))
    if isinstance(value, int):
        return Values(value + value // 2 + 1, max(1, value // 2), 1)
    if isinstance(value, Fraction):
        return Values(31, value / 2, value / 20)
    if isinstance(value, tuple) and value and all(map(_around, value)):
        parts = tuple((part,) for part in map(_around, value) if part)
        many = 1
        for (part,) in parts:
            many *= part.many
        return Values(many, parts=parts)
    return None
