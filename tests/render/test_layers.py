"""The table of a network: its columns add up, its repetitions fold, its totals say their scope."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc.errors import UnknownName
from archcalc.render.tables.columns import QUANTITIES
from archcalc.render.tables.folding import fold_repeats
from archcalc.render.tables.layers import layers
from archcalc.report import count

NETWORKS = ["lenet5", "googlenet", "resnet50", "densenet-bc-100-12", "inception-v4"]
ADDED = [name for name, quantity in QUANTITIES.items() if quantity.column.kind in {"number", "bar"}]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("depth", [1, 2, 3, None])
def test_every_column_adds_up_to_its_total(network: str, depth: int | None) -> None:
    table = layers(count(network, heads=True), depth, ADDED)
    total = table.totals[-1]
    for i, column in enumerate(table.columns[1:], 1):
        if total[i] is not None:
            assert sum(row[i] for row in table.rows) == total[i], column.name  # type: ignore[misc]


def test_the_usual_table_is_the_papers() -> None:
    table = layers(count("lenet5"))
    assert [row[4] for row in table.rows] == [156, 12, 1516, 32, 48120, 10164, 0]
    assert table.totals[0][4:7] == (60000, 340908, 325680)
    assert table.captions == (
        "scope: whole network",
        "not among the parameters: + 840 fixed weights (not trained)",
    )


def test_where_nothing_is_trained_what_is_fixed_stands_in_the_place_of_shares() -> None:
    fixed = [{"linear": units, "trainable": False} for units in (4, 4)]
    table = layers(count(archcalc.load({"name": "fixed", "input": 8, "layers": fixed})))

    assert [column.name for column in table.columns][-4:] == [
        "parameters", "connections", "macs", "fixed",
    ]  # fmt: skip
    assert [row[-1] for row in table.rows] == [4 * 9, 4 * 5]
    assert table.totals[0][-1] == 4 * 9 + 4 * 5


def test_the_window_of_a_convolution_turned_round_lies_over_its_output() -> None:
    twice = "{deconv: 4, kernel: 3, stride: 2, padding: 1, output_padding: 1}"
    text = f"input: 3x8x8\nlayers: [{twice}, {{deconv: 2, kernel: 2}}]"
    report = count(archcalc.load(StringIO(text)))

    assert [row[1] for row in layers(report, None, ["kernel"]).rows[:2]] == ["3x3/2 p1", "2x2"]


def test_windows_are_said_as_kernel_stride_padding() -> None:
    table = layers(count("alexnet"), 1, ["kernel"])
    assert [row[1] for row in table.rows[:4]] == ["11x11/4", "", "3x3/2", "5x5 p2 g2"]
    table = layers(count("inception-v3"), None, ["kernel"])
    assert {"1x7 p0x3", "7x1 p3x0"} <= {row[1] for row in table.rows}


def test_equal_repetitions_fold_to_one_line_with_their_sums() -> None:
    lines = fold_repeats(count("resnet50").fold(2))
    folded = {line.row.path: (line.times, line.row.parameters) for line in lines}
    assert folded["conv4_x/1"] == (1, 1512448)
    assert folded["conv4_x/2..6"] == (5, 5 * 1117184)


def test_layers_within_repetitions_fold_alike() -> None:
    lines = fold_repeats(count("resnet50").rows)
    assert "conv4_x/2..6/conv2" in [line.row.path for line in lines]
    assert sum(line.times for line in lines) == len(count("resnet50").rows)


def test_unequal_siblings_stay_apart() -> None:
    paths = [line.row.path for line in fold_repeats(count("densenet121").fold(2))]
    assert [path for path in paths if path.startswith("block1")] == [
        f"block1/{n}" for n in range(1, 7)
    ]


def test_heads_are_totalled_apart() -> None:
    table = layers(count("googlenet", heads=True), 1, ["parameters"])
    assert table.totals == (
        ("main path", 6998552),
        ("head aux1", 3188840),
        ("head aux2", 3190888),
        ("total", 13378280),
    )
    assert table.captions[0] == "scope: main path and heads aux1, aux2"


def test_an_unknown_column_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        layers(count("lenet5"), 1, ["parameter"])
    assert str(caught.value) == (
        "error[unknown-column]: there is no column `parameter`\n  hint: did you mean `parameters`?"
    )


def test_memory_columns_bring_the_memory_of_the_whole_pass() -> None:
    report = count("lenet5", batch=3)
    for bytes_each in (4, 2):
        table = layers(
            report, 1, ["parameter_bytes", "activation_bytes", "memory_bytes"], bytes_each
        )
        memory = report.memory(bytes_each)
        assert memory.fixed == 840 * bytes_each
        assert memory.total == memory.parameters + memory.fixed + memory.outputs
        assert table.totals == (("total", memory.parameters, memory.outputs, memory.total),)
        assert table.rows[0][1:3] == (156 * bytes_each, 3 * 2 * 4704 * bytes_each)
        assert table.captions[-1] == (
            f"memory at {bytes_each} bytes each: "
            f"parameters, fixed weights and all outputs {memory.total:,} bytes; "
            f"largest live set 28,224 numbers, {28_224 * bytes_each:,} bytes, "
            "beside what is stored"
        )
