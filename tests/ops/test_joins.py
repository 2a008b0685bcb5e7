"""Joins of branches, by hand: addition and concatenation."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from tests.ops.conftest import by_hand, wrong

CASES = [
    pytest.param("{add: [[], []]}", "256x4x4", "256x4x4", {"add": 4_096}, id="x + x"),
    pytest.param("{add: [[], [], []]}", "2x3x3", "2x3x3", {"add": 36}, id="x + x + x: 18·2"),
    pytest.param("{concat: [[], []]}", "3x7", "6x7", {}, id="sequences"),
    pytest.param("{concat: [[], []]}", "64x5x5", "128x5x5", {}, id="x beside x"),
    pytest.param("{concat: [[], [], []]}", "1x2x3", "3x2x3", {}, id="x beside x beside x"),
]


test_by_hand = by_hand(CASES)


@pytest.mark.parametrize(
    ("layer", "x", "y", "adds"),
    [
        ("{add: [[], globalavgpool]}", "2x3x3", "2x3x3", 18),
        ("{add: [globalavgpool, []]}", "2x3x3", "2x3x3", 18),
        ("{add: [globalavgpool, [], []]}", "2x3x3", "2x3x3", 36),
        ("{add: [[], globalavgpool]}", "2x9", "2x9", 18),
        ("{add: [globalavgpool, []]}", "2x2x3x3", "2x2x3x3", 36),
        ("{add: [{conv: 1, kernel: 1}, []]}", "2x5", "2x5", 10),  # one map over two
        ("{add: [{conv: 1, kernel: 1}, globalavgpool]}", "3x2x4x5", "3x2x4x5", 120),
        ("{add: [[{linear: 7}], []]}", "1x2x2", "7x2x2", 28),
    ],
)
def test_a_branch_of_one_map_or_one_place_is_spread(layer: str, x: str, y: str, adds: int) -> None:
    report = archcalc.count(archcalc.load(StringIO(f"input: {x}\nlayers: [{layer}]")))

    assert str(report["add1"].output) == y
    assert report.nodes[-1].op.work(report.nodes[-1].xs[0], report.nodes[-1].y).add == adds
    assert archcalc.confirm(report.graph).agrees


WRONG = [
    (
        "{add: [[], {pad_channels: 4}]}",
        "2x3x3",
        """\
spec:3:6: error[unlike-shapes]: add1: `add` needs branches of equal shape, not 2x3x3 and 4x3x3
    3 |   - {add: [[], {pad_channels: 4}]}
      |      ^^^
  hint: a branch of one channel, or of one place, may stand beside larger ones""",
    ),
    (
        "{concat: [[], {maxpool: 2}, {maxpool: 3}]}",
        "2x3x3",
        """\
spec:3:6: error[unlike-shapes]: concat1: `concat` needs branches of equal height and width, \
not 2x3x3 and 2x1x1 and 2x1x1
    3 |   - {concat: [[], {maxpool: 2}, {maxpool: 3}]}
      |      ^^^^^^""",
    ),
]


test_what_does_not_fit = wrong(WRONG)
