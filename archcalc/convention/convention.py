"""A convention: what one tool or paper counts, as a rule for each op."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.convention.rule import Rule, Term
    from archcalc.spec.values import Value

Figures = Literal["operations", "parameters", "connections"]
Per = Literal["batch", "sample", "network"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Convention:
    """A named way to count.

    `figures` is what it counts and `unit` what it calls one of them; `tool`, `version` and `source`
    say whose rules these are. `per` tells what a figure is of: `batch` grows with the batch,
    `sample` and `network` do not. `rules` are by op, `zeros` the reasons of those that count
    nothing; `default` is the rule of all other ops. An op without any of them is unknown. The first
    sentence of `notes` is what a list of conventions has room for.
    """

    name: str
    aliases: tuple[str, ...] = ()
    tool: str = ""
    version: str = ""
    source: str = ""
    figures: Figures = "operations"
    unit: str = ""
    per: Per = "batch"
    notes: str = ""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    zeros: Mapping[str, str] = field(default_factory=dict)
    default: Rule | None = None

    def knows(self, op: str) -> bool:
        """Tell whether there is a rule for an op, be it that it counts nothing."""
        return op in self.rules or op in self.zeros or self.default is not None

    def rule(self, op: str) -> Rule | None:
        """Give the rule of an op; None if it counts nothing, or is not known."""
        return self.rules.get(op) or (None if op in self.zeros else self.default)

    def value(self, op: str, variables: Mapping[str, Value]) -> int:
        """Figure one layer of an op. Raises a `Reason` where its rule cannot be evaluated."""
        rule = self.rule(op)
        return rule.value(variables) if rule else 0

    def terms(self, op: str, variables: Mapping[str, Value]) -> list[Term]:
        """Split the figure of one layer into what its rule adds up."""
        rule = self.rule(op)
        return rule.terms(variables) if rule else []

    def __repr__(self) -> str:
        return f"Convention({self.name!r})"
