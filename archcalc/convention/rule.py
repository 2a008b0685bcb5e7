"""One rule of a convention: an expression, which can also be read as the terms that it adds up.

>>> rule = Rule("2 * mac + bias")
>>> rule.value({"mac": 100, "bias": 4})
204
>>> rule.terms({"mac": 100, "bias": 4})
[Addend(times=2, of='mac', value=200), Addend(times=1, of='bias', value=4)]
"""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from archcalc.arithmetic import WHOLE
from archcalc.convention.variables import VARIABLES
from archcalc.errors import Reason
from archcalc.ops.fields import shown
from archcalc.spec.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.spec.values import Value


class Addend(NamedTuple):
    """What a rule adds: so many times a quantity, and the value of it all."""

    times: int | Fraction
    of: str
    value: int | Fraction


class Rule:
    """An expression over the variables of a layer that gives one exact number."""

    def __init__(self, text: str) -> None:
        """Parse a rule without its `=`. Raises a `Reason` for what is not an expression."""
        self.expression = Expression(text, VARIABLES)
        self._parts: dict[str, Expression] = {}
        self._tree: ast.expr | None = None

    @property
    def text(self) -> str:
        """The rule as written."""
        return self.expression.text

    def value(self, variables: Mapping[str, Value]) -> int:
        """Evaluate the rule. Raises a `Reason` unless it gives a whole number."""
        value = self.expression.evaluate(variables)
        if not isinstance(value, WHOLE) or isinstance(value, bool):
            raise Reason("wrong-type", f"`={self.text}` gives {shown(value)}, not a whole number")
        return value

    def terms(self, variables: Mapping[str, Value]) -> list[Addend]:
        """Split the value into the terms of the sum; conditions are decided, zeros left out."""
        if self._tree is None:
            self._tree = ast.parse(self.text.strip(), mode="eval").body
        try:
            terms = [
                Addend(times, of, times * self._number(of, variables))
                for times, of in self._split(self._tree, Fraction(1), variables)
            ]
        except RecursionError:
            terms = [Addend(1, self.text, self.value(variables))]
        return [Addend(_whole(t.times), t.of, _whole(t.value)) for t in terms if t.value]

    def _split(
        self, tree: ast.expr, times: Fraction, variables: Mapping[str, Value]
    ) -> Iterator[tuple[Fraction, str]]:
        if isinstance(tree, ast.IfExp):
            holds = self._evaluate(ast.unparse(tree.test), variables)
            yield from self._split(tree.body if holds else tree.orelse, times, variables)
        elif isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
            sign = -1 if isinstance(tree.op, ast.Sub) else 1
            yield from self._split(tree.left, times, variables)
            yield from self._split(tree.right, times * sign, variables)
        else:
            factors = list(_factors(tree))
            for factor in filter(_is_number, factors):
                times *= Fraction(ast.unparse(factor))
            others = [factor for factor in factors if not _is_number(factor)]
            alone = len(others) == 1
            texts = [ast.unparse(f) if alone else _bracketed(f) for f in others]
            yield times, " * ".join(texts) or "1"

    def _number(self, text: str, variables: Mapping[str, Value]) -> Fraction:
        value = self._evaluate(text, variables)
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise Reason("wrong-type", f"`{text}` gives {shown(value)}, not a number")
        return Fraction(value)

    def _evaluate(self, text: str, variables: Mapping[str, Value]) -> Value:
        if text not in self._parts:
            self._parts[text] = Expression(text)
        return self._parts[text].evaluate(variables)

    def __repr__(self) -> str:
        return f"Rule({self.text!r})"


def _factors(tree: ast.expr) -> Iterator[ast.expr]:
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
        yield from _factors(tree.left)
        yield from _factors(tree.right)
    else:
        yield tree


def _bracketed(tree: ast.expr) -> str:
    text = ast.unparse(tree)
    return f"({text})" if isinstance(tree, ast.BinOp | ast.IfExp) else text


def _is_number(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and isinstance(tree.value, int | float)


def _whole(value: Fraction | int) -> int | Fraction:
    fraction = Fraction(value)
    return fraction.numerator if fraction.denominator == 1 else fraction
