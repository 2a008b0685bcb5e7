"""Joins of branches, by hand: addition and concatenation."""

from __future__ import annotations

import pytest

from tests.ops.conftest import by_hand, wrong

CASES = [
    pytest.param("{add: [[], []]}", "256x4x4", "256x4x4", {"add": 4_096}, id="x + x"),
    pytest.param("{add: [[], [], []]}", "2x3x3", "2x3x3", {"add": 36}, id="x + x + x: 18·2"),
    pytest.param("{concat: [[], []]}", "64x5x5", "128x5x5", {}, id="x beside x"),
    pytest.param("{concat: [[], [], []]}", "1x2x3", "3x2x3", {}, id="x beside x beside x"),
]


test_by_hand = by_hand(CASES)


WRONG = [
    (
        "{add: [[], {pad_channels: 4}]}",
        "2x3x3",
        """\
spec:3:6: error[unlike-shapes]: add1: `add` needs branches of equal shape, not 2x3x3 and 4x3x3
    3 |   - {add: [[], {pad_channels: 4}]}
      |      ^^^""",
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
