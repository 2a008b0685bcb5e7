"""LeNet-5, layer by layer: the figures of the 1998 paper, with the arithmetic that gives them.

A layer's parameters are the numbers that training changes. Its connections are the lines that one
would draw: for each of its units one to every input that it reads, and one to its bias. Weights are
shared between the units of a map, so a few parameters make many connections.

Source: LeCun, Bottou, Bengio, Haffner 1998, Gradient-based learning applied to document
recognition, section II.B.
"""

from __future__ import annotations

import pytest

import archcalc

report = archcalc.count("lenet5")

# layer    output            parameters                    connections
LAYERS = [
    ("C1", "6x28x28", 6 * (5 * 5 + 1), 28 * 28 * 6 * (5 * 5 + 1)),
    ("S2", "6x14x14", 6 * (1 + 1), 14 * 14 * 6 * (2 * 2 + 1)),
    ("C3", "16x10x10", 60 * (5 * 5) + 16, 10 * 10 * (60 * (5 * 5) + 16)),
    ("S4", "16x5x5", 16 * (1 + 1), 5 * 5 * 16 * (2 * 2 + 1)),
    ("C5", "120x1x1", 120 * (16 * 5 * 5 + 1), 120 * (16 * 5 * 5 + 1)),
    ("F6", "84x1x1", 84 * (120 + 1), 84 * (120 + 1)),
    ("OUTPUT", "10x1x1", 0, 10 * 84),
]

PRINTED = {  # the same figures, as the paper prints them
    "C1": (156, 122_304),
    "S2": (12, 5_880),
    "C3": (1_516, 151_600),
    "S4": (32, 2_000),
    "C5": (48_120, 48_120),
    "F6": (10_164, 10_164),
    "OUTPUT": (0, 840),
}


@pytest.mark.parametrize(("layer", "output", "parameters", "connections"), LAYERS)
def test_each_layer(layer: str, output: str, parameters: int, connections: int) -> None:
    row = report[layer]

    assert str(row.output) == output
    assert row.parameters == parameters
    assert row.connections == connections
    assert (parameters, connections) == PRINTED[layer]


def test_c3_is_fed_by_the_60_pairs_of_table_1() -> None:
    table = [
        [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5],      # 6 maps of 3: 18
        [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5],                              # 6 of 4 in a row
        [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5],                              # and around: 24
        [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5],                              # 3 broken of 4: 12
        [0, 1, 2, 3, 4, 5],                                                    # and one of all: 6
    ]  # fmt: skip

    assert sum(map(len, table)) == 18 + 24 + 12 + 6 == 60
    assert getattr(report["C3"].layer, "table") == tuple(map(tuple, table))  # noqa: B009


def test_60_000_parameters_are_trained() -> None:
    assert 156 + 12 + 1_516 + 32 + 48_120 + 10_164 == 60_000
    assert report.total.parameters == 60_000


def test_840_more_are_fixed_the_pictures_that_the_output_compares_with() -> None:
    assert report["OUTPUT"].fixed == 10 * (7 * 12) == 840
    assert report.total.fixed == 840
    assert report.total.parameters + report.total.fixed == 60_840


def test_340_908_connections() -> None:
    assert 122_304 + 5_880 + 151_600 + 2_000 + 48_120 + 10_164 + 840 == 340_908
    assert report.total.connections == 340_908


def test_8_094_units_and_1_024_pixels() -> None:
    units = [6 * 28 * 28, 6 * 14 * 14, 16 * 10 * 10, 16 * 5 * 5, 120, 84, 10]

    assert [row.neurons for row in report.rows] == units
    assert report.total.neurons == sum(units) == 8_094
    assert report.input.size == 32 * 32 == 1_024


def test_325_680_multiply_adds() -> None:
    c1 = 28 * 28 * 6 * (5 * 5)
    c3 = 10 * 10 * 60 * (5 * 5)
    c5 = 120 * (16 * 5 * 5)
    f6 = 84 * 120

    assert [report[layer].macs for layer in ("C1", "C3", "C5", "F6")] == [c1, c3, c5, f6]
    assert report.total.macs == c1 + c3 + c5 + f6 == 325_680


def test_subsampling_and_distances_are_work_but_no_multiply_adds() -> None:
    s2, output = report["S2"], report["OUTPUT"]
    units = 6 * 14 * 14

    assert s2.macs == output.macs == 0
    # the sum of 4 inputs, times the coefficient, plus the bias; then 1.7159 tanh(2a/3)
    assert (s2.work.add, s2.work.mul) == (units * 3 + units, units + 2 * units)
    assert s2.work.tanh == units
    # 84 differences, their squares, and the 83 sums between them, for each of 10 classes
    assert (output.work.add, output.work.mul) == (10 * 84 + 10 * 83, 10 * 84)
