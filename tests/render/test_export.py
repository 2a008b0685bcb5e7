"""The formats of other programs: exact integers, everything escaped, every row once."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from archcalc import ops
from archcalc.referee.letters import spell
from archcalc.render.caption import caption
from archcalc.render.explanation import rule
from archcalc.render.export import FORMATS, SUFFIXES, WRITERS, export, to_json
from archcalc.render.layers import layers
from archcalc.render.table import Column, Table
from archcalc.report import count
from archcalc.spec.library import load

REPORT = count("resnet50")
TABLE = layers(REPORT)
CAPTION = caption(REPORT)
NASTY = 'a_b & 50% #1 $x$ {y} ~ ^ \\ | * <script> `"` , [z]'
ODD = Table(
    (Column("name", "na_me", "name"), Column("n", "n", "number"), Column("s", "s", "bar")),
    ((NASTY, 12345678901234567890, Fraction(1, 3)), ("", None, None)),
    title="T_1",
)


@pytest.mark.parametrize("format_name", WRITERS)
def test_every_format_carries_the_caption(format_name: str) -> None:
    text = export(format_name, [TABLE], CAPTION)
    for said in ("resnet50", "3x224x224", "sha256:", "multiply-accumulates", "0.1.0"):
        assert said in text


@pytest.mark.parametrize(("format_name", "separator"), [("csv", ","), ("tsv", "\t")])
def test_separated_values_are_exact_and_hold_no_totals(format_name: str, separator: str) -> None:
    text = export(format_name, [TABLE], CAPTION)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter=separator))
    assert [row["layer"] for row in rows] == [row[0] for row in TABLE.rows]
    assert sum(int(row["parameters"]) for row in rows) == 25557032
    assert "# total: parameters 25557032, connections 3857974248, macs 3857973248" in text


def test_separated_values_are_quoted() -> None:
    read = list(csv.reader(io.StringIO(export("csv", [ODD], {}).partition("\n")[2])))
    assert read == [
        ["name", "n", "s"],
        [NASTY, "12345678901234567890", "0.3333333333333333"],
        [""] * 3,
    ]


def test_json_lines_are_one_record_a_row() -> None:
    records = [json.loads(line) for line in export("jsonl", [TABLE], CAPTION).splitlines()]
    assert len(records) == len(TABLE.rows)
    assert records[-1]["layer"] == "fc"
    assert records[-1]["parameters"] == 2049000
    assert records[-1]["variant"] == "resnet50"


def test_json_keeps_integers_of_any_size() -> None:
    data = json.loads(export("json", [ODD, "a text"], {}))
    assert data["parts"][0]["rows"][0] == {"name": NASTY, "n": 12345678901234567890, "s": 1 / 3}
    assert data["parts"][1] == "a text"


def test_long_json_is_written_in_little_memory() -> None:
    data = {"rows": [{"path": "π", "output": [1, 8, 8]}] * 20_000}
    tracemalloc.start()
    text = to_json(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert text == json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    assert peak < 6 * len(text)  # two bytes a character, and as much again while it is joined


def test_latex_is_booktabs_with_everything_escaped() -> None:
    text = export("latex", [ODD], {})
    row = next(line for line in text.splitlines() if "script" in line)
    assert "a\\_b \\& 50\\% \\#1 \\$x\\$ \\{y\\}" in row
    assert "12,345,678,901,234,567,890" in row
    text = export("latex", [TABLE], {})
    assert text.index("\\bottomrule") > text.index("25,557,032") > text.rindex("\\midrule")
    assert "bottleneck \\ensuremath{\\times} 3" in text


def test_latex_sets_tables_below_each_other_and_breaks_sentences() -> None:
    columns = (Column("a", "a", "name"), Column("n", "n", "number"), Column("w", "why", "prose"))
    table = Table(columns, (("bar ██", 5, "a sentence that is far too long for a line of a page"),))
    bar = "\\rule{0.5em}{1.5ex}" * 2
    assert export("latex", [table, table], {}).split("\n\n")[1].splitlines() == [
        "\\begin{tabular}{lrp{0.25\\linewidth}}",
        "\\toprule",
        " a      &   n & why                                                  \\\\",
        "\\midrule",
        f" bar {bar} &   5 & a sentence that is far too long for a line of a page \\\\",
        "\\bottomrule",
        "\\end{tabular}",
    ]


def test_latex_has_no_sign_that_its_fonts_lack() -> None:
    assert "sum y^2" in export("latex", ["Σ y²"], {})
    assert all(export("latex", list(rule(spell(op))), {}).isascii() for op in ops.names())


def test_markdown_escapes_what_would_be_markup() -> None:
    row = export("md", [ODD], {}).splitlines()[4]
    assert "\\| \\* \\<script\\>" in row
    assert row.count(" | ") == 2


class Cells(HTMLParser):
    """Collects the texts of a page's cells."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note a tag, and begin a cell."""
        del attrs
        self.tags.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        """Add to the last cell."""
        if "td" in self.tags:
            self.cells[-1] += data


def test_html_escapes_and_sets_totals_apart() -> None:
    page = Cells()
    page.feed(export("html", [ODD], {}))
    assert page.cells[0].strip() == NASTY
    assert "script" not in page.tags
    text = export("html", [TABLE], {})
    assert text.index("25,557,032") > text.index("<tfoot>")


def test_plain_is_what_a_pipe_gets() -> None:
    text = export("plain", [TABLE], {})
    assert "─" not in text
    assert "25,557,032" in text


def test_every_suffix_is_of_a_format() -> None:
    assert set(SUFFIXES.values()) == set(WRITERS)
    assert FORMATS[0] == "table"


@pytest.mark.parametrize("format_name", WRITERS)
def test_no_control_character_leaves_in_any_format(format_name: str) -> None:
    table = Table(
        (Column("a", "a", "name"),), (("\x1b[31m",),), title="\x1b]0;x\x07", captions=("\x1b",)
    )
    text = export(format_name, [table, "text"], {"network": "\x1b"})
    assert "\x1b" not in text
    assert "\x07" not in text


def test_an_empty_table_is_written_too() -> None:
    empty = Table((Column("a", "a", "name"), Column("b", "b", "number")), ())
    assert all(export(format_name, [empty], {}) is not None for format_name in WRITERS)


def test_the_fingerprint_depends_on_the_values_of_parameters() -> None:
    other = caption(count(load("resnet50", option="C")))
    assert other["spec"] != CAPTION["spec"] == caption(count("resnet50"))["spec"]
