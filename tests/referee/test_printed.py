"""Printed figures: which digits they show, and how exact values agree with them, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.errors import Reason
from archcalc.ops.op import Shape
from archcalc.referee.published.printed import MEETS, Agreement, last_place, read, unit_of
from tests.exactly import exactly

EQUAL, ROUNDED, CUT_OFF = Agreement.EQUAL, Agreement.ROUNDED, Agreement.CUT_OFF
WITHIN, DIFFERS = Agreement.WITHIN, Agreement.DIFFERS

READINGS = [
    # printed                  unit    number             worth of the last digit
    ("156", 1, Fraction(156), Fraction(1)),
    ("122,304", 1, Fraction(122_304), Fraction(1)),
    ("60840", 1, Fraction(60_840), Fraction(10)),
    ("about 2600", 1, Fraction(2_600), Fraction(100)),
    ("about 100,000", 1, Fraction(100_000), Fraction(100_000)),
    ("650,000", 1, Fraction(650_000), Fraction(10_000)),
    ("0", 1, Fraction(0), Fraction(1)),
    ("20", 10**6, Fraction(20), Fraction(1)),
    ("1000K", 1024, Fraction(1_000), Fraction(1)),
    ("60 million", 10**6, Fraction(60), Fraction(1)),
    ("5 billion", 10**9, Fraction(5), Fraction(1)),
    ("2.7K", 1024, Fraction(27, 10), Fraction(1, 10)),
    ("34M", 10**6, Fraction(34), Fraction(1)),
    ("25.90", 2**20, Fraction(259, 10), Fraction(1, 100)),
    ("1,234.5", 1, Fraction(2469, 2), Fraction(1, 10)),
    ("about 2.5", 1, Fraction(5, 2), Fraction(1, 10)),
    ("12x fewer than AlexNet", 1, Fraction(12), Fraction(1)),
    ("1.0", 10**6, Fraction(1), Fraction(1, 10)),
]


@pytest.mark.parametrize(("text", "unit", "number", "step"), READINGS)
def test_a_text_is_read_to_its_last_digit(
    text: str, unit: int, number: Fraction, step: Fraction
) -> None:
    printed = read(text, unit)

    assert (printed.number, printed.step, printed.bound, printed.shape) == (number, step, "", ())


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("less than 25 million", "<"),
        ("under 25 million", "<"),
        ("more than 25 million", ">"),
        ("over 25 million", ">"),
        ("25 million", ""),
        ("25 million more than before", ""),
    ],
)
def test_a_bound_is_said_before_its_number(text: str, bound: str) -> None:
    assert read(text, 10**6).bound == bound


def test_shapes_are_height_width_channels() -> None:
    assert read("28x28x6").shape == (28, 28, 6)
    assert read("7x5").shape == (7, 5)


AGREEMENTS = [
    # exact            printed                 unit    agreement  because
    (156, "156", 1, EQUAL),
    (157, "156", 1, DIFFERS),  # nothing of a last digit can be rounded away
    (60_965_224, "60 million", 10**6, CUT_OFF),  # 60.97 rounds to 61
    (59_500_000, "60 million", 10**6, ROUNDED),  # half up
    (59_499_999, "60 million", 10**6, DIFFERS),
    (60_499_999, "60 million", 10**6, ROUNDED),  # 60 both ways: rounded is the plainer reading
    (60_500_000, "60 million", 10**6, CUT_OFF),  # half up gives 61
    (61_000_000, "60 million", 10**6, DIFFERS),
    (60_000_000, "60 million", 10**6, EQUAL),
    (659_272, "650,000", 1, CUT_OFF),  # 65.9 ten thousands
    (654_999, "650,000", 1, ROUNDED),
    (2_578, "about 2600", 1, ROUNDED),  # 25.78 hundreds
    (98_442, "about 100,000", 1, ROUNDED),  # 0.98 of one hundred thousand
    (163_328, "159K", 1024, CUT_OFF),  # 159.5: half up gives 160
    (114_688, "112K", 1024, EQUAL),
    (388_096, "380K", 1024, DIFFERS),  # 379.0
    (2_712, "2.7K", 1000, ROUNDED),
    (9_408, "2.7K", 1024, DIFFERS),
    (3_857_973_248, "3.8", 10**9, CUT_OFF),
    (3_644_493_824, "3.6", 10**9, ROUNDED),
    (3_359_843_328, "3.36", 10**9, ROUNDED),
    (20_013_928, "20", 10**6, ROUNDED),
    (19_421_274, "20", 10**6, DIFFERS),  # 19: two digits are printed, not one
    (23_834_568, "less than 25 million", 10**6, WITHIN),
    (25_000_000, "less than 25 million", 10**6, DIFFERS),
    (25_000_000, "more than 25 million", 10**6, DIFFERS),
    (25_000_001, "more than 25 million", 10**6, WITHIN),
    (Fraction(60_965_224, 6_998_552), "12x fewer", 1, DIFFERS),  # 8.7
    (Fraction(61, 5), "12x fewer", 1, ROUNDED),  # 12.2
]


@pytest.mark.parametrize(("exact", "text", "unit", "agreement"), AGREEMENTS)
def test_agreement_by_hand(
    exact: int | Fraction, text: str, unit: int, agreement: Agreement
) -> None:
    assert read(text, unit).agreement(exact) is agreement


def test_shapes_agree_or_not() -> None:
    shape = Shape(6, 28, 14)

    assert read("28x14x6").agreement(shape) is EQUAL
    assert read("28x14").agreement(shape) is EQUAL
    assert read("14x28").agreement(shape) is DIFFERS
    assert read("28x14x7").agreement(shape) is DIFFERS


def test_every_agreement_meets_some_match() -> None:
    met = {agreement for agreements in MEETS.values() for agreement in agreements}
    assert set(Agreement) == {*met, Agreement.PARTIAL}  # what is counted in part meets none
    assert [agreement.sign for agreement in Agreement] == ["=", "≈", "≈", "≈", "≠", "≥"]


@given(st.integers(0, 10**12), st.integers(0, 3))
def test_what_is_rounded_to_print_agrees_when_read_again(exact: int, decimals: int) -> None:
    steps = (2 * exact * 10**decimals + 10**6) // (2 * 10**6)  # half up
    whole, rest = divmod(steps, 10**decimals)
    text = f"{whole}.{rest:0{decimals}}" if decimals else str(whole)

    assert read(text, 10**6).agreement(exact) in {EQUAL, ROUNDED}


def test_the_last_place_of_a_whole_number_without_a_unit_skips_its_zeros() -> None:
    assert [last_place(digits) for digits in ("120", "121", "0", "1.00")] == [
        10,
        1,
        1,
        Fraction(1, 100),
    ]


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("many", 1, "`many` prints 0 numbers; expected one"),
        ("48 x 55", 1, "`48 x 55` prints 2 numbers; expected one"),
        ("1,23", 1, "`1,23` prints 2 numbers; expected one"),
        ("2.7K", 1, "`2.7K` counts units of 1,000 or 1,024, not of 1"),
        ("60 million", 1000, "`60 million` counts units of 1,000,000 or 1,048,576, not of 1,000"),
    ],
)
def test_a_text_that_is_no_figure_is_refused(text: str, unit: int, message: str) -> None:
    with pytest.raises(Reason, match=exactly(message)):
        read(text, unit)


def test_a_shape_is_not_compared_with_a_number() -> None:
    message = "^a shape is compared with a number: the figure of a shape is `=output`$"
    with pytest.raises(Reason, match=message):
        read("28x28").agreement(784)
    with pytest.raises(Reason, match=message):
        read("784").agreement(Shape(1, 28, 28))


@pytest.mark.parametrize(
    ("text", "unit"),
    [("1", 1), ("1000", 1000), ("1024", 1024), ("10**6", 1_000_000), ("2**20", 1_048_576)],
)
def test_units(text: str, unit: int) -> None:
    assert unit_of(text) == unit


@pytest.mark.parametrize("text", ["0", "1e6", "10^6", "-1", "2**200", "10 ** 6", "K"])
def test_a_unit_is_a_number_or_a_power(text: str) -> None:
    message = f"expected a unit such as 1000, 1024, 10**6 or 2**20, not `{text}`"
    with pytest.raises(Reason, match=exactly(message)):
        unit_of(text)
