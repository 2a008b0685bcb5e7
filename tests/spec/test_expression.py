"""The expression language: exact arithmetic, every operator, and everything it is not."""

from __future__ import annotations

import inspect
import operator
import sys
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archcalc import limits
from archcalc.errors import Reason
from archcalc.ops.given import bounded, extent
from archcalc.ops.op import Shape
from archcalc.referee.sweeps.integers import integers
from archcalc.spec.expression import Expression, settle, steps

if TYPE_CHECKING:
    from collections.abc import Callable

VARIABLES: dict[str, object] = {
    "k": 25,
    "half": Fraction(1, 2),
    "depths": (3, 4, 6, 3),
    "option": "B",
    "first": True,
    "rows": ((1, "a"), (2, "b")),
    "input": Shape(3, 224, 112).named(),
    "by_op": {"conv": {"macs": 7}},
}


def evaluate(text: str) -> object:
    return Expression(text).evaluate(VARIABLES)


def refusal(text: str) -> Reason:
    with pytest.raises(Reason) as caught:
        evaluate(text)
    return caught.value


VALUES = [
    # arithmetic is exact: no float anywhere
    ("ceil(2.2*k)", 55), ("0.1 + 0.2", Fraction(3, 10)), ("0.1 + 0.2 == 0.3", True),
    ("1e2", 100), ("1/3*3", 1), ("6/3", 2), ("7/2", Fraction(7, 2)), ("(110 - 2) / 6", 18),
    ("7//2", 3), ("-7//2", -4), ("7%4", 3), ("-7%4", 1), ("7.5 // 2", 3),
    ("7.5 % 2", Fraction(3, 2)),
    ("2 + 3*4", 14), ("(2 + 3)*4", 20), ("-k", -25), ("+k", 25), ("--k", 25), ("k - 1 - 1", 23),
    ("half*2", 1), ("12345678901234567890 * 98765432109876543210",
                     1219326311370217952237463801111263526900),
    # functions
    ("min(3, 1, 2)", 1), ("max(depths)", 6), ("floor(7/2)", 3), ("ceil(7/2)", 4),
    ("floor(-7/2)", -4), ("round(2.4)", 2), ("round(2.6)", 3), ("round(2.5)", 2),
    ("round(3.5)", 4), ("round(-2.5)", -2), ("round(7)", 7),
    ("len(depths)", 4), ("sum(depths)", 16), ("len('word')", 4), ("max(2.5, half)", Fraction(5, 2)),
    # the nearest multiple, of two the upper, and one at least
    ("divisible(32*1.4, 8)", 48), ("divisible(24*1.4, 8)", 32), ("divisible(16*0.35, 8)", 8),
    ("divisible(20, 8)", 24), ("divisible(44, 8)", 48), ("divisible(64, 8)", 64),
    ("divisible(2, 8)", 8), ("divisible(0.1, 8)", 8), ("divisible(0, 8)", 8),
    ("divisible(k, 1)", 25), ("divisible(k, 4)", 24), ("divisible(k, 10)", 30),
    # but never less than nine tenths: 8 is that of 80/9, and of 9 it would be 8.1
    ("divisible(80/9, 8)", 8), ("divisible(9, 8)", 16), ("divisible(11.2, 8)", 16),
    ("divisible(80/9 + 1/10000, 8)", 16), ("divisible(8.4, 8)", 8), ("divisible(19, 8)", 24),
    ("divisible(35, 8)", 32), ("divisible(35.6, 8)", 40), ("divisible(240*1.1, 8)", 264),
    # comparison, also chained
    ("k == 25", True), ("k != 25", False), ("k < 26", True), ("k <= 25", True), ("k > 25", False),
    ("k >= 25", True), ("1 < 2 < 3", True), ("1 < 3 < 2", False),
    ("1 < 0 < 1/0", False), ("2 > 1 > 0 > 5 > 1/0", False),
    ("1 < k < 30", True), ("1 < k < 25", False), ("option == 'B'", True),
    ("option in ['A', 'C']", False), ("option not in ['A', 'C']", True), ("3 in depths", True),
    ("'a' < 'b'", True), ("depths == [3, 4, 6, 3]", True), ("option == 3", False),
    # true is not 1
    ("first == false", False), ("first != false", True), ("[first] == [not first]", False),
    ("first == 1", False), ("first != 1", True), ("first == true", True), ("[first] == [1]", False),
    ("first in [1, 2]", False), ("1 in [first, 2]", False), ("first in [false, true]", True),
    ("'x' in 'convolution'", False), ("'con' in 'convolution'", True),
    # logic
    ("true", True), ("false", False), ("not first", False), ("first and k > 30", False),
    ("first or k > 30", True), ("not (first and false)", True), ("first and first and first", True),
    # `or` and `and` do not look further than they need to
    ("first or nothing", True), ("not first and nothing", False),
    ("2 if first else 1", 2), ("2 if not first else 1", 1), ("1 if first else nothing", 1),
    ("0 if not first else 1 if k > 30 else 2", 2),
    # indexing, lists, texts, attributes
    ("depths[0]", 3), ("depths[len(depths) - 1]", 3), ("rows[1][1]", "b"), ("'abc'[2]", "c"),
    ("[k, option]", (25, "B")), ("(1, 2)", (1, 2)), ("[]", ()), ("'con' + 'v'", "conv"),
    ('"quoted"', "quoted"), ("input.channels", 3), ("input.height // input.width", 2),
    ("by_op.conv.macs", 7), (" k ", 25),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text for text, _ in VALUES])
def test_values(text: str, value: object) -> None:
    found = evaluate(text)

    assert found == value
    assert type(found) is type(value)


@given(st.fractions(0, 10_000), st.integers(1, 64))
def test_what_shall_be_divisible_is_near_and_loses_a_tenth_at_most(x: Fraction, by: int) -> None:
    found = Expression("divisible(x, by)").evaluate({"x": x, "by": by})

    assert isinstance(found, int)
    assert found % by == 0
    assert found >= by
    assert found >= x * Fraction(9, 10)
    is_nearest = abs(found - x) <= Fraction(by, 2)
    assert is_nearest or found == by or found - by < x * Fraction(9, 10)


@given(
    st.integers(-(10**6), 10**6),
    st.integers(-(10**6), 10**6),
    st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", ">", ">="]),
)
def test_operators_are_those_of_exact_arithmetic(a: int, b: int, sign: str) -> None:
    assume(b != 0)
    exact: dict[str, Callable[[Fraction, Fraction], object]] = {
        "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
        "//": operator.floordiv, "%": operator.mod, "<": operator.lt, "<=": operator.le,
        "==": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge,
    }  # fmt: skip

    found = Expression(f"a {sign} b").evaluate({"a": a, "b": b})

    assert found == exact[sign](Fraction(a), Fraction(b))
    assert not isinstance(found, float)


NAMES = [
    ("1", set()), ("k + option", {"k", "option"}), ("input.channels", {"input", "input.channels"}),
    ("true and first", {"first"}), ("ceil(k)", {"k"}), ("[a, b[c]]", {"a", "b", "c"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_the_names_that_an_expression_reads(text: str, names: set[str]) -> None:
    assert Expression(text).names == names


def test_names_are_checked_before_anything_is_evaluated() -> None:
    assert Expression("k + input.width", {"k", "input"}).names
    with pytest.raises(Reason) as caught:
        Expression("depth[0]", {"depths", "k"})

    assert str(caught.value) == "nothing is called `depth` here"
    assert caught.value.hint == "did you mean `depths`?"


def test_settle_goes_into_lists() -> None:
    template = (1, Expression("k + 1"), ("word", Expression("depths")))

    assert settle(template, VARIABLES) == (1, 26, ("word", (3, 4, 6, 3)))
    assert settle("word", VARIABLES) == "word"


NESTED = ((1, 2), (3, (4, 5, 6)))


def test_the_items_of_lists_within_lists_are_counted() -> None:
    assert extent(NESTED) == 2 + 2 + 2 + 3
    with limits.raised(items=9):
        assert bounded(NESTED) == NESTED


@pytest.mark.parametrize("most", [8, 4, 2, 1])
def test_a_list_is_measured_until_it_is_too_long(most: int) -> None:
    with limits.raised(items=most), pytest.raises(Reason) as caught:
        bounded(NESTED)

    assert caught.value.message == f"a list of more than {most} items, lists within it counted"


WORDS = (
    "it has + - * / // %, comparisons, and or not, a if c else b, indexing, strings, "
    "min max floor ceil round len sum divisible staircase"
)
QUOTE = 'inside { } or [ ] quote an expression that has [ ] { } or , in it: "=depths[1]"'

BITS = "`--limit integer_bits=N` raises the bound of 1,024"
FIELDS = "this is no value by itself: say which of channels, height, width"
REFUSED = [
    # not expressions at all
    ("", "bad-expression", "`=` is not an expression", None),
    ("2 +", "bad-expression", "`=2 +` is not an expression", None),
    ("k = 3", "bad-expression", "`=k = 3` is not an expression", None),
    ("import os", "bad-expression", "`=import os` is not an expression", None),
    ("a\nb", "bad-expression", "`=a\nb` is not an expression", None),
    ("*depths", "bad-expression", "`=*depths` is not an expression", None),
    ("1j", "bad-expression", "`1j` cannot stand in an expression", None),
    ("0x10", "bad-expression", "`0x10` cannot stand in an expression", None),
    ("1_000", "bad-expression", "`1_000` cannot stand in an expression", None),
    ("2if first else 1", "bad-expression", "`2if` cannot stand in an expression", None),
    (r"'\d'", "bad-expression", r"`\` cannot stand in an expression", None),
    ("2*k # twice", "bad-expression", "`#` cannot stand in an expression", None),
    ("True", "bad-expression", "`True` is not part of the expression language", "write `true`"),
    ("k == False", "bad-expression", "`False` is not part of the expression language",
     "write `false`"),
    # what is no list and no number
    ("len(input)", "bad-expression", FIELDS, None),
    ("'height' in input", "bad-expression", FIELDS, None),
    ("input == 3", "bad-expression", FIELDS, None),
    ("sum('')", "bad-expression", "cannot take `sum` of an empty text", None),
    ("sum([depths], [])", "bad-expression", "cannot take `sum` of `[[3, 4, 6, 3]]`, `[]`", None),
    ("max(depths, depths)", "bad-expression",
     "cannot take `max` of `[3, 4, 6, 3]`, `[3, 4, 6, 3]`", None),
    ("max('a', 'b')", "bad-expression", "cannot take `max` of `a`, `b`", None),
    ("2 + # k", "bad-expression", "`#` cannot stand in an expression", None),
    ("depths[1", "bad-expression", "`=depths[1` is not an expression", QUOTE),
    ("min(1", "bad-expression", "`=min(1` is not an expression", QUOTE),
    # Python, but not the language
    *(
        (text, "bad-expression", f"`{part}` is not part of the expression language", WORDS)
        for text, part in [
            ("2**3", "2**3"), ("k << 2", "k << 2"), ("k @ k", "k @ k"), ("k | 1", "k | 1"),
            ("~k", "~k"), ("k is k", "k is k"), ("lambda: 1", "lambda: 1"), ("{1: 2}", "{1: 2}"),
            ("{1}", "{1}"), ("[x for x in depths]", "[x for x in depths]"),
            ("f'{k}'", "f'{k}'"), ("depths[1:2]", "depths[1:2]"), ("(x := 3)", "x := 3"),
            ("None", "None"), ("k + None", "None"), ("b'bytes'", "b'bytes'"),
            ("...", "..."), ("print(k)", "print(k)"), ("k(1)", "k(1)"),
            ("min(1, key=2)", "min(1, key=2)"), ("'a'.join(depths)", "'a'.join(depths)"),
            ("'a'.join", "'a'.join"), ("min(*depths)", "*depths"),
            ("__import__('os')", "__import__('os')"),
            ("input.__class__", "input.__class__"), ("input._fields", "input._fields"),
            ("1 + (yield 2)", "yield 2"), ("await k", "await k"), ("k.a[0].b", "k.a[0].b"),
        ]
    ),
    # names and their fields
    ("zebra", "unknown-name", "nothing is called `zebra` here", None),
    ("depth", "unknown-name", "nothing is called `depth` here", "did you mean `depths`?"),
    ("input.chanels", "unknown-name", "`input` has no `chanels`", "did you mean `channels`?"),
    ("k.real", "unknown-name", "`k` has no `real`", None),
    ("by_op.linear", "unknown-name", "`by_op` has no `linear`", None),
    # types
    ("k + option", "bad-expression", "cannot add `25` and `B`", None),
    ("option - 1", "bad-expression", "cannot subtract `B` and `1`", None),
    ("option * 3", "bad-expression", "cannot multiply `B` and `3`", None),
    ("depths * 2", "bad-expression", "cannot multiply `[3, 4, 6, 3]` and `2`", None),
    ("first + 1", "bad-expression", "cannot add true and `1`", None),
    ("1 / option", "bad-expression", "cannot divide `1` and `B`", None),
    ("option % 2", "bad-expression", "cannot take the remainder of `B` and `2`", None),
    ("-option", "bad-expression", "expected a number, not `B`", None),
    ("+option", "bad-expression", "expected a number, not `B`", None),
    ("k / 0", "bad-expression", "`25` divided by zero", None),
    ("k // 0", "bad-expression", "`25` divided by zero", None),
    ("k % 0", "bad-expression", "`25` divided by zero", None),
    ("k % (half - half)", "bad-expression", "`25` divided by zero", None),
    ("k < option", "bad-expression", "cannot compare `25` with `B`", None),
    ("depths < 3", "bad-expression", "cannot compare `[3, 4, 6, 3]` with `3`", None),
    ("3 in k", "bad-expression", "cannot compare `3` with `25`", None),
    ("1 in first", "bad-expression", "cannot compare `1` with true", None),
    ("first < 2", "bad-expression", "cannot compare true with `2`", None),
    ("1 <= first", "bad-expression", "cannot compare `1` with true", None),
    ("not k", "bad-expression", "expected true or false, not `25`", None),
    ("first and k", "bad-expression", "expected true or false, not `25`", None),
    ("false or option", "bad-expression", "expected true or false, not `B`", None),
    ("1 if k else 2", "bad-expression", "expected true or false, not `25`", None),
    ("k[0]", "bad-expression", "cannot take item `0` of `25`", None),
    ("depths['a']", "bad-expression", "cannot take item `a` of `[3, 4, 6, 3]`", None),
    ("depths[first]", "bad-expression", "cannot take item true of `[3, 4, 6, 3]`", None),
    ("depths[half]", "bad-expression", "cannot take item `0.5` of `[3, 4, 6, 3]`", None),
    ("depths[4]", "bad-expression", "`[3, 4, 6, 3]` has items 0 to 3, not `4`", None),
    ("depths[0 - 1]", "bad-expression", "`[3, 4, 6, 3]` has items 0 to 3, not `-1`", None),
    ("[][0]", "bad-expression", "`[]` has no items, not `0`", None),
    ("min()", "bad-expression", "cannot take `min` of nothing", None),
    ("min(1)", "bad-expression", "cannot take `min` of `1`", None),
    ("min(1, 'a')", "bad-expression", "cannot take `min` of `1`, `a`", None),
    ("max([])", "bad-expression", "cannot take `max` of `[]`", None),
    ("ceil('a')", "bad-expression", "cannot take `ceil` of `a`", None),
    ("ceil(1, 2)", "bad-expression", "cannot take `ceil` of `1`, `2`", None),
    ("floor(first)", "bad-expression", "cannot take `floor` of true", None),
    ("sum(['a'])", "bad-expression", "cannot take `sum` of `[a]`", None),
    ("sum([first, first])", "bad-expression", "cannot take `sum` of `[true, true]`", None),
    ("len(3)", "bad-expression", "cannot take `len` of `3`", None),
    ("round(1, 2)", "bad-expression", "cannot take `round` of `1`, `2`", None),
    ("divisible(20)", "bad-expression", "cannot take `divisible` of `20`", None),
    ("divisible(20, 8, 8)", "bad-expression", "cannot take `divisible` of `20`, `8`, `8`", None),
    ("divisible(20, 0)", "bad-expression", "cannot take `divisible` of `20`, `0`", None),
    ("divisible(20, half)", "bad-expression", "cannot take `divisible` of `20`, `0.5`", None),
    ("divisible(20, first)", "bad-expression", "cannot take `divisible` of `20`, true", None),
    ("divisible(depths, 8)", "bad-expression",
     "cannot take `divisible` of `[3, 4, 6, 3]`, `8`", None),
    # sizes
    ("1 " + "+ 1" * 400, "too-large", "an expression of 1,202 characters; 1,000 are the most",
     "`--limit expression_length=N` raises the bound of 1,000"),
    ("9" * 400, "too-large", "a number of 1,329 bits; a spec may have 1,024", BITS),
    ("k" + "*99999999" * 60, "too-large", "a number of 1,042 bits; a spec may have 1,024", BITS),
    ("1/" + "9" * 400, "too-large", "a number of 1,329 bits; a spec may have 1,024", BITS),
    ("1e400", "too-large", "a number of 1,329 bits; a spec may have 1,024", BITS),
    ("1e999999999", "wrong-type", "expected a number, not `1e999999999`", None),
    ("1e-999999999", "wrong-type", "expected a number, not `1e-999999999`", None),
    ("'" + "x" * 150 + "' + '" + "y" * 150 + "'", "too-large", "a text of 300 characters",
     "`--limit text_length=N` raises the bound of 200"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"), REFUSED, ids=[row[0][:30] for row in REFUSED]
)
def test_refused(text: str, code: str, message: str, hint: str | None) -> None:
    found = refusal(text)

    assert (found.code, found.message, found.hint) == (code, message, hint)


@pytest.mark.parametrize(
    "text", ["(" * 400 + "1" + ")" * 400, "-" * 900 + "1", "not " * 240 + "true", "1" + "+1" * 499]
)
def test_depth_never_crashes(text: str) -> None:
    try:
        found = evaluate(text)
    except Reason as reason:
        found = reason.code

    assert found in {1, 500, "bad-expression"}


def test_depth_that_only_the_evaluation_meets_is_told() -> None:
    expression = Expression("-" * 90 + "1")

    def evaluate_below(frames: int) -> object:
        return evaluate_below(frames - 1) if frames else expression.evaluate({})

    free = sys.getrecursionlimit() - len(inspect.stack(0))
    with pytest.raises(Reason) as caught:
        evaluate_below(free - 60)

    assert caught.value.message == f"`={'-' * 57}...` is nested too deeply"


@given(st.text("k1.+-*/%()[], '=<>notadrif", max_size=30))
def test_any_text_is_a_value_or_a_reason(text: str) -> None:
    try:
        found = evaluate(text)
    except Reason as reason:
        found = reason.message

    assert isinstance(found, int | str | Fraction | tuple)


def test_numbers_that_stand_for_several_take_the_steps_of_one() -> None:
    long = Expression(" + ".join(["p"] * 20))

    assert steps(long, {"p": integers([3, 4])}) == steps(long, {"p": 3})
