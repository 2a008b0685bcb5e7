"""The readers of fields: every form that they take, and what they say to any other."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc import limits, ops
from archcalc.errors import Reason
from archcalc.ops.declarations import DECLARATIONS, read
from archcalc.ops.fields import integer, plain, shown, within_bits, written

LONG = "9" * 257

TAKEN = [
    ("Count", "6", 6), ("Count", "010", 10), ("Count", "+4", 4), ("Count", 7, 7),
    ("Count", str(2**200), 2**200), ("Count", "9" * 256, 10**256 - 1),
    ("Count | None", "none", None), ("Count | None", None, None), ("Count | None", "3", 3),
    ("Size", "3", (3,)), ("Size", 3, (3,)), ("Size", "1x7", (1, 7)), ("Size", "1×7", (1, 7)),
    ("Size", ["1", "7"], (1, 7)), ("Size", (1, 7), (1, 7)), ("Size", "010", (10,)),
    ("Size", "1x2x2", (1, 2, 2)), ("Size", ["3"], (3,)), ("Size", ["3", "1", "2"], (3, 1, 2)),
    ("Size | None", "none", None), ("Size | None", "2", (2,)), ("Outputs", "4x7x7", (4, 7, 7)),
    ("Padding", "1", (1, 1)), ("Padding", 0, (0, 0)), ("Padding", "0x3", (0, 0, 3, 3)),
    ("Padding", "0x3x2", (0, 0, 3, 3, 2, 2)), ("Padding", list("123456"), (1, 2, 3, 4, 5, 6)),
    ("Padding", ["2", "1"], (2, 1)), ("Padding", ["1", "2", "3", "4"], (1, 2, 3, 4)),
    ("Padding", (1, 2, 3, 4), (1, 2, 3, 4)), ("Padding", "half", "half"),
    ("Padding", "same", "same"),
    ("Bias", "true", True), ("Bias", "false", False), ("Bias", True, True),
    ("Bias", "untied", "untied"),
    ("Table", [["0"], ["1", "0"]], ((0,), (1, 0))), ("Table", ((0, 2),), ((0, 2),)),
    ("Table | None", "none", None),
    ("Number", "0.5", Fraction(1, 2)), ("Number", "1e-5", Fraction(1, 100_000)),
    ("Number", ".25", Fraction(1, 4)), ("Number", "-2.", Fraction(-2)),
    ("Number", "3", Fraction(3)), ("Number", 3, Fraction(3)),
    ("Number", Fraction(1, 3), Fraction(1, 3)),
    ("Positive", "1e-5", Fraction(1, 100_000)), ("Rate", "0", Fraction(0)),
    ("Rate", "0.999", Fraction(999, 1000)), ("Factor", "-2", Fraction(-2)),
    ("bool", "true", True), ("bool", "false", False), ("bool", False, False),
    ("bool", "True", True), ("bool", "FALSE", False),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "value", "expected"), TAKEN)
def test_taken(declared: str, value: object, expected: object) -> None:
    found = read(declared, value)

    assert found == expected
    assert type(found) is type(expected)


COUNT = "expected a whole number, 1 or more, not"
CELLS = "expected a whole number, 0 or more, not"
SIZE = "expected a size such as 3 or 1x7 (height x width), not"
PADDING = (
    "expected a padding: 1, 0x3 (height x width), [before, after], "
    "[top, bottom, left, right], half or same, not"
)
TRUTH = "expected true or false, not"
NUMBER = "expected a number, not"
TABLE = "expected a list with, for each output map, the list of its input maps, not"

REFUSED = [
    ("Count", "0", f"{COUNT} `0`"),
    ("Count", "-3", f"{COUNT} `-3`"),
    ("Count", "six", f"{COUNT} `six`"),
    ("Count", "6.0", f"{COUNT} `6.0`"),
    ("Count", "1e3", f"{COUNT} `1e3`"),
    ("Count", "0x10", f"{COUNT} `0x10`"),
    ("Count", "1_000", f"{COUNT} `1_000`"),
    ("Count", "٣", f"{COUNT} `٣`"),
    ("Count", "", f"{COUNT} an empty text"),
    ("Count", None, f"{COUNT} nothing"),
    ("Count", True, f"{COUNT} true"),
    ("Count", Fraction(5, 2), f"{COUNT} `2.5`"),
    ("Count", ["6"], f"{COUNT} `[6]`"),
    ("Count", LONG, f"{COUNT} `{'9' * 57}...`"),
    ("Size", "0", f"{SIZE} `0`"),
    ("Size", "3x0", f"{SIZE} `3x0`"),
    ("Size", "3x3x3x3", f"{SIZE} `3x3x3x3`"),
    ("Size", [], f"{SIZE} `[]`"),
    ("Size", True, f"{SIZE} true"),
    ("Size", "3 by 3", f"{SIZE} `3 by 3`"),
    ("Size", "half", f"{SIZE} `half`"),
    ("Padding", "-1", f"{PADDING} `-1`"),
    ("Padding", "full", f"{PADDING} `full`"),
    ("Padding", ["1", "2", "3"], f"{PADDING} `[1, 2, 3]`"),
    ("Padding", ["1", "-1"], f"{CELLS} `-1`"),
    ("Padding", ["1", "x"], f"{CELLS} `x`"),
    ("Padding", None, f"{PADDING} nothing"),
    ("Bias", "on", f"{TRUTH} `on`"),
    ("Bias", "1", f"{TRUTH} `1`"),
    ("bool", "yes", f"{TRUTH} `yes`"),
    ("bool", "tRUE", f"{TRUTH} `tRUE`"),
    ("bool", 1, f"{TRUTH} `1`"),
    ("bool", "untied", f"{TRUTH} `untied`"),
    ("Number", "half", f"{NUMBER} `half`"),
    ("Number", "1e9999", f"{NUMBER} `1e9999`"),
    ("Number", "nan", f"{NUMBER} `nan`"),
    ("Number", True, f"{NUMBER} true"),
    ("Number", None, f"{NUMBER} nothing"),
    ("Positive", "0", "expected a number above 0, not `0`"),
    ("Positive", "-1e-5", "expected a number above 0, not `-1e-5`"),
    ("Rate", "1", "expected a number from 0 to below 1, not `1`"),
    ("Rate", "-0.1", "expected a number from 0 to below 1, not `-0.1`"),
    ("Factor", "0.0", "expected a number other than 0, not `0.0`"),
    ("Table", "3", f"{TABLE} `3`"),
    ("Table", [], f"{TABLE} `[]`"),
    ("Table", [["0"], []], "expected the list of input maps of output map 1, not `[]`"),
    ("Table", ["0", "1"], "expected the list of input maps of output map 0, not `0`"),
    ("Table", [["-1"]], f"{CELLS} `-1`"),
    ("Table", [["a"]], f"{CELLS} `a`"),
    ("Table", [["0"], ["2", "1", "2"]], "output map 1 names an input map twice: [2, 1, 2]"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "value", "message"), REFUSED)
def test_refused(declared: str, value: object, message: str) -> None:
    with pytest.raises(Reason) as caught:
        read(declared, value)

    assert caught.value.message == message


def test_every_field_of_every_op_has_a_reader() -> None:
    for op in filter(lambda op: not ops.is_join(op), ops.names()):
        for declared in ops.field_types(op).values():
            assert declared.removesuffix(" | None") in DECLARATIONS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("010", 10), ("-3", -3), ("0.5", Fraction(1, 2)), ("1e-3", Fraction(1, 1000)),
        ("true", True), ("false", False), ("on", "on"), ("yes", "yes"), ("True", True),
        ("TRUE", True), ("False", False), ("FALSE", False), ("tRUE", "tRUE"),
        ("1x7", "1x7"), ("0x10", "0x10"), ("3:30", "3:30"), ("1_000", "1_000"), ("3a", "3a"),
        (".inf", ".inf"), ("2024-01-01", "2024-01-01"), ("null", "null"), ("", ""),
    ],
)  # fmt: skip
def test_a_value_without_a_declared_type(text: str, value: object) -> None:
    found = plain(text)

    assert found == value
    assert type(found) is type(value)


@given(st.integers(-(10**30), 10**30))
def test_integers_of_any_size_are_read_exactly(value: int) -> None:
    assert integer(str(value)) == integer(value) == plain(str(value)) == value


@given(st.decimals(-1000, 1000, places=6))
def test_decimals_are_read_exactly(value: object) -> None:
    assert read("Number", f"{value:f}") == Fraction(str(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        ("", "an empty text"),
        (5, "`5`"),
        (Fraction(5, 2), "`2.5`"),
        ("word", "`word`"),
        ((1, (2, "b"), True), "`[1, [2, b], true]`"),
        (tuple(range(20)), "`[0, 1, 2, 3, 4, 5, 6, 7, ...]`"),
        ("x" * 100, f"`{'x' * 57}...`"),
        (2**2000, "a number of 2,001 bits"),
    ],
)
def test_values_in_messages(value: object, text: str) -> None:
    assert shown(value) == text


WRITTEN = [
    (Fraction(401, 2), "200.5"), (Fraction(-1, 8), "-0.125"), (Fraction(1, 3), "1/3"),
    (Fraction(10**400, 3), f"{10**400}/3"), (Fraction(2 * 10**20 + 1, 2), f"{2 * 10**20 + 1}/2"),
    ((True, (Fraction(3, 4), "half")), "[true, [0.75, half]]"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), WRITTEN, ids=[text[:20] for _, text in WRITTEN])
def test_values_as_a_spec_has_them(value: object, text: str) -> None:
    assert written(value) == text


def test_a_whole_number_is_asked_for() -> None:
    with pytest.raises(Reason) as caught:
        integer("seven")

    assert caught.value.message == "expected a whole number, not `seven`"


def test_the_largest_number_that_is_within_the_bound() -> None:
    with limits.raised(integer_bits=8):
        within_bits(255)
        within_bits(Fraction(-255, 254))
        with pytest.raises(Reason) as caught:
            within_bits(Fraction(1, 256))

    assert caught.value.message == "a number of 9 bits; a spec may have 8"
