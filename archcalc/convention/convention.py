"""A convention: what one tool or paper counts, as a rule for each op."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.convention.rule import Addend, Rule
    from archcalc.spec.values import Value

Figures = Literal["operations", "parameters", "connections", "memory"]
Per = Literal["batch", "sample", "network", "pass"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Convention:
    """A named way to count.

    `figures` is what it counts and `unit` what it calls one of them; `tool`, `version` and `source`
    say whose rules these are. `per` tells what a figure is of: `batch` grows with the batch,
    `sample` and `network` do not; of a `pass` what enters and leaves a layer is that of the whole
    batch, and what it stores is there once. `rules` are by op, `zeros` the reasons of those that
    count nothing; `default` is the rule of all other ops, `each` what every layer counts beside. An
    op without any of them is unknown, and so is one where the tool itself fails, for the reason in
    `failures`. The first sentence of `notes` is what a list of conventions has room for.
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
    failures: Mapping[str, str] = field(default_factory=dict)
    default: Rule | None = None
    each: Rule | None = None

    def knows(self, op: str) -> bool:
        """Tell whether there is a rule for an op, be it that it counts nothing."""
        ruled = op in self.rules or op in self.zeros or self.default is not None
        return ruled and op not in self.failures

    def rule(self, op: str) -> Rule | None:
        """Give the rule of an op; None if it counts nothing, or is not known."""
        none = op in self.zeros or op in self.failures
        return self.rules.get(op) or (None if none else self.default)

    def rules_of(self, op: str) -> list[Rule]:
        """Give what a layer of an op adds up: the rule of the op, and that of each layer."""
        return [rule for rule in (self.rule(op), self.each) if rule is not None]

    def value(self, op: str, variables: Mapping[str, Value]) -> int:
        """Figure one layer of an op. Raises a `Reason` where its rule cannot be evaluated."""
        return sum([rule.value(variables) for rule in self.rules_of(op)])

    def terms(self, op: str, variables: Mapping[str, Value]) -> list[Addend]:
        """Split the figure of one layer into what its rules add up."""
        return [term for rule in self.rules_of(op) for term in rule.terms(variables)]

    def __repr__(self) -> str:
        return f"Convention({self.name!r})"
