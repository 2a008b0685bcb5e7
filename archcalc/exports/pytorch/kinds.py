"""Parts of a network and the classes that they are of: what they make, and what they are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from archcalc.exports.pytorch.writing import Call, Chain, Maybe, Number, Option, numbers_of, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.exports.pytorch.writing import Made


@dataclass(eq=False)
class Instance:
    """One time that a part stands somewhere: its modules by their attributes, its way forward."""

    label: str
    inputs: tuple[str, ...]
    modules: list[tuple[str, Made]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    of_group: bool = False
    """Whether the label is a name of its place alone, and any that is alike is of one class."""
    within: list[str] = field(default_factory=list)
    """Parts without modules of their own, whose lines stand among its own."""
    entering: int = 0
    """The channels of what enters."""
    residual: bool | None = None
    """Whether it is added to its input, where some of its like are and others are not."""
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
    conditions: dict[str, str] = field(default_factory=dict)
    """By an attribute, and `residual`: when it is there."""

    def call(self, row: int) -> Call:
        """Make it as it stands at a place."""
        given = []
        for name, values in self.values.items():
            number = Number(name.partition("_")[0], values[row])
            known = name in self.defaults
            given.append(Option(name, number, self.defaults[name]) if known else number)
        return Call(self.name, tuple(given))


def grouped(chain: Chain) -> Iterator[tuple[Made, int]]:
    """Go through the modules of a chain, with how often each part stands there in a row."""
    for _, run in groupby(
        chain.modules, key=lambda each: each if isinstance(each, Call) else bare(each)
    ):
        each = list(run)
        if isinstance(each[0], Instance):
            yield each[0], len(each)
        else:
            yield from ((one, 1) for one in each)


def bare(made: Made) -> object:
    """Tell what a module is but for where it stands; its parts have their classes."""
    if isinstance(made, Instance):
        return id(made.kind), [(name, bare(inner)) for name, inner in made.modules]
    if isinstance(made, Maybe):
        return made.there, bare(made.made)
    return [bare(each) for each in made.modules] if isinstance(made, Chain) else made
