"""The integers that counting rules are read on.

A rule is plain arithmetic. Read on `int` it gives the count; read on `Derived`, an integer that
remembers its expression, it gives the count and how it came about.

>>> maps, height, width, feeding = Derived(16), Derived(5), Derived(5), Derived(6)
>>> parameters = maps * (height * width * feeding + 1)
>>> print(parameters.expression, "=", parameters)
16·(5·5·6 + 1) = 2416
"""

from __future__ import annotations

from fractions import Fraction
from operator import index
from typing import TYPE_CHECKING

from archcalc.notation import (
    SILENT_ONE,
    Leaf,
    Product,
    Quotient,
    Remainder,
    Sum,
    has_letters,
    written,
)

if TYPE_CHECKING:
    from typing import Self

    from archcalc.notation import Term


class Integers:
    """Marks what stands for several integers at once, on which rules are read a third way.

    It has the arithmetic of `int`; what decides by it gets an answer only if all would get it.
    """

    __slots__ = ()

    def __index__(self) -> int:
        """Be one number, if they are all the same."""
        raise NotImplementedError


class Ratios:
    """Marks what stands for several fractions at once."""

    __slots__ = ()


WHOLE: tuple[type[int], ...] = (int, Integers)  # type: ignore[assignment]
"""What is a whole number, for who asks of a value what it is."""
FRACTIONS: tuple[type[Fraction], ...] = (Fraction, Ratios)  # type: ignore[assignment]
"""What is a fraction."""
NUMBERS: tuple[type[int | Fraction], ...] = (int, Fraction, Integers, Ratios)  # type: ignore[assignment]
"""What is a number."""


def single(value: object) -> object:
    """Take one number where several cannot stand for one: for how often something is there.

    >>> single(3)
    3
    """
    return index(value) if isinstance(value, Integers) else value


class Derived(int):
    """An integer that remembers its expression through `+ - * // %` with integers.

    Noise is dropped: `+ 0`, `t - t`, products with 0, a factor of 1 that is a plain `int`, a
    division by 1. Everything else stays as the rule has it. Other arithmetic gives what `int`
    gives, and forgets.

    >>> (Derived(6) * (Derived(1) + 1) + 0).expression
    '6·(1 + 1)'
    """

    term: Term

    def __new__(cls, value: int, term: Term | None = None) -> Self:
        """Take an integer, and its expression if it is not the number itself."""
        self = super().__new__(cls, value)
        self.term = term or Leaf(int(value))
        return self

    @property
    def expression(self) -> str:
        """The expression as text, with thousands separators and the parentheses it needs."""
        return written(self.term)

    def __add__(self, other: object) -> Derived:
        return _sum(self, 1, other) if isinstance(other, int) else NotImplemented

    def __radd__(self, other: object) -> Derived:
        return _sum(other, 1, self) if isinstance(other, int) else NotImplemented

    def __sub__(self, other: object) -> Derived:
        return _sum(self, -1, other) if isinstance(other, int) else NotImplemented

    def __rsub__(self, other: object) -> Derived:
        return _sum(other, -1, self) if isinstance(other, int) else NotImplemented

    def __mul__(self, other: object) -> Derived:
        return _product(self, other) if isinstance(other, int) else NotImplemented

    def __rmul__(self, other: object) -> Derived:
        return _product(other, self) if isinstance(other, int) else NotImplemented

    def __floordiv__(self, other: object) -> Derived:
        return _quotient(self, other) if isinstance(other, int) else NotImplemented

    def __rfloordiv__(self, other: object) -> Derived:
        return _quotient(other, self) if isinstance(other, int) else NotImplemented

    def __mod__(self, other: object) -> Derived:
        return _remainder(self, other) if isinstance(other, int) else NotImplemented

    def __rmod__(self, other: object) -> Derived:
        return _remainder(other, self) if isinstance(other, int) else NotImplemented

    def __neg__(self) -> Derived:
        return Derived(-int(self), _negated(self.term))


def letter(name: str, value: int) -> Derived:
    """Call a sample value by a letter.

    >>> (letter("C", 12) * 2).expression
    'C·2'
    """
    return Derived(value, Leaf(value, name))


def known(value: int) -> int:
    """Take a figure as a number that is known by now: its own derivation is not repeated.

    In letters nothing is known yet, and the expression stays.

    >>> parameters = Derived(6) * (Derived(25) + 1)
    >>> (known(parameters) * Derived(28) * Derived(28)).expression
    '156·28·28'
    """
    if isinstance(value, Derived) and not has_letters(value.term):
        return Derived(value)
    return value


def alike(number: int, other: int) -> int:
    """Take a constant of a rule as an integer of the same kind as another, to be remembered too.

    >>> (alike(1, Derived(6)) + 1).expression, alike(1, 6) + 1
    ('1 + 1', 2)
    """
    return type(other)(number)


def term_of(value: int) -> Term:
    """Give the expression of an integer; a plain one is its own."""
    return value.term if isinstance(value, Derived) else Leaf(int(value))


def _sum(left: int, sign: int, right: int) -> Derived:
    value = int(left) + sign * int(right)
    ahead, behind = term_of(left), term_of(right)
    if behind == Leaf(0):
        return Derived(value, ahead)
    if ahead == Leaf(0):
        return Derived(value, behind if sign > 0 else _negated(behind))
    if isinstance(ahead, Sum) and ahead.terms[-1] == (-sign, behind):
        return Derived(value, _shortened(ahead))
    return Derived(value, Sum(_terms(ahead) + _terms(behind, sign)))


def _shortened(term: Sum) -> Term:
    """Leave out the last term, which the next would cancel."""
    rest = term.terms[:-1]
    return rest[0][1] if len(rest) == 1 and rest[0][0] > 0 else Sum(rest)


def _terms(term: Term, sign: int = 1) -> tuple[tuple[int, Term], ...]:
    return term.terms if isinstance(term, Sum) and sign > 0 else ((sign, term),)


def _negated(term: Term) -> Term:
    """Negate; of a quotient rounded down whose numerator is negated, this is rounding up."""
    inner = _negative_of(term)
    if inner is not None:
        return inner
    if isinstance(term, Quotient) and term.rounding != "ceil":
        numerator = _negative_of(term.left)
        if numerator is not None:
            rounding = "ceil" if term.rounding == "floor" else "exact"
            return Quotient(numerator, term.right, rounding)
    return Sum(((-1, term),))


def _negative_of(term: Term) -> Term | None:
    """Give t where the term is written -t."""
    if isinstance(term, Sum) and len(term.terms) == 1 and term.terms[0][0] < 0:
        return term.terms[0][1]
    return None


def _product(left: int, right: int) -> Derived:
    if Leaf(0) in (term_of(left), term_of(right)):
        return Derived(0)
    factors = _factors_of(left) + _factors_of(right)
    term = factors[0] if len(factors) == 1 else Product(factors)
    return Derived(int(left) * int(right), term)


def _factors_of(value: int) -> tuple[Term, ...]:
    """List the factors; a plain 1 is the neutral value of a rule's field, and none of them."""
    if not isinstance(value, Derived):
        return () if value == 1 else (Leaf(int(value)),)
    return value.term.factors if isinstance(value.term, Product) else (value.term,)


def _quotient(left: int, right: int) -> Derived:
    value, rest = divmod(int(left), int(right))
    ahead, behind = term_of(left), term_of(right)
    if behind in (Leaf(1), SILENT_ONE):
        return Derived(value, ahead)
    return Derived(value, Quotient(ahead, behind, "floor" if rest else "exact"))


def _remainder(left: int, right: int) -> Derived:
    return Derived(int(left) % int(right), Remainder(term_of(left), term_of(right)))
