"""Rules read on arrays: many variants at once count what each counts by itself, all of it."""

from __future__ import annotations

import operator
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.errors import Reason
from archcalc.referee.sweeps import together
from archcalc.referee.sweeps.axis import read_vary
from archcalc.referee.sweeps.integers import Many, Parting, Truths, integers, listed
from archcalc.referee.sweeps.measures import MEASURES
from archcalc.referee.sweeps.plan import Plan
from archcalc.referee.sweeps.ratios import Ratio, ratios
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.subject import Subject
from archcalc.referee.sweeps.together import count_together
from archcalc.spec.expression import Expression, steps
from tests.referee.families import FAMILIES, plans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NUMBERS = st.one_of(
    st.integers(-9, 9),
    st.integers(-(2**33), 2**33),
    st.sampled_from([s * (2**b + d) for s in (1, -1) for b in (31, 62, 63) for d in (-1, 0, 1)]),
    st.integers(-(2**80), 2**80),
)
FRACTIONS = st.fractions(max_denominator=1000)
INTEGERS = [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod]
EXACTLY = [operator.add, operator.sub, operator.mul, operator.truediv]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def of(value: object, many: int) -> list[object]:
    """List what a number of any kind stands for."""
    if isinstance(value, Truths):
        return [*value.array]
    if isinstance(value, Many):
        assert value.most >= max(map(abs, value.array.tolist()))
        return [*value.array.tolist()]
    if isinstance(value, Ratio):
        pairs = zip(listed(value.numerator, many), listed(value.denominator, many), strict=True)
        return [Fraction(*pair) for pair in pairs]
    return [value] * many


def outcome(act: Callable[..., object], *values: object) -> object:
    """Tell what comes of it: a division by zero, or that some divide by zero and some do not."""
    try:
        return act(*values)
    except (ZeroDivisionError, Parting) as raised:
        return type(raised)


def compare(act: Callable[..., Any], pairs: Sequence[tuple[Any, Any]], both: Sequence[Any]) -> None:
    """Act on many at once and on each; where only some divide by zero they are to be parted."""
    expected = [outcome(act, *pair) for pair in pairs]
    found = of(outcome(act, *both), len(pairs))
    if ZeroDivisionError in expected and set(expected) != {ZeroDivisionError}:
        assert set(found) == {Parting}
    else:
        assert found == expected


@settings(max_examples=40)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6))
@pytest.mark.parametrize("act", [*INTEGERS, *COMPARISONS])
def test_arithmetic_of_many_integers(act: Callable[..., Any], pairs: list[tuple[int, int]]) -> None:
    left, right = integers([a for a, _ in pairs]), integers([b for _, b in pairs])
    compare(act, pairs, (left, right))
    compare(act, [(a, pairs[0][1]) for a, _ in pairs], (left, pairs[0][1]))
    compare(act, [(pairs[0][0], b) for _, b in pairs], (pairs[0][0], right))


@settings(max_examples=40)
@given(st.lists(st.tuples(FRACTIONS, FRACTIONS | st.integers(-50, 50)), min_size=1, max_size=6))
@pytest.mark.parametrize("act", [*EXACTLY, operator.floordiv, operator.mod, *COMPARISONS])
def test_arithmetic_of_many_fractions(
    act: Callable[..., Any], pairs: list[tuple[Fraction, Fraction | int]]
) -> None:
    pairs = [(a, b if isinstance(pairs[0][1], int) else Fraction(b)) for a, b in pairs]
    if isinstance(pairs[0][1], int):
        pairs = [(a, floor(b)) for a, b in pairs]
        right: object = integers([floor(b) for _, b in pairs])
    else:
        right = ratios([Fraction(b) for _, b in pairs])
    left = ratios([a for a, _ in pairs])
    compare(act, pairs, (left, right))
    compare(act, [(b, a) for a, b in pairs], (right, left))
    compare(act, [(a, pairs[0][1]) for a, _ in pairs], (left, pairs[0][1]))


@given(st.lists(FRACTIONS, min_size=1, max_size=6))
def test_rounding_of_many_fractions(values: list[Fraction]) -> None:
    for act in (floor, ceil, round):
        assert of(act(ratios(values)), len(values)) == list(map(act, values))


@given(st.lists(NUMBERS, min_size=2, max_size=5, unique=True))
def test_what_needs_one_number_is_parted(values: list[int]) -> None:
    many = integers(values)
    for act in (operator.index, int, str, range):
        with pytest.raises(Parting) as raised:
            act(many)
        assert raised.value.labels.tolist() == values


def test_what_is_alike_is_found_where_it_was_kept() -> None:
    kept = {(integers([1, 2]), 3): "kept"}
    assert kept[integers([1, 2]), 3] == "kept"
    assert (integers([1, 3]), 3) not in kept
    assert hash(integers([1, 2**70])) == hash(integers([1, 2**70]))


def test_products_beyond_the_machine_are_exact() -> None:
    """(2^40 - 1)^3, which no int64 holds."""
    many = integers([2**40 - 1, 3])
    assert isinstance(many, Many)
    assert (many * many * many).array.tolist() == [(2**40 - 1) ** 3, 27]
    assert (many * many // many).array.tolist() == [2**40 - 1, 3]


def plan(network: str, vary: str, draws: int | None = None) -> Plan:
    space = Space((read_vary(vary),), draws)
    return Plan(Subject(archcalc.load(network)), space, MEASURES)


@pytest.mark.parametrize(
    ("network", "vary"),
    [
        ("wrn-28-10", "k=2..64"),
        ("densenet121", "growth=12..48..4"),
        ("densenet121", "compression=0.5..0.75..0.02"),
        ("mobilenet-v1", "width=0.25..0.95..0.05"),
        ("vit-b-16", "width=192..960..12"),
        ("lstm-medium", "units=100..1500..100"),
        ("resnet50", "input=256..512..32"),
        ("wrn-28-10", f"k={10**30}..{10**31}..{10**30}"),
    ],
)
def test_one_structure_is_counted_once(
    monkeypatch: pytest.MonkeyPatch, network: str, vary: str
) -> None:
    asked = plan(network, vary)
    numbers = range(asked.space.size)
    expected = [asked.one(number) for number in numbers]
    monkeypatch.setattr(Plan, "one", lambda _, number: pytest.fail(f"{number} by itself"))
    assert count_together(asked, numbers) == expected
    assert not any(one.error for one in expected)


def test_what_fails_says_so_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "FEW", 1)
    asked = plan("lenet5", "input=8..64")
    found = count_together(asked, range(57))
    assert found == [asked.one(number) for number in range(57)]
    assert {one.values["input"] for one in found if one.error} == {*range(8, 32)}


def test_fractions_take_as_many_steps_together() -> None:
    """A long expression takes more steps where it reads a fraction."""
    expression = Expression("divisible(width * 64, 8) + divisible(width * 128, 8) + 1")
    for width in (Fraction(1, 3), Fraction(5, 7)):
        both = steps(expression, {"width": ratios([width, width + 1])})
        assert both == steps(expression, {"width": width}) > steps(expression, {"width": 3})


@pytest.mark.parametrize(("family", "network"), FAMILIES)
def test_every_quantity_of_every_family(
    monkeypatch: pytest.MonkeyPatch, family: str, network: str
) -> None:
    _compare_all(monkeypatch, network, 3)
    assert family


@pytest.mark.peers
@pytest.mark.parametrize(("family", "network"), FAMILIES)
def test_every_quantity_of_many_variants(
    monkeypatch: pytest.MonkeyPatch, family: str, network: str
) -> None:
    """Some 10,000 variants in all."""
    _compare_all(monkeypatch, network, 64)
    assert family


def _compare_all(monkeypatch: pytest.MonkeyPatch, network: str, draws: int) -> None:
    monkeypatch.setattr(together, "FEW", 2)
    for asked in plans(network, draws):
        numbers = range(asked.space.size)
        try:
            expected = [asked.one(number) for number in numbers]
        except Reason as reason:
            pytest.fail(str(reason))
        assert count_together(asked, numbers) == expected
