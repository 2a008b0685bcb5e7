"""What the operators of the language do, by Python's names of them."""

from __future__ import annotations

import ast
import operator
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.spec.values import Value


ARITHMETIC: dict[type, tuple[str, Callable[..., Value]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("subtract", operator.sub),
    ast.Mult: ("multiply", operator.mul),
    ast.Div: ("divide", lambda a, b: (Fraction(a) if isinstance(a, int) else a) / b),
    ast.FloorDiv: ("divide", operator.floordiv),
    ast.Mod: ("take the remainder of", operator.mod),
}


COMPARISON: dict[type, Callable[..., Value]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
