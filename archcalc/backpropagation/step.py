"""What a worked example consists of: steps, each with its rule and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.jsonable import jsonable

if TYPE_CHECKING:
    from archcalc.model.layer import Array


class Numbers(NamedTuple):
    """An array and what it is called; the last two of its dimensions are rows and columns."""

    name: str
    array: Array


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what happens, by which rule, and the numbers that it gives."""

    title: str
    rule: str
    numbers: tuple[Numbers, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        numbers = {each.name: each.array.tolist() for each in self.numbers}
        return {"title": self.title, "rule": self.rule, "numbers": numbers}


@dataclass(frozen=True, slots=True)
class Worked:
    """An op with its fields, forward and backward on numbers."""

    op: str
    fields: str
    steps: tuple[Step, ...]

    def __getitem__(self, name: str) -> Array:
        """Give the array that is called so in the last step that has one. Raises KeyError."""
        for step in reversed(self.steps):
            for each in step.numbers:
                if each.name == name:
                    return each.array
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "op": self.op,
            "fields": self.fields,
            "steps": jsonable(self.steps),
        }
