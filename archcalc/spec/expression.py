"""The expressions of the language: `=` and then exact arithmetic, as in a spreadsheet.

Python's parser reads the text, and only the forms named here are taken over into small closures:
nothing is ever evaluated as Python. Numbers are integers and fractions, never floats.

    >>> Expression("ceil(2.2*k)").evaluate({"k": 25})
    55
    >>> Expression("2 if first else 1").names
    frozenset({'first'})
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from fractions import Fraction
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from archcalc import limits
from archcalc.arithmetic import FRACTIONS
from archcalc.errors import Reason, suggestion
from archcalc.ops.fields import number
from archcalc.ops.given import bounded, extent
from archcalc.spec.operators import ARITHMETIC, COMPARISON
from archcalc.spec.staircase import STEPS
from archcalc.spec.values import FUNCTIONS, as_number, as_truth, calculate, call, compare, item

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from archcalc.spec.values import Value

Closure: TypeAlias = "Callable[[Mapping[str, Value]], Value]"

QUOTE_IT = 'inside { } or [ ] quote an expression that has [ ] { } or , in it: "=depths[1]"'
ENTERING = frozenset({"channels", "height", "width", "length", "depth"})
"""What a layer knows of the feature maps that enter it."""
LOOP = frozenset({"first", "last", "index"})
"""What a repeated item knows of its turn."""
KNOWN = ENTERING | LOOP
"""Words that a place knows unless a parameter or a column of that name is declared for it."""
RESERVED = frozenset({*FUNCTIONS, "input", "and", "or", "not", "if", "else", "true", "false"})

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_NOT_OURS = re.compile(r"(?<![\w.])[0-9][0-9.]*(?![eE][+-]?[0-9])[A-Za-z_]\w*|#")
"""Numbers that run into a word, and comments: Python would take them, or only warn."""

_ALONE = Lock()
"""Python 3.11 counts its depth in one place for all threads that parse."""


class Expression:
    """A parsed expression. `names` are the variables that it reads.

    `is_local` tells whether what a layer knows, such as `channels`, is among them.
    """

    __slots__ = ("_closure", "is_local", "least", "names", "text")

    def __init__(self, text: str, variables: Collection[str] | None = None) -> None:
        """Parse a text without its `=`. Raises a `Reason`, also for names not in `variables`."""
        self.text = text
        self.names: frozenset[str] = frozenset()
        compiler = _Compiler(text)
        self._closure = compiler.compile()
        self.names = frozenset(compiler.names)
        self.is_local = not KNOWN.isdisjoint(self.names)
        self.least = _least(text)
        if variables is not None:
            self.require(variables)

    def require(self, variables: Collection[str]) -> None:
        """Raise a `Reason` for a name that is not among the variables."""
        if self.names.issubset(variables):
            return
        roots = {name.partition(".")[0] for name in self.names}
        for name in sorted(roots.difference(variables)):
            message = f"nothing is called `{name}` here"
            raise Reason("unknown-name", message, suggestion(name, variables))

    def evaluate(self, variables: Mapping[str, Value]) -> Value:
        """Give the value: int, Fraction, bool, str or list. Raises a `Reason`."""
        try:
            return bounded(self._closure(variables))
        except RecursionError:
            raise _too_deep(self.text) from None

    def __repr__(self) -> str:
        return f"={self.text}"


def waits(template: Value) -> bool:
    """Tell whether a template is an expression, or a list with one in it."""
    if isinstance(template, tuple):
        return any(map(waits, template))
    return isinstance(template, Expression)


def settle(template: Value, variables: Mapping[str, Value]) -> Value:
    """Evaluate a template: an expression, or a list with expressions in it."""
    if isinstance(template, Expression):
        return template.evaluate(variables)
    if isinstance(template, tuple):
        return tuple([settle(item, variables) for item in template])
    return template


def steps(template: Value, variables: Mapping[str, Value]) -> int:
    """Estimate the work of settling a template: a step takes some 5 µs.

    An expression takes one, one for 16 characters, one for 16 items of the lists that it may read
    again and again, and more if it is long or meets fractions.
    """
    if isinstance(template, tuple):
        inner = [steps(t, variables) for t in template if isinstance(t, Expression | tuple)]
        return 1 + len(template) // 16 + sum(inner)
    if not isinstance(template, Expression):
        return 0
    read = [v for name in template.names if isinstance(v := variables.get(name), _LONG)]
    if not read:
        return template.least
    text = template.text
    items = sum(extent(value) for value in read if isinstance(value, tuple))
    bits = max((v.denominator.bit_length() for v in read if isinstance(v, FRACTIONS)), default=0)
    operators = len(text) if bits > 64 else max(0, len(text) - 40)
    lists = (len(text) + items * (len(text) // 4)) // 16
    return 1 + operators + lists + STEPS * text.count("staircase")


_LONG: tuple[type, ...] = (tuple, *FRACTIONS)


def _least(text: str) -> int:
    """Estimate the same where no lists and no fractions are read."""
    fractions = "." in text or "/" in text
    operators = max(0, len(text) - 40) // (1 if fractions else 2)
    return 1 + operators + len(text) // 16 + STEPS * text.count("staircase")


def _too_deep(text: str) -> Reason:
    return Reason("bad-expression", f"`={text[:57]}...` is nested too deeply")


class _Compiler:
    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()

    def compile(self) -> Closure:
        if len(self.text) > limits.now().expression_length:
            most = limits.now().expression_length
            message = f"an expression of {len(self.text):,} characters; {most:,} are the most"
            raise limits.too_large("expression_length", message)
        odd = _NOT_OURS.search(_TEXT.sub("''", self.text))
        if odd or "\\" in self.text:
            word = odd.group() if odd else "\\"
            raise Reason("bad-expression", f"`{word}` cannot stand in an expression")
        try:
            with _ALONE:
                tree = ast.parse(self.text.strip(), mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            unclosed = any(self.text.count(a) != self.text.count(b) for a, b in ("()", "[]"))
            message = f"`={self.text[:60]}` is not an expression"
            raise Reason("bad-expression", message, QUOTE_IT if unclosed else None) from None
        try:
            return self._closure(tree.body)
        except RecursionError:
            raise _too_deep(self.text) from None

    def _closure(self, node: ast.expr) -> Closure:
        compile_node = getattr(self, f"_{type(node).__name__.lower()}", None)
        if compile_node is None:
            raise self._not_allowed(node)
        closure: Closure = compile_node(node)
        return closure

    def _not_allowed(self, node: ast.expr) -> Reason:
        part = ast.get_source_segment(self.text.strip(), node) or self.text
        word = f"write `{part.lower()}`" if part in {"True", "False"} else None
        return Reason(
            "bad-expression",
            f"`{part[:60]}` is not part of the expression language",
            word
            or "it has + - * / // %, comparisons, and or not, a if c else b, indexing, strings, "
            + " ".join(FUNCTIONS),
        )

    def _constant(self, node: ast.Constant) -> Closure:
        value: Value = node.value
        if isinstance(value, float):
            value = number(ast.get_source_segment(self.text.strip(), node) or "")
        if isinstance(value, bool) or not isinstance(value, int | str | Fraction):
            raise self._not_allowed(node)
        value = bounded(value)
        return lambda _: value

    def _name(self, node: ast.Name) -> Closure:
        name = node.id
        if name in {"true", "false"}:
            return lambda _: name == "true"
        self.names.add(name)

        def variable(variables: Mapping[str, Value]) -> Value:
            try:
                return variables[name]
            except KeyError:
                raise Reason(
                    "unknown-name", f"nothing is called `{name}` here", suggestion(name, variables)
                ) from None

        return variable

    def _attribute(self, node: ast.Attribute) -> Closure:
        """Look a field up in a named tuple or a mapping: `input.channels`, `by_op.conv.macs`."""
        if node.attr.startswith("_") or not isinstance(node.value, ast.Name | ast.Attribute):
            raise self._not_allowed(node)
        owner, field = self._closure(node.value), node.attr
        self.names.add(ast.unparse(node))

        def attribute(variables: Mapping[str, Value]) -> Value:
            holder = owner(variables)
            fields = holder if isinstance(holder, Mapping) else getattr(holder, "_fields", ())
            if field not in fields:
                known = suggestion(field, fields)
                raise Reason("unknown-name", f"`{ast.unparse(node.value)}` has no `{field}`", known)
            value: Value = holder[field] if isinstance(holder, Mapping) else getattr(holder, field)
            return value

        return attribute

    def _binop(self, node: ast.BinOp) -> Closure:
        if type(node.op) not in ARITHMETIC:
            raise self._not_allowed(node)
        verb, apply = ARITHMETIC[type(node.op)]
        left, right = self._closure(node.left), self._closure(node.right)

        return lambda variables: calculate(verb, apply, left(variables), right(variables))

    def _unaryop(self, node: ast.UnaryOp) -> Closure:
        operand = self._closure(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda variables: not as_truth(operand(variables))
        if isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1 if isinstance(node.op, ast.USub) else 1
            return lambda variables: sign * as_number(operand(variables))
        raise self._not_allowed(node)

    def _boolop(self, node: ast.BoolOp) -> Closure:
        operands = [self._closure(value) for value in node.values]
        combine = all if isinstance(node.op, ast.And) else any
        return lambda variables: combine(as_truth(operand(variables)) for operand in operands)

    def _ifexp(self, node: ast.IfExp) -> Closure:
        test, body, otherwise = map(self._closure, (node.test, node.body, node.orelse))
        return lambda variables: (
            body(variables) if as_truth(test(variables)) else otherwise(variables)
        )

    def _compare(self, node: ast.Compare) -> Closure:
        if any(type(op) not in COMPARISON for op in node.ops):
            raise self._not_allowed(node)
        operands = [self._closure(operand) for operand in (node.left, *node.comparators)]
        operators = [COMPARISON[type(op)] for op in node.ops]
        if len(operators) == 1:
            (left, right), apply = operands, operators[0]
            return lambda variables: compare(apply, left(variables), right(variables))

        def comparison(variables: Mapping[str, Value]) -> Value:
            left = operands[0](variables)
            for apply, operand in zip(operators, operands[1:], strict=True):
                right = operand(variables)
                if not compare(apply, left, right):
                    return False
                left = right
            return True

        return comparison

    def _subscript(self, node: ast.Subscript) -> Closure:
        if isinstance(node.slice, ast.Slice):
            raise self._not_allowed(node)
        values, index = self._closure(node.value), self._closure(node.slice)
        return lambda variables: item(values(variables), index(variables))

    def _list(self, node: ast.List | ast.Tuple) -> Closure:
        items = [self._closure(item) for item in node.elts]
        return lambda variables: tuple([item(variables) for item in items])

    _tuple = _list

    def _call(self, node: ast.Call) -> Closure:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise self._not_allowed(node)
        name, arguments = node.func.id, [self._closure(argument) for argument in node.args]
        return lambda variables: call(name, [argument(variables) for argument in arguments])
