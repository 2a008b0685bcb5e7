"""Networks below each other: a row for each, at each input, by conventions."""

from __future__ import annotations

import pytest

import archcalc
from archcalc.errors import UnknownName, UsageError
from archcalc.referee.comparisons.tabulation import table
from archcalc.render.tables.tabulation import tabulation


def test_each_network_is_a_row_at_each_input() -> None:
    found = table("lenet5", "lenet1", inputs=["1x32x32", "1x36x36"])
    assert [(str(e.report.input), e.report.graph.origin.id) for e in found.entries] == [
        ("1x32x32", "lenet5"),
        ("1x36x36", "lenet5"),
        ("1x32x32", "lenet1"),
        ("1x36x36", "lenet1"),
    ]


def test_rows_have_parameters_and_operations() -> None:
    assert tabulation(table("lenet5", "vgg16")).rows == (
        ("lenet5", "1x32x32", 60_000, 325_680),
        ("vgg16", "3x224x224", 138_357_544, 15_470_264_320),
    )


def test_a_convention_takes_the_place_of_macs() -> None:
    shown = tabulation(table("resnet50-v1.5", conventions=["fvcore", "thop"]))
    assert [column.name for column in shown.columns] == [
        "network", "input", "parameters", "fvcore", "thop",
    ]  # fmt: skip
    assert shown.rows[0][2:] == (25_557_032, 4_111_512_576, 4_133_742_592)
    assert shown.captions[1].startswith("fvcore (flop, 1 per MAC): ")


def test_columns_are_added_or_chosen() -> None:
    found = table("lenet5")
    assert tabulation(found, ["+flops"]).rows[0][2:4] == (60_000, 325_680)
    assert tabulation(found, ["connections", "stored-bytes"], 2).rows == (
        ("lenet5", "1x32x32", 340_908, 2 * 60_840),
    )


def test_ratios_stand_beside_each_figure_on_request() -> None:
    shown = tabulation(table("lenet5", "lenet1"), ["parameters"], ratios=True)
    assert shown.rows[1][2] == 2_578
    assert shown.rows[1][3] * 60_000 == 2_578  # type: ignore[operator]


def test_a_network_with_its_settings_is_named_with_them() -> None:
    (row,) = tabulation(table(archcalc.load("densenet121", growth=24))).rows
    assert row[0] == "densenet121, growth=24"


def test_a_network_counted_already_is_taken_as_it_is() -> None:
    report = archcalc.count("lenet5", batch=2)
    assert table(report).entries[0].report is report


def test_scopes_and_changed_parameters_are_said() -> None:
    captions = tabulation(table("googlenet", archcalc.count("vgg16", input="3x64x64"))).captions
    assert captions[0] == "googlenet: main path, without heads aux1, aux2"
    assert captions[2].startswith("vgg16: input 3x64x64 instead of 3x224x224: ")


def test_a_column_of_layers_is_none_of_networks() -> None:
    with pytest.raises(UnknownName) as caught:
        tabulation(table("lenet5"), ["flop"])
    assert str(caught.value) == (
        "error[unknown-column]: a table of networks has no column `flop`\n"
        "  hint: did you mean `flops`?"
    )


def test_a_table_needs_a_network() -> None:
    with pytest.raises(UsageError) as caught:
        table()
    assert str(caught.value) == "error[too-few]: a table needs a network or more"


def test_plain_values_have_every_figure() -> None:
    (plain,) = table("lenet5", conventions=["thop"]).to_dict()["networks"]
    assert plain["parameters"] == 60_000
    assert plain["memory"]["fixed"] == 840
    assert plain["figures"].keys() == {"thop"}
