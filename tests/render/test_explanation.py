"""Explanations as tables, and their formulas as mathematics."""

from __future__ import annotations

import re

import pytest

from archcalc.arithmetic import Derived
from archcalc.notation import Leaf
from archcalc.ops import names
from archcalc.referee.derivations.derivation import DerivedFigure
from archcalc.referee.derivations.explanation import explain
from archcalc.referee.derivations.symbolic import spell
from archcalc.render.export import export
from archcalc.render.table import Column, Table
from archcalc.render.tables.explanation import connections, derivations, explanation, rule
from archcalc.render.tables.formula import Formula


def test_a_layer_has_its_own_table_its_steps_and_what_they_are_together() -> None:
    titles = [table.title for table in explanation(explain("lenet5", "C3"))]
    assert titles == [
        "C3: the input maps (rows) that feed each output map (columns)",
        "C3: conv 5x5, 6x14x14 → 16x10x10",
        "C3.lecun_tanh: lecun_tanh, 16x10x10 → 16x10x10",
        "together: C3, C3.lecun_tanh",
        "A fully connected layer between the same maps",
        "Why not every map sees every map",
    ]


def test_the_op_comes_before_what_stands_before_it() -> None:
    titles = [table.title for table in explanation(explain("densenet121", "block1/1/3x3"))]
    assert [title.partition(":")[0] for title in titles[:3]] == [
        "block1/1/3x3",
        "block1/1/3x3.batchnorm",
        "block1/1/3x3.relu",
    ]


def test_a_network_has_a_line_for_each_layer_and_the_sums() -> None:
    layers, sums = explanation(explain("lenet5"))
    assert [row[0] for row in layers.rows] == ["C1", "S2", "C3", "S4", "C5", "F6", "OUTPUT"]
    assert layers.rows[1][3:] == ("6·(1 + 1) = 12", "6·14·14·(2·2 + 1) = 5,880", "0")
    assert sums.title == "sums over whole network"
    assert sums.rows[0] == ("parameters", "156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000")


def test_table_1_of_1998() -> None:
    table = explanation(explain("lenet5", "C3"))[0]
    drawn = ["".join(str(cell) or "." for cell in row[1:]) for row in table.rows]
    assert drawn == [
        "X...XXX..XXXX.XX",
        "XX...XXX..XXXX.X",
        "XXX...XXX..X.XXX",
        ".XXX..XXXX..X.XX",
        "..XXX..XXXX.XX.X",
        "...XXX..XXXX.XXX",
    ]
    assert table.captions == ("60 of 96 pairs of maps are connected",)


def test_sides_that_differ_have_rows_of_their_own() -> None:
    table = explanation(explain("inception-v3", "6b/conv3"))[0]
    named = [row[0] for row in table.rows]
    assert named[0] == "width"  # the height stays as it is
    assert named[-1] == "first pixel of the field, columns"


def test_zeros_are_said_with_their_reason() -> None:
    table = explanation(explain("vgg16", "pool1"))[0]
    (caption,) = table.captions
    assert caption == (
        "zero: parameters, statistics, connections, neurons, MACs "
        "(max pooling has no weights and compares instead of multiplying)"
    )


def test_notes_have_a_column_only_where_there_are_notes() -> None:
    assert [column.name for column in explanation(explain("lenet5", "C1"))[0].columns] == [
        "quantity",
        "derivation",
    ]
    assert [column.name for column in explanation(explain("resnet50", "pool1"))[0].columns] == [
        "quantity",
        "derivation",
        "note",
    ]


def test_a_rule_is_described_spelt_and_varied() -> None:
    doc, spelt, *variants = rule(spell("linear"))
    assert isinstance(doc, str)
    assert doc.startswith("Connect each of `units` outputs")
    assert isinstance(spelt, Table)
    assert ("parameters", "units·(C·H·W + 1)") in spelt.rows
    titles = [part.title for part in variants if isinstance(part, Table)]
    settings = ("trainable: false", "bias: false", "flatten: false", "over: places")
    assert titles == [f"with {setting}" for setting in settings]


@pytest.mark.parametrize(
    ("figure", "latex"),
    [
        (DerivedFigure.of("n", Derived(1516) * 10), r"$1{,}516 \cdot 10 = 15{,}160$"),
        (DerivedFigure.of("n", Derived(7) // Derived(2)), r"$\lfloor 7/2 \rfloor = 3$"),
        (DerivedFigure.of("n", -(-Derived(7) // Derived(2))), r"$\lceil 7/2 \rceil = 4$"),
        (DerivedFigure.of("n", Derived(7) % 4 - 8), r"$(7 \bmod 4) - 8 = -5$"),
        (DerivedFigure.of("n", Derived(3, Leaf(3, "kh"))), "$k_h$"),
        (DerivedFigure.of("n", Derived(3, Leaf(3, "C₁"))), "$C_1$"),
        (DerivedFigure.of("n", Derived(3, Leaf(3, "H'")) * 2), r"$H' \cdot 2$"),
        (DerivedFigure.of("n", Derived(3, Leaf(3, "filters"))), r"$\mathrm{filters}$"),
    ],
)
def test_latex_writes_mathematics(figure: DerivedFigure, latex: str) -> None:
    assert Formula.of(figure).latex == latex


def _balanced(text: str) -> bool:
    """Tell whether braces, environments, dollars and floors close what they open."""
    bare = re.sub(r"(?m)%.*$|\\begin\{verbatim\}.*?\\end\{verbatim\}", "", text, flags=re.DOTALL)
    bare = re.sub(r"\\[{}%$&]", "", bare)
    opened = re.findall(r"\\begin\{(\w+)\}", bare)
    return (
        bare.count("{") == bare.count("}")
        and bare.count("$") % 2 == 0
        and sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", bare))
        and bare.count(r"\lfloor") == bare.count(r"\rfloor")
        and bare.count(r"\lceil") == bare.count(r"\rceil")
        and all(sign not in re.sub(r"\$.*?\$", "", bare) for sign in "·−⌊⌋⌈⌉")
    )


@pytest.mark.parametrize(
    ("network", "layer"),
    [("lenet5", "C3"), ("alexnet-224", "conv1"), ("resnet50", "conv3_x"), ("googlenet", None)],
)
def test_latex_of_explanations_is_well_formed(network: str, layer: str | None) -> None:
    text = export("latex", explanation(explain(network, layer)), {})
    assert r"\cdot" in text
    assert _balanced(text)


@pytest.mark.parametrize("name", sorted(names()))
def test_latex_of_rules_is_well_formed(name: str) -> None:
    assert _balanced(export("latex", rule(spell(name)), {}))


def test_cells_beside_a_formula_are_escaped() -> None:
    figure = DerivedFigure.of("n", Derived(2) * 3)
    columns = (Column("layer", "layer"), Column("derivation", "derivation"))
    table = Table(columns, (("a & b_1", Formula.of(figure)), ("50 %", "7·8")))
    lines = export("latex", [table], {}).split("\n")
    assert re.sub(" +", " ", lines[6]) == r" a \& b\_1 & $2 \cdot 3 = 6$ \\"
    assert r"50 \%" in lines[7]


def test_markdown_and_csv_hold_the_text() -> None:
    tables = [derivations("C1", [DerivedFigure.of("macs", Derived(150) * 28)])]
    assert "| MACs       | 150·28 = 4,200 |" in export("md", tables, {})
    assert 'MACs,"150·28 = 4,200"' in export("csv", tables, {})


def test_a_table_with_one_pair() -> None:
    assert connections("C3", ((0,),), 1).captions == ("1 of 1 pairs of maps are connected",)
