"""`staircase`: widths on a line, rounded to powers, by hand and against the paper's logarithms."""

from __future__ import annotations

from itertools import groupby
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.errors import Reason
from archcalc.spec.expression import Expression, steps


def stairs(text: str) -> object:
    return Expression(f"staircase({text})").evaluate({})


def test_by_hand() -> None:
    """The middle of 10 and 20 is 14.1, of 20 and 40 28.3, of 40 and 80 56.6."""
    assert stairs("8, 10, 10, 2, 1") == ((1, 1, 3, 3), (10, 20, 40, 80))  # 10; 20; 30, 40, 50; 60..
    assert stairs("7, 20, 10, 2, 1") == ((1, 3, 3), (20, 40, 80))
    assert stairs("7, 20, 10, 2, 8") == ((1, 3, 3), (16, 40, 80))  # 20 is 2.5 times 8: to even, 2
    assert stairs("3, 20, 0, 2, 8") == ((3,), (16,))


def test_a_block_in_the_middle_of_two_steps_goes_to_the_even_one() -> None:
    """Of 16 and 36, a factor of 2.25, the middle is 24; of 36 and 81 it is 54."""
    assert stairs("4, 16, 8, 2.25, 1") == ((2, 2), (16, 36))  # 16 and 24, 32 and 40
    assert stairs("3, 16, 19, 2.25, 1") == ((1, 1, 1), (16, 36, 81))  # 35, and 54 above the middle


@given(
    st.integers(1, 40), st.integers(1, 16), st.integers(80, 1200), st.integers(1500, 3000)
)  # w0 by 8, wa by tenths, wm by thousandths
def test_it_is_what_the_equations_say(blocks: int, w0: int, wa: int, wm: int) -> None:
    """Equations 2 to 4 of Radosavovic et al. 2020 in floating point, which has no exact halves."""
    line = [8 * w0 + wa / 10 * j for j in range(blocks)]
    steps = [log(u / (8 * w0)) / (log(wm / 1000)) for u in line]
    if any(abs(step % 1 - 0.5) < 1e-9 for step in steps):
        return
    stages = [(step, len([*js])) for step, js in groupby(map(round, steps))]
    widths = [round(w0 * (wm / 1000) ** step) * 8 for step, _ in stages]
    proper = [step for step, _ in stages] == [*range(len(stages))]
    text = f"{blocks}, {8 * w0}, {wa}/10, {wm}/1000, 8"
    if proper and len({*widths}) == len(widths):
        assert stairs(text) == (tuple(n for _, n in stages), tuple(widths))
    else:
        with pytest.raises(Reason):
            stairs(text)


HINT = "blocks, a width to start with, what a block adds, a factor above 1, a multiple"


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("5, 16, 64, 1.5, 8", "step 1 of this staircase has no block", None),
        ("9, 8, 1, 1.1, 8", "step 1 of this staircase has the width of the step before, 8", None),
        ("0, 8, 8, 2, 8", "cannot take `staircase` of `0`, `8`, `8`, `2`, `8`", HINT),
        ("4.5, 8, 8, 2, 8", "cannot take `staircase` of `4.5`, `8`, `8`, `2`, `8`", HINT),
        ("4, 0, 8, 2, 8", "cannot take `staircase` of `4`, `0`, `8`, `2`, `8`", HINT),
        ("4, 8, -1, 2, 8", "cannot take `staircase` of `4`, `8`, `-1`, `2`, `8`", HINT),
        ("4, 8, 8, 1, 8", "cannot take `staircase` of `4`, `8`, `8`, `1`, `8`", HINT),
        ("4, 8, 8, 2, 0", "cannot take `staircase` of `4`, `8`, `8`, `2`, `0`", HINT),
        ("4, 8, 8, 2", "cannot take `staircase` of `4`, `8`, `8`, `2`", None),
        ("4, 8, 8, 'two', 8", "cannot take `staircase` of `4`, `8`, `8`, `two`, `8`", None),
    ],
)
def test_what_is_no_staircase(text: str, said: str, hint: str | None) -> None:
    with pytest.raises(Reason) as raised:
        stairs(text)
    assert (raised.value.code, raised.value.message, raised.value.hint) == (
        "bad-expression", said, hint,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        (
            "150001, 8, 0.001, 2, 8", "a staircase of `150001` blocks",
            "`--limit layers=N` raises the bound of 150,000",
        ),
        ("150000, 9000, 1, 1.01, 1", "a staircase of more than 32 steps", None),
        (
            f"9, {10**300}, 1, 1 + 1/{10**300}, 1", "a number of 1,994 bits; a spec may have 1,024",
            "`--limit integer_bits=N` raises the bound of 1,024",
        ),
    ],
)  # fmt: skip
def test_what_is_too_much(text: str, said: str, hint: str | None) -> None:
    with pytest.raises(Reason) as raised:
        stairs(text)
    assert (raised.value.code, raised.value.message, raised.value.hint) == ("too-large", said, hint)


def test_many_blocks_are_not_looked_at_one_by_one() -> None:
    expression = Expression("staircase(150000, 8, 0.001, 2, 8)")
    found = expression.evaluate({})
    assert isinstance(found, tuple)
    assert sum(found[0]) == 150_000
    assert steps(expression, {}) == 203
