"""Terms: what an integer remembers of how it came about, and how that is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable


class Leaf(NamedTuple):
    """A number, or a letter that stands for it."""

    value: int
    letter: str = ""


class Sum(NamedTuple):
    """Terms, each with its sign: 1 or -1."""

    terms: tuple[tuple[int, Term], ...]


class Product(NamedTuple):
    """Factors. A product of none is a 1 that is never written beside others."""

    factors: tuple[Term, ...]


class Quotient(NamedTuple):
    """A division: `exact`, or rounded by `floor` or `ceil`."""

    left: Term
    right: Term
    rounding: str


class Remainder(NamedTuple):
    """What a division leaves."""

    left: Term
    right: Term


Term: TypeAlias = Leaf | Sum | Product | Quotient | Remainder

SILENT_ONE = Product(())


class Notation(NamedTuple):
    """The signs that an expression is written with."""

    number: Callable[[int], str]
    letter: Callable[[str], str]
    times: str
    minus: str
    modulo: str
    floor: tuple[str, str]
    ceil: tuple[str, str]
    at_least: str
    unknown: str


TEXT = Notation("{:,}".format, str, "·", "−", " mod ", ("⌊", "⌋"), ("⌈", "⌉"), "≥ ", "unknown")


def has_letters(term: Term) -> bool:
    """Tell whether a letter stands anywhere in an expression."""
    if isinstance(term, Leaf):
        return term.letter != ""
    return any(has_letters(part) for part in _parts(term))


def written(term: Term, notation: Notation = TEXT) -> str:
    """Write an expression, with the parentheses that it needs and no others."""
    if isinstance(term, Leaf):
        return notation.letter(term.letter) if term.letter else _number(term.value, notation)
    if isinstance(term, Sum):
        return _written_sum(term, notation)
    if isinstance(term, Product):
        return notation.times.join(_factor(part, notation) for part in term.factors) or "1"
    if isinstance(term, Remainder):
        left, right = _factor(term.left, notation), _divisor(term.right, notation)
        return f"{left}{notation.modulo}{right}"
    fraction = f"{_factor(term.left, notation)}/{_divisor(term.right, notation)}"
    if term.rounding == "exact":
        return fraction
    before, after = notation.floor if term.rounding == "floor" else notation.ceil
    return f"{before}{fraction}{after}"


def _written_sum(term: Sum, notation: Notation) -> str:
    texts = []
    for position, (sign, part) in enumerate(term.terms):
        first = not position and sign > 0
        bare = isinstance(part, Product | Quotient) or (
            isinstance(part, Leaf) and (first or part.value >= 0 or part.letter != "")
        )
        text = written(part, notation) if bare else f"({written(part, notation)})"
        between = " " if position else ""
        shown_sign = notation.minus if sign < 0 else "+" if position else ""
        texts.append(f"{between}{shown_sign}{between}{text}")
    return "".join(texts)


def _factor(term: Term, notation: Notation) -> str:
    negative = isinstance(term, Leaf) and term.value < 0 and not term.letter
    if negative or isinstance(term, Sum | Remainder):
        return f"({written(term, notation)})"
    return written(term, notation)


def _divisor(term: Term, notation: Notation) -> str:
    exact = isinstance(term, Quotient) and term.rounding == "exact"
    if exact or (isinstance(term, Product) and term.factors):
        return f"({written(term, notation)})"
    return _factor(term, notation)


def _number(value: int, notation: Notation) -> str:
    return notation.number(value) if value >= 0 else f"{notation.minus}{notation.number(-value)}"


def _parts(term: Term) -> tuple[Term, ...]:
    if isinstance(term, Sum):
        return tuple(part for _, part in term.terms)
    if isinstance(term, Product):
        return term.factors
    return () if isinstance(term, Leaf) else (term.left, term.right)
