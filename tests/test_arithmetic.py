"""Integers that remember their expression: what they print evaluates to what they are."""

from __future__ import annotations

import copy
import operator
import pickle
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.arithmetic import Derived, alike, known
from archcalc.notation import SILENT_ONE, Leaf, written

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "neg": lambda left, _: -left,
    "known": lambda left, _: known(left),
}


@st.composite
def expressions(draw: st.DrawFn) -> int:
    """Combine small integers, remembered and plain ones, step by step in any order."""
    values: list[int] = draw(st.lists(st.integers(-9, 9), min_size=1, max_size=5))
    values += [Derived(number) for number in draw(st.lists(st.integers(-9, 9), max_size=5))]
    for _ in range(draw(st.integers(0, 8))):
        left, right = draw(st.sampled_from(values)), draw(st.sampled_from(values))
        sign = draw(st.sampled_from(sorted(SIGNS)))
        if right or sign not in ("//", "%"):
            values.append(SIGNS[sign](left, right))
    return values[-1]


@given(value=expressions())
def test_what_is_printed_evaluates_to_the_value(value: int, evaluate: Callable[[str], int]) -> None:
    derived = value if isinstance(value, Derived) else Derived(value)
    assert evaluate(derived.expression) == derived


@given(expressions(), expressions())
def test_arithmetic_is_that_of_integers(left: int, right: int) -> None:
    plain, other = int(left), int(right)
    assert left + right == plain + other
    assert left - right == plain - other
    assert left * right == plain * other
    if other:
        assert (left // right, left % right) == divmod(plain, other)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Derived(3) - (Derived(4) + 5), "3 − (4 + 5)"),
        (Derived(3) - Derived(4) + 5, "3 − 4 + 5"),
        (Derived(16) * (Derived(5) * 5 * 6 + 1), "16·(5·5·6 + 1)"),
        (Derived(5) * (Derived(96) // Derived(2)), "5·96/2"),
        (Derived(223) // Derived(2) + 1, "⌊223/2⌋ + 1"),
        (Derived(7) // (Derived(2) * 2), "⌊7/(2·2)⌋"),
        (Derived(12) // (Derived(9) // Derived(3)), "12/(9/3)"),
        (-(-Derived(213) // Derived(4)), "⌈213/4⌉"),
        (-(-Derived(8) // Derived(4)), "8/4"),
        (-(Derived(7) // Derived(2)), "−⌊7/2⌋"),
        (Derived(7) % 4 * 2, "(7 mod 4)·2"),
        (Derived(-5) - Derived(4), "−5 − 4"),
        (Derived(4) + Derived(-5), "4 + (−5)"),
        (Derived(-5) * 2, "(−5)·2"),
        (1234567 * Derived(2), "1,234,567·2"),
        (2 - Derived(1), "2 − 1"),
        (7 // Derived(2), "⌊7/2⌋"),
        (7 % Derived(2), "7 mod 2"),
    ],
)
def test_parentheses_stand_where_they_are_needed(value: Derived, printed: str) -> None:
    assert value.expression == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Derived(6) + 0, "6"),
        (0 + Derived(6), "6"),
        (Derived(6) - 0, "6"),
        (0 - Derived(6), "−6"),
        (Derived(6) * 5 + Derived(0) * 3, "6·5"),
        (Derived(14) // 1, "14"),
        (Derived(14) * 1, "14"),
        (Derived(14) * Derived(1), "14·1"),
        (Derived(120) * Derived(1, SILENT_ONE) + 1, "120 + 1"),
        (Derived(1, SILENT_ONE) * 1, "1"),
        (Derived(7) - 1 + 1, "7"),
        (Derived(7) + 2 - 1 + 1, "7 + 2"),
        (0 - (0 - Derived(7)), "7"),
    ],
)
def test_noise_is_dropped(value: Derived, printed: str) -> None:
    assert value.expression == printed


def test_a_sum_of_figures_starts_without_a_zero() -> None:
    total = sum([Derived(156), Derived(12)])
    assert isinstance(total, Derived)
    assert total.expression == "156 + 12"


def test_what_is_known_is_not_derived_again() -> None:
    parameters = Derived(6) * (Derived(25) + 1)
    assert (known(parameters) * Derived(28)).expression == "156·28"
    assert known(156) == 156
    assert type(known(156)) is int


def test_in_letters_nothing_is_known_yet() -> None:
    filters = Derived(6, Leaf(6, "filters"))
    assert known(filters + 1).expression == "filters + 1"  # type: ignore[attr-defined]


def test_a_letter_is_never_noise() -> None:
    nothing, one = Derived(0, Leaf(0, "p")), Derived(1, Leaf(1, "s"))
    assert ((Derived(5) + nothing) // one).expression == "(5 + p)/s"
    assert (nothing * 5).expression == "p·5"


def test_a_constant_follows_the_arithmetic_around_it() -> None:
    assert type(alike(1, 6)) is int
    assert (alike(1, Derived(6)) + 1).expression == "1 + 1"  # type: ignore[attr-defined]


def test_other_numbers_are_none_of_its_business() -> None:
    assert Derived(3) * 0.5 == 1.5
    with pytest.raises(TypeError, match="unsupported operand"):
        Derived(3) + "1"
    with pytest.raises(ZeroDivisionError):
        Derived(3) // 0


def test_copies_remember_too() -> None:
    value = Derived(6) * (Derived(25) + 1)
    for copied in (copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301
        assert (copied, copied.expression) == (156, "6·(25 + 1)")


def test_a_thousand_terms_are_written_without_recursion(evaluate: Callable[[str], int]) -> None:
    total = sum(map(Derived, range(1, 3001)))
    assert isinstance(total, Derived)
    assert written(total.term).count(" + ") == 2999
    assert evaluate(total.expression) == 3000 * 3001 // 2
