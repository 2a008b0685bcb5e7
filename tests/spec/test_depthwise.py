"""A depthwise convolution written short is the convolution that it is."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc


def rows(layer: str) -> list[tuple[str, int, int]]:
    report = archcalc.count(archcalc.load(StringIO(f"input: 4x8x8\nlayers: [{layer}]\n")))
    return [(str(row.output), row.parameters, row.macs) for row in report.rows]


@pytest.mark.parametrize(
    ("short", "long", "parameters"),
    [
        ("depthwise: 3", "conv: 4, kernel: 3, groups: 4", 4 * (3 * 3 + 1)),
        (
            "depthwise: 3x5, multiplier: 2, bias: false",
            "conv: 8, kernel: 3x5, groups: 4, bias: false",
            8 * 3 * 5,
        ),
        (
            "depthwise: , kernel: 1, stride: 2, multiplier: =2 + 1",
            "conv: 12, kernel: 1, stride: 2, groups: 4",
            12 * 2,
        ),
    ],
)
def test_it_counts_as_a_convolution_with_a_group_for_each_map(
    short: str, long: str, parameters: int
) -> None:
    assert rows(f"{{{short}}}") == rows(f"{{{long}}}")
    assert rows(f"{{{short}}}")[0][1] == parameters


def test_it_may_stand_beside_another_layer() -> None:
    assert rows("{relu: , before: [{depthwise: 3}]}")[0][1] == 40


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "depthwise",
            (
                "spec:2:10: error[missing-key]: `conv` needs its `kernel`\n"
                "    2 | layers: [depthwise]\n"
                "      |          ^^^^^^^^^"
            ),
        ),
        (
            "{depthwise: 3, multiplier: [2]}",
            (
                "spec:2:37: error[wrong-type]: expected a whole number, 1 or more, not `[2]`\n"
                "    2 | layers: [{depthwise: 3, multiplier: [2]}]\n"
                "      |                                     ^"
            ),
        ),
        (
            "{depthwise: 3, multiplier: 0}",
            (
                "spec:2:37: error[wrong-type]: expected a whole number, 1 or more, not `0`\n"
                "    2 | layers: [{depthwise: 3, multiplier: 0}]\n"
                "      |                                     ^"
            ),
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(layer: str, message: str) -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        rows(layer)

    assert str(caught.value) == message
