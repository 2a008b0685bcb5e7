"""Figures for people: three digits of the figure itself, whatever its size."""

from __future__ import annotations

import pytest

from archcalc.render.rounding import human, rounded
from archcalc.render.table import AtLeast, Column, Table


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (9_995, "10.0 k"),
        (99_950, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (-61_706_000, "-61.7 M"),
        (9_007_199_254_740_993, "9.01 P"),
        (999_999_999_999_999_999_999, "1.00 × 10^21"),
        (10**45 - 10**42, "9.99 × 10^44"),
    ],
)
def test_three_digits_and_no_more(figure: int, said: str) -> None:
    assert human(figure) == said


def test_what_is_at_least_so_much_stays_so() -> None:
    table = Table((Column("macs", "MACs", "number"),), ((AtLeast(25_557_032),), (AtLeast(5),)))
    assert rounded(table).rows == (("≥ 25.6 M",), ("≥ 5",))


def test_the_units_that_occur_are_named() -> None:
    columns = (Column("layer", "layer", "name"), Column("macs", "MACs", "number"))
    small, large = (Table(columns, (("fc", n),)) for n in (10**9, 10**15))

    assert rounded(small).captions == ("rounded: k = 10^3, M = 10^6, G = 10^9",)
    assert rounded(large).captions == (
        "rounded: k = 10^3, M = 10^6, G = 10^9, T = 10^12, P = 10^15",
    )
