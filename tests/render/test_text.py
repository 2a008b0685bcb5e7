"""Tables at every width: no digit is ever lost, and what gives way does so in its order."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archcalc.render.cells import cell_width, shorten, to_ascii
from archcalc.render.table import Column, Table
from archcalc.render.text import arrange
from tests.exactly import exactly

COLUMNS = (
    Column("layer", "layer", "name"),
    Column("op", "op", "text", 2),
    Column("parameters", "parameters", "number"),
    Column("macs", "MACs", "number", 1),
    Column("share", "share", "bar", 3),
)
ROWS = (
    ("conv2_x/1..3/shortcut/projection", "bottleneck × 3", 1234567, 12345678901234, Fraction(3, 4)),
    ("conv3_x", "conv", 0, 7, Fraction(1, 10**6)),
)
TABLE = Table(COLUMNS, ROWS, (("total", None, 1234567, 12345678901241, Fraction(1)),), "A network")
NUMBERS = ["1,234,567", "12,345,678,901,234", "12,345,678,901,241"]


def said(table: Table, width: int | None) -> list[str]:
    return [line.text for line in arrange(table, width, bars=True).lines]


@pytest.mark.parametrize("width", range(20, 201))
def test_no_number_loses_a_digit(width: int) -> None:
    layout = arrange(TABLE, width, bars=True)
    text = "\n".join(line.text for line in layout.lines)
    kept = NUMBERS if "macs" not in [c.name for c in layout.hidden] else NUMBERS[:1]
    assert all(number in text for number in kept)


@pytest.mark.parametrize("width", range(24, 201))
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    assert max(map(cell_width, said(TABLE, width))) <= max(width, len(ROWS[0][0]))


def test_columns_give_way_in_their_order() -> None:
    hidden = [tuple(c.name for c in arrange(TABLE, width).hidden) for width in range(200, 19, -1)]
    assert list(dict.fromkeys(hidden)) == [
        (),
        ("share",),
        ("op", "share"),
        ("op", "macs", "share"),
    ]


def test_columns_of_one_kind_give_way_together() -> None:
    columns = (
        Column("label", "", "name"),
        Column("a", "a", "number"),
        Column("b", "b", "number"),
        Column("b/a", "/ a", "ratio", 1),
        Column("c", "c", "number"),
        Column("c/a", "/ a", "ratio", 1),
    )
    table = Table(columns, (("parameters", 10**6, 10**6, Fraction(1), 10**6, Fraction(1)),))
    hidden = {tuple(c.name for c in arrange(table, width).hidden) for width in range(40, 70)}
    assert hidden == {(), ("b/a", "c/a")}


def test_bars_shrink_before_a_column_is_hidden() -> None:
    full = max(map(len, said(TABLE, None)))
    layout = arrange(TABLE, full - 1, bars=True)
    assert layout.hidden == ()
    assert not any("█" in line.text for line in layout.lines)


def test_names_lose_their_middle_before_rows_become_blocks() -> None:
    layout = arrange(TABLE, 30)
    assert not layout.blocks
    assert any(line.text.startswith("conv2_x/1…") for line in layout.lines)


def test_blocks_show_every_column_again() -> None:
    assert said(TABLE, 18)[:8] == [
        "A network",
        "conv2_x/1..3/shortcut/projection",
        "  op",
        "    bottleneck × 3",
        "  parameters",
        "    1,234,567",
        "  MACs",
        "    12,345,678,901,234",
    ]


@pytest.mark.parametrize("width", [None, 80, 40, 20])
def test_each_row_and_total_stands_once(width: int | None) -> None:
    assert sum(text.startswith("total") for text in said(TABLE, width)) == 1


def test_without_a_width_nothing_is_cut() -> None:
    rows = tuple((f"{n}" * 400, "op", n, n, Fraction(0)) for n in range(3))
    lines = said(Table(COLUMNS, rows), None)
    assert lines[2].startswith("0" * 400)


def test_wide_characters_take_two_places() -> None:
    table = Table(COLUMNS[:3], (("卷积", "conv", 5), ("conv", "conv", 12)))
    assert said(table, None) == [
        "layer  op    parameters",
        "───────────────────────",
        "卷积   conv           5",
        "conv   conv          12",
    ]


def test_control_characters_of_a_spec_are_made_visible() -> None:
    table = Table(COLUMNS[:1], (("\x1b[31mred\x07",),), title="bell\x07")
    assert "\x1b" not in "".join(said(table, None))
    assert said(table, None)[0] == "bell\\x07"


def test_changes_have_their_sign_and_ratios_two_decimals() -> None:
    columns = (Column("change", "change", "change"), Column("ratio", "ratio", "ratio"))
    rows = (
        (1200, Fraction(5, 4)),
        (-3, Fraction(1, 700)),
        (0, Fraction(0)),
        (None, Fraction(1500)),
    )

    assert said(Table(columns, rows), None)[2:] == [
        "+1,200      1.25",
        "    -3    0.0014",
        "     0         0",
        "        1,500.00",
    ]


def test_numbers_beyond_every_float_are_said_in_full() -> None:
    columns = (Column("ratio", "ratio", "ratio"), Column("number", "number", "number"))
    huge = Fraction(10**400, 3)
    line = said(Table(columns, ((huge, -huge),)), None)[2]

    assert line.split()[0].endswith("333.33")
    assert line.split()[1].startswith("-3,333,")
    assert line.split()[1].endswith("333.3333")
    assert said(Table(columns, ((None, Fraction(-3, 2)),)), None)[2].split() == ["-1.5"]


def test_prose_takes_the_room_of_what_is_hidden() -> None:
    columns = (
        Column("what", "what"),
        Column("why", "why", "prose", 1),
        Column("source", "source", "prose", 2),
    )
    table = Table(columns, (("C1", "word " * 10 + "end", "long words " * 10 + "end"),))
    widths = {
        width: max(len(line.text) for line in arrange(table, width).lines) for width in (50, 70)
    }

    assert [column.name for column in arrange(table, 50).hidden] == ["source"]
    assert arrange(table, 70).hidden == ()
    assert widths[50] == 4 + 2 + 44
    assert len(arrange(table, 50).lines) == 4
    assert 60 < widths[70] <= 70


def test_prose_is_as_wide_as_its_longest_word() -> None:
    columns = (
        Column("what", "what", "name"),
        Column("why", "why", "prose", 1),
        Column("where", "where", "prose", 2),
    )
    words = "words and words and words and words"
    table = Table(columns, (("C1", words, "in bvlc_googlenet/train_val.prototxt, " + words),))
    for width in range(30, 120):
        assert max(map(len, said(table, width))) <= width


def test_prose_wraps_at_words_on_a_terminal_alone() -> None:
    columns = (Column("what", "what", "name"), Column("why", "why", "prose"))
    table = Table(columns, (("C3", "a table names the maps that feed each of the sixteen maps"),))
    assert said(table, 32)[2:] == [
        "C3    a table names the maps",
        "      that feed each of the",
        "      sixteen maps",
    ]
    assert len(said(table, None)) == 3


def test_a_row_needs_a_cell_for_every_column() -> None:
    with pytest.raises(ValueError, match=exactly("1 cells for 5 columns: ('C1',)")):
        Table(COLUMNS, (("C1",),))


def test_shortened_names_keep_their_ends() -> None:
    assert shorten("conv2_x/1/projection", 9) == "conv…tion"
    assert shorten("C1", 9) == "C1"


def test_ascii_spells_what_it_can() -> None:
    assert to_ascii("× 6 … ─ ▏ ≠ é") == "x 6 ~ - # != ?"


def test_ascii_is_spelled_before_columns_are_measured() -> None:
    columns = (Column("verdict", "verdict ≥ 1"), Column("why", "why"))
    rows = (("≠ differs", "→ C3"), ("= equal", "x"))
    table = Table(columns, rows, (("Σ", None),), "6x14x14 → 16x10x10", ("a · b",))
    assert [line.text for line in arrange(table, ascii=True).lines if line.role != "rule"] == [
        "6x14x14 -> 16x10x10",
        "verdict >= 1  why",
        "!= differs    -> C3",
        "= equal       x",
        "sum",
        "a * b",
    ]


def test_columns_stand_closer_before_a_table_falls_into_blocks() -> None:
    columns = (Column("map", ""), *(Column(name, name) for name in "abcd"))
    table = Table(columns, (("0", "X", "", "X", "X"),))

    assert [line.text for line in arrange(table, 13).lines] == [
        "   a  b  c  d",
        "─────────────",
        "0  X     X  X",
    ]
    assert [line.text for line in arrange(table, 9).lines] == [
        "  a b c d",
        "─────────",
        "0 X   X X",
    ]
    assert arrange(table, 8).blocks
