"""The parameters of a family: read once, settled for each of its networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.arithmetic import NUMBERS
from archcalc.errors import Reason, SpecError, UnknownName, in_a_row, suggestion
from archcalc.ops.fields import shown, written
from archcalc.ops.given import bounded, from_python
from archcalc.spec.checker import is_empty, plain_value
from archcalc.spec.expression import settle, steps, waits
from archcalc.spec.names import check_parameter
from archcalc.spec.values import exact
from archcalc.spec.variants import ABOUT_VARIANTS, REPLACEABLE, check_variants

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Mapping, Tree
    from archcalc.spec.spec import Template
    from archcalc.spec.values import Value


class Parameters:
    """What a family declares, what it may be, and what the variants set it to."""

    def __init__(self, checker: Checker, family: Mapping) -> None:
        """Check all that does not depend on a variant; the mistakes stay with the checker."""
        self.checker = checker
        self.declared = checker.section(family, "parameters")
        self.choices = checker.section(family, "choices")
        self._check_names()
        check_variants(checker, family, self.declared.entries)
        self._plain: dict[int, Value] = {}
        self.begin()

    def begin(self) -> None:
        """Begin anew to count the steps that evaluating takes."""
        self.steps = limits.now().steps

    def settle(self, settings: dict[str, Tree], overrides: dict[str, Value]) -> dict[str, Value]:
        """Settle the parameters in their order; each may use the earlier ones.

        `settings` are what a variant sets, `overrides` what the caller does. Raises UnknownName for
        one that is not declared, SpecError for a value of the caller's that cannot be.
        """
        declared = self.declared.entries
        self._check_known(overrides)
        values: dict[str, Value] = {}
        for key, own in declared.items():
            tree = settings.get(key, own)
            values[key] = None
            if key not in overrides or not is_empty(tree):
                values[key] = self._value(tree, values)
            if key in overrides:
                values[key] = _override(key, overrides[key], values[key])
        self._check_choices(values, settings, overrides)
        self.checker.attempt(self.declared, lambda: bounded(tuple(values.values())))
        return values

    def _check_names(self) -> None:
        for key, mark in self.declared.keys.items():
            if key in REPLACEABLE or key in ABOUT_VARIANTS:
                message = f"`{key}` is a section of a spec; a parameter needs another name"
                self.checker.complain("reserved-word", message, mark)
            else:
                check_parameter(self.checker, key, mark, None)

    def _check_known(self, overrides: dict[str, Value]) -> None:
        declared = self.declared.entries
        for key in overrides:
            if key not in declared:
                hint = suggestion(key, declared) or f"its parameters: {in_a_row(declared)}"
                if key == "input":
                    hint = "the input is set by itself: `--input`, or `count(..., input=...)`"
                message = f"{self.checker.source.name} has no parameter `{key[:80]}`"
                raise UnknownName.of("unknown-parameter", message, hint)

    def _value(self, tree: Tree, earlier: dict[str, Value]) -> Value:
        """Settle one parameter; what follows from an earlier mistake is not another one."""
        if id(tree) in self._plain:
            return self._plain[id(tree)]
        template = self.checker.template(tree, earlier, plain_value)
        if self.checker.mistakes:
            return None
        value = self.checker.attempt(tree, lambda: self._settle(template, earlier))
        if not waits(template) and not self.checker.mistakes:  # the same for every variant
            self._plain[id(tree)] = value
        return value

    def _settle(self, template: Template, earlier: AnyMapping[str, Value]) -> Value:
        """Evaluate what stands in a section, as far as there are steps left."""
        self.steps -= max(1, steps(template, earlier))
        if self.steps < 0:
            raise limits.too_large("steps", "the parameters take too long to evaluate")
        return settle(template, earlier)

    def _check_choices(
        self, values: dict[str, Value], settings: dict[str, Tree], overrides: dict[str, Value]
    ) -> None:
        for key, tree in self.choices.entries.items():
            entries = self.checker.sequence(tree, f"`choices` of `{key}`")
            allowed = [self._value(entry, {}) for entry in entries]
            if key not in values:
                self.checker.unknown_key(self.choices, key, "`choices`", values)
            elif self.checker.mistakes and (values[key] is None or None in allowed or not allowed):
                continue  # one of them could not be read, and that has been said
            elif exact(values[key]) not in map(exact, allowed):
                known = [written(choice) for choice in allowed]
                one_of = "one of " if len(known) > 1 else ""
                message = f"`{key}` is {one_of}{in_a_row(known)}, not {shown(values[key])}"
                hint = suggestion(written(values[key]), known)
                if key in overrides:
                    raise SpecError.of("not-a-choice", message, hint)
                mark = settings.get(key, self.declared.entries[key])
                self.checker.complain("not-a-choice", message, mark, hint)


def _override(key: str, given: Value, own: Value) -> Value:
    try:
        value = from_python(given)
    except Reason as reason:
        raise SpecError.of(
            reason.code, f"parameter `{key}`: {reason.message}", reason.hint
        ) from None
    if own is not None and _kind(value) != _kind(own):
        message = f"parameter `{key}` is {_kind(own)} such as {shown(own)}, not {shown(given)}"
        raise SpecError.of("wrong-type", message)
    return value


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, NUMBERS):
        return "a number"
    return "a list" if isinstance(value, tuple) else "a word"
