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
from archcalc.referee.derivations.explanation import explain
from archcalc.referee.derivations.symbolic import spell
from archcalc.render.caption import caption
from archcalc.render.export import FORMATS, SUFFIXES, WRITERS, export, to_json
from archcalc.render.table import Column, Table
from archcalc.render.tables.explanation import quantities, rule
from archcalc.render.tables.layers import layers
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
    text = export(format_name, [TABLE], CAPTION, remarks=True)
    for said in ("resnet50", "3x224x224", "sha256:", "multiply-accumulates", "0.1.0"):
        assert said in text


@pytest.mark.parametrize(("format_name", "separator"), [("csv", ","), ("tsv", "\t")])
def test_separated_values_are_exact_and_hold_no_totals(format_name: str, separator: str) -> None:
    text = export(format_name, [TABLE], CAPTION)
    assert "#" not in text
    rows = list(csv.DictReader(text.splitlines(), delimiter=separator))
    assert [row["layer"] for row in rows] == [row[0] for row in TABLE.rows]
    assert sum(int(row["parameters"]) for row in rows) == 25557032
    remarks = export(format_name, [TABLE], CAPTION, remarks=True).removesuffix(text).splitlines()
    assert all(line.startswith("# ") for line in remarks)
    said = "# total: parameters 25557032, connections 3857974248, macs 3857973248, share 1"
    assert said in remarks


def test_separated_values_are_quoted() -> None:
    read = list(csv.reader(io.StringIO(export("csv", [ODD], {}))))
    assert read == [
        ["name", "n", "s"],
        [NASTY, "12345678901234567890", "0.3333333333333333"],
        [""] * 3,
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_separated_values_is_a_formula(separator: str) -> None:
    nasty = 'x,"=HYPERLINK(""http://example.org"",""click"")",'
    names = ("=1+1", "+1", "-1", "@SUM(A1)", nasty, f"a{separator}=1+1", f"a{separator} @b", "\t=1")
    table = Table(
        (Column("=name", "name", "name"), Column("change", "change", "change")),
        tuple((name, -1) for name in names),
        (("=total", -8),),
        title=f"=title{separator}=cmd",
        captions=names,
    )
    for format_name, own in (("csv", ","), ("tsv", "\t")):
        text = export(format_name, [table, "=1+1"], {"network": nasty}, remarks=True)
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
        cells = [cell.strip() for row in rows for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
        assert {cell for cell in cells if cell.startswith("-")} <= {"-1"}
        read = list(csv.reader(io.StringIO(export(format_name, [table], {})), delimiter=own))
        assert read[5] == ([nasty, "-1"])


def test_verdicts_are_words_in_separated_values() -> None:
    table = Table((Column("verdict", "verdict"),), (("= equal",), ("≈ rounded",)))
    assert export("csv", [table], {}) == "verdict\nequal\n≈ rounded\n"


def test_several_tables_have_one_header() -> None:
    one = Table((Column("layer", "layer"), Column("n", "n", "number")), (("C1", 5),), title="first")
    two = Table((Column("n", "n", "number"), Column("why", "why")), ((7, "so"),))
    assert export("csv", [one, "a text", two], {}) == ("table,layer,n,why\nfirst,C1,5,\n2,,7,so\n")


def test_json_has_no_number_that_json_lacks() -> None:
    data = {"loss": float("nan"), "norms": [1.5, float("inf"), (float("-inf"),)], "n": 10**30}
    found = json.loads(to_json(data), parse_constant=pytest.fail)
    assert found == {"loss": None, "norms": [1.5, None, [None]], "n": 10**30}


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
        "\\begin{table}[ht]",
        "\\centering",
        "\\begin{tabular}{lrp{0.25\\linewidth}}",
        "\\toprule",
        " a      &   n & why                                                  \\\\",
        "\\midrule",
        f" bar {bar} &   5 & a sentence that is far too long for a line of a page \\\\",
        "\\bottomrule",
        "\\end{tabular}",
        "\\end{table}",
    ]


def test_latex_has_caption_and_label() -> None:
    text = export("latex", [TABLE, ODD], CAPTION)
    assert (
        "\\caption{ResNet (resnet50), input $3 \\times 224 \\times 224$}\n\\label{tab:resnet50}\n"
    ) in text
    assert "\\caption{T\\_1}\n\\label{tab:resnet50-2}\n" in text
    networks = {"networks": "lenet5 (input 1x32x32, sha256:0), vgg16 (input 3x224x224, sha256:1)"}
    untitled = Table((Column("a", "a"),), (("b",),))
    text = export("latex", [untitled], networks)
    assert "\\caption{lenet5, vgg16}\n\\label{tab:lenet5-vgg16}\n" in text


@pytest.mark.parametrize("name", ["[3pt] b", "*c", "  [1] d"])
def test_no_cell_is_an_option_of_the_line_break_before_it(name: str) -> None:
    table = Table((Column("a", "a", "name"), Column("n", "n", "number")), ((name, 1), (name, 2)))
    text = export("latex", [table], {})
    assert not any(line.lstrip().startswith(("[", "*")) for line in text.splitlines())
    assert text.count("{}" + name.strip()) == 2


def test_latex_spells_shapes_as_products() -> None:
    table = Table((Column("a", "a", "name"),), (("conv3x3",), ("1x7/2x1",), ("0x1f",)))
    text = export("latex", [table], {})
    assert "conv3x3" in text
    assert "$1 \\times 7$/$2 \\times 1$" in text
    assert "0x1f" in text


def test_one_formula_is_one_line_of_latex() -> None:
    found = quantities([explain("lenet5", "C3")], ["parameters"])
    assert export("latex", [found], CAPTION) == (
        "$6 \\cdot (5 \\cdot 5 \\cdot 3 + 1) + 9 \\cdot (5 \\cdot 5 \\cdot 4 + 1)"
        " + 1 \\cdot (5 \\cdot 5 \\cdot 6 + 1) = 1{,}516$\n"
    )


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
