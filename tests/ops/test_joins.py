"""Joins of branches, by hand: sums, products, differences, maxima, and concatenation."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from tests.ops.conftest import by_hand, wrong

CASES = [
    pytest.param("{add: [[], []]}", "256x4x4", "256x4x4", {"add": 4_096}, id="x + x"),
    pytest.param("{add: [[], [], []]}", "2x3x3", "2x3x3", {"add": 36}, id="x + x + x: 18·2"),
    pytest.param("{multiply: [[], []]}", "2x3x3", "2x3x3", {"mul": 18}, id="x·x: 2·3·3"),
    pytest.param("{multiply: [[], [], []]}", "2x5", "2x5", {"mul": 20}, id="x·x·x: 10·2"),
    pytest.param("{subtract: [[], []]}", "2x3x3", "2x3x3", {"add": 18}, id="x - x"),
    pytest.param("{maximum: [[], [], []]}", "2x3x3", "2x3x3", {"cmp": 36}, id="of three: 18·2"),
    pytest.param("{concat: [[], []], axis: height}", "2x3x5", "2x6x5", {}, id="x above x"),
    pytest.param("{concat: [[], []], axis: width}", "2x3x5", "2x3x10", {}, id="x beside x, wide"),
    pytest.param("{concat: [[], []], axis: depth}", "2x3x4x5", "2x6x4x5", {}, id="x before x"),
    pytest.param("{concat: [[], []], axis: length}", "2x7", "2x14", {}, id="x after x"),
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


def test_a_squeeze_and_excitation() -> None:
    """Parameters 16·257 + 256·17, macs 256·16 + 16·256, and a mul for each element."""
    gate = "[globalavgpool, {linear: 16, after: [relu]}, {linear: 256, after: [sigmoid]}]"
    report = archcalc.count(
        archcalc.load(StringIO(f"input: 256x56x56\nlayers: [{{multiply: [[], {gate}]}}]"))
    )

    assert str(report["multiply1"].output) == "256x56x56"
    assert (report.total.parameters, report.total.macs) == (8_464, 8_192)
    assert report.total.work.mul == 256 * 56 * 56 == 802_816
    assert archcalc.confirm(report.graph).agrees


@pytest.mark.parametrize("join", ["multiply", "subtract", "maximum"])
def test_a_branch_of_one_place_is_spread_by_every_join(join: str) -> None:
    layers = f"[{{{join}: [[], globalavgpool]}}, {{{join}: [{{conv: 1, kernel: 1}}, []]}}]"
    report = archcalc.count(archcalc.load(StringIO(f"input: 2x3x3\nlayers: {layers}")))

    assert [sum(node.op.work(node.xs[0], node.y)) for node in report.nodes if node.xs[1:]] == [
        18,
        18,
    ]
    assert archcalc.confirm(report.graph).agrees


def test_what_lies_one_behind_the_other_is_confirmed() -> None:
    layers = "[{concat: [[], relu, {maxpool: 1x2}], axis: width}, {conv: 2, kernel: 3}]"
    report = archcalc.count(archcalc.load(StringIO(f"input: 2x4x6\nlayers: {layers}")))

    assert str(report["concat1"].output) == "2x4x15"
    assert report.fields[-2] is None
    assert archcalc.confirm(report.graph).agrees


WRONG = [
    (
        "{concat: [[], {maxpool: 1x2}], axis: height}",
        "2x4x4",
        """\
spec:3:6: error[unlike-shapes]: concat1: `concat` needs branches of equal shape, \
but for the height, not 2x4x4 and 2x4x2
    3 |   - {concat: [[], {maxpool: 1x2}], axis: height}
      |      ^^^^^^""",
    ),
    (
        "{concat: [[], []], axis: depth}",
        "2x4x4",
        """\
spec:3:30: error[no-such-axis]: concat1: there is no depth: 2x4x4 has channels, height and width
    3 |   - {concat: [[], []], axis: depth}
      |                              ^^^^^""",
    ),
    (
        "{concat: [[], []], axis: rows}",
        "2x4x4",
        """\
spec:3:30: error[wrong-type]: expected channels, depth, height, width or length, not `rows`
    3 |   - {concat: [[], []], axis: rows}
      |                              ^^^^""",
    ),
    (
        "{multiply: [[], {pad_channels: 4}]}",
        "2x3x3",
        """\
spec:3:6: error[unlike-shapes]: multiply1: `multiply` needs branches of equal shape, \
not 2x3x3 and 4x3x3
    3 |   - {multiply: [[], {pad_channels: 4}]}
      |      ^^^^^^^^
  hint: a branch of one channel, or of one place, may stand beside larger ones""",
    ),
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
