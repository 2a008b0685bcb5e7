"""Convolution by hand: every figure with its arithmetic beside it."""

from __future__ import annotations

import pytest

from tests.ops.conftest import by_hand, check, wrong

CASES = [
    pytest.param(
        "{conv: 6, kernel: 5}", "1x32x32", "6x28x28",        # 32 - 5 + 1 = 28
        {"weights": 150, "biases": 6,                        # 6·25, and one for each map
         "connections": 122_304,                             # 4,704 units of 25 + 1
         "neurons": 4_704,                                   # 6·28·28
         "mac": 117_600, "add": 4_704},                      # 4,704·25
        id="LeNet-5 C1",
    ),
    pytest.param(
        "{conv: 2, kernel: 3, bias: false}", "3x5x5", "2x3x3",
        {"weights": 54,                                      # 2·3·9
         "connections": 486, "neurons": 18,                  # 18 units of 27
         "mac": 486},
        id="no bias",
    ),
    pytest.param(
        "{conv: 2, kernel: 3, padding: 1}", "1x4x4", "2x4x4",
        {"weights": 18, "biases": 2,
         "connections": 320, "neurons": 32,                  # 32 units of 9 + 1
         "connections_in_bounds": 232,                       # a side: 2 + 3 + 3 + 2 = 10 taps;
                                                             # 2 maps of 10·10 taps and 16 biases
         "mac": 288, "add": 32},                             # padded taps are multiplied too: 32·9
        id="padding",
    ),
    pytest.param(
        "{conv: 4, kernel: 3, stride: 2, padding: 1}", "2x7x7", "4x4x4",   # (7 + 2 - 3)/2 + 1 = 4
        {"weights": 72, "biases": 4,                         # 4·2·9
         "connections": 1_216, "neurons": 64,                # 64 units of 18 + 1
         "connections_in_bounds": 864,                       # a side: 2 + 3 + 3 + 2 = 10;
                                                             # 8 pairs of maps·100 + 64
         "mac": 1_152, "add": 64},
        id="stride",
    ),
    pytest.param(
        "{conv: 1, kernel: 2, stride: 3}", "1x6x7", "1x2x2", # rows 0-1, 3-4; columns 0-1, 3-4
        {"weights": 4, "biases": 1,
         "connections": 20, "neurons": 4,                    # 4·(4 + 1)
         "mac": 16, "add": 4},
        id="stride larger than the window leaves pixels out",
    ),
    pytest.param(
        "{conv: 6, kernel: 3, groups: 2}", "4x5x5", "6x3x3",
        {"weights": 108, "biases": 6,                        # each of 6 maps sees 2 of 4: 6·2·9
         "connections": 1_026, "neurons": 54,                # 54 units of 18 + 1
         "mac": 972, "add": 54},
        id="two groups",
    ),
    pytest.param(
        "{conv: 8, kernel: 3, groups: 4, bias: false}", "4x3x3", "8x1x1",
        {"weights": 72,                                      # depthwise, twice as many: 8·1·9
         "connections": 72, "neurons": 8,
         "mac": 72},
        id="depthwise with multiplier 2",
    ),
    pytest.param(
        "{conv: 1, kernel: 3, dilation: 2}", "1x7x7", "1x3x3",   # reaches over 5: 7 - 5 + 1
        {"weights": 9, "biases": 1,
         "connections": 90, "neurons": 9,                    # still 9 taps each
         "mac": 81, "add": 9},
        id="dilation",
    ),
    pytest.param(
        "{conv: 1, kernel: 3, dilation: 2, padding: 2}", "1x3x3", "1x3x3",
        {"weights": 9, "biases": 1,
         "connections": 90, "neurons": 9,
         "connections_in_bounds": 34,                        # a side: 2 + 1 + 2 taps;
                                                             # 5·5 of them and 9 biases
         "mac": 81, "add": 9},
        id="dilated beyond the image",
    ),
    pytest.param(
        "{conv: 2, kernel: 1x7, padding: 0x3}", "2x8x8", "2x8x8",
        {"weights": 28, "biases": 2,                         # 2·2·7
         "connections": 1_920, "neurons": 128,               # 128 units of 14 + 1
         "connections_in_bounds": 1_536,                     # rows 8; columns 4+5+6+7+7+6+5+4 = 44;
                                                             # 4 pairs·8·44 = 1,408, and 128
         "mac": 1_792, "add": 128},
        id="wide window",
    ),
    pytest.param(
        "{conv: 2, kernel: 7x1, padding: half}", "2x8x8", "2x8x8",
        {"weights": 28, "biases": 2,
         "connections": 1_920, "neurons": 128, "connections_in_bounds": 1_536,
         "mac": 1_792, "add": 128},
        id="high window, half padding",
    ),
    pytest.param(
        "{conv: 1, kernel: 5, stride: 2, padding: [2, 1]}", "1x16x16", "1x8x8",  # (16+3-5)/2 + 1
        {"weights": 25, "biases": 1,
         "connections": 1_664, "neurons": 64,                # 64·26
         "connections_in_bounds": 1_433,                     # a side: 3 + 5·6 + 4 = 37; 37·37 + 64
         "mac": 1_600, "add": 64},
        id="asymmetric padding, zip-code network of 1989",
    ),
    pytest.param(
        "{conv: 1, kernel: 2, padding: [1, 0, 0, 2]}", "1x3x3", "1x3x4",   # 3+1-2+1, 3+2-2+1
        {"weights": 4, "biases": 1,
         "connections": 60, "neurons": 12,                   # 12·(4 + 1)
         "connections_in_bounds": 37,                        # rows 1+2+2 = 5, columns 2+2+1+0 = 5
         "mac": 48, "add": 12},
        id="four paddings",
    ),
    pytest.param(
        "{conv: 1, kernel: 3, stride: 2, padding: same}", "1x4x4", "1x2x2",   # 4/2
        {"weights": 9, "biases": 1,
         "connections": 40, "neurons": 4,
         "connections_in_bounds": 29,                        # 1 cell, at the end: 3 + 2; 5·5 + 4
         "mac": 36, "add": 4},
        id="TensorFlow's same",
    ),
    pytest.param(
        "{conv: 1, kernel: 11, stride: 4, ceil: true}", "1x224x224", "1x55x55",   # 53.25 up, + 1
        {"weights": 121, "biases": 1,
         "connections": 369_050, "neurons": 3_025,           # 3,025·122
         "connections_in_bounds": 365_429,                   # 54·11 + 8 = 602 a side; 602² + 3,025
         "mac": 366_025, "add": 3_025},
        id="AlexNet's rounding up reads 3 pixels beyond",
    ),
    pytest.param(
        "{conv: 4, kernel: 2, bias: untied}", "1x3x3", "4x2x2",
        {"weights": 16, "biases": 16,                        # a bias for each of 16 units
         "connections": 80, "neurons": 16,                   # 16·(4 + 1)
         "mac": 64, "add": 16},
        id="untied biases",
    ),
    pytest.param(
        "{op: conv, kernel: 3, table: [[0], [0, 1], [0, 1, 2]]}", "3x4x4", "3x2x2",
        {"weights": 54, "biases": 3,                         # 6 pairs of 9
         "connections": 228, "neurons": 12,                  # 4 places of 54 + 3
         "mac": 216, "add": 12},
        id="table",
    ),
    pytest.param(
        "{op: conv, kernel: 2, padding: 1, bias: untied, table: [[1], [0, 1]]}", "2x2x2", "2x3x3",
        {"weights": 12, "biases": 18,                        # 3 pairs of 4; 2·9 units
         "connections": 126, "neurons": 18,                  # 9 places of 12, and 18
         "connections_in_bounds": 66,                        # a side 1 + 2 + 1 = 4; 3·16 + 18
         "mac": 108, "add": 18},
        id="table with padding and untied biases",
    ),
    pytest.param(
        "{conv: 2, kernel: 3, trainable: false}", "1x3x3", "2x1x1",
        {"fixed": 20,                                        # 18 weights and 2 biases, none trained
         "connections": 20, "neurons": 2,
         "mac": 18, "add": 2},
        id="frozen",
    ),
]  # fmt: skip


test_by_hand = by_hand(CASES)


def test_a_table_of_all_maps_is_a_full_convolution() -> None:
    figures = {"weights": 36, "biases": 2, "neurons": 2, "connections": 38, "mac": 36, "add": 2}

    check("{op: conv, kernel: 3, table: [[0, 1], [1, 0]]}", "2x3x3", "2x1x1", **figures)
    check("{conv: 2, kernel: 3, table: [[0, 1], [0, 1]]}", "2x3x3", "2x1x1", **figures)
    check("{conv: 2, kernel: 3}", "2x3x3", "2x1x1", **figures)


WRONG = [
    (
        "{conv: 4, kernel: 3, groups: 2}",
        "3x5x5",
        """\
spec:3:34: error[groups-do-not-divide]: conv1: 2 groups do not divide 3 input maps and 4 filters \
evenly; what enters `conv` is 3x5x5
    3 |   - {conv: 4, kernel: 3, groups: 2}
      |                                  ^""",
    ),
    (
        "{conv: 3, kernel: 3, groups: 2}",
        "4x5x5",
        """\
spec:3:34: error[groups-do-not-divide]: conv1: 2 groups do not divide 4 input maps and 3 filters \
evenly; what enters `conv` is 4x5x5
    3 |   - {conv: 3, kernel: 3, groups: 2}
      |                                  ^""",
    ),
    (
        "{conv: 4, kernel: 7}",
        "3x5x8",
        """\
spec:3:23: error[window-does-not-fit]: conv1: a window of 7 does not fit in the height 5; \
what enters `conv` is 3x5x8 (channels x height x width)
    3 |   - {conv: 4, kernel: 7}
      |                       ^
  hint: a smaller kernel, more padding, or a larger input""",
    ),
    (
        "{conv: 4, kernel: 3, dilation: 4, padding: [1, 1, 1, 0]}",
        "3x7x7",
        """\
spec:3:23: error[window-does-not-fit]: conv1: a window of 3 (dilated by 4: 9) does not fit in the \
width 7 + 1 of padding before + 0 after; what enters `conv` is 3x7x7 (channels x height x width)
    3 |   - {conv: 4, kernel: 3, dilation: 4, padding: [1, 1, 1, 0]}
      |                       ^
  hint: a smaller kernel, more padding, or a larger input""",
    ),
    (
        "{op: conv, kernel: 3, table: [[0], [0, 3]]}",
        "3x5x5",
        """\
spec:3:27: error[bad-table]: conv1: output map 1 reads input map 3, but there are 3 (0 to 2); \
what enters `conv` is 3x5x5
    3 |   - {op: conv, kernel: 3, table: [[0], [0, 3]]}
      |                           ^^^^^""",
    ),
    (
        "{conv: 3, kernel: 3, table: [[0], [0, 1]]}",
        "3x5x5",
        """\
spec:3:26: error[bad-table]: conv1: the table has 2 rows for 3 filters; what enters `conv` is 3x5x5
    3 |   - {conv: 3, kernel: 3, table: [[0], [0, 1]]}
      |                          ^^^^^""",
    ),
    (
        "{op: conv, kernel: 3, groups: 3, table: [[0], [1], [2]]}",
        "3x5x5",
        """\
spec:3:35: error[bad-table]: conv1: a table and groups exclude each other; \
what enters `conv` is 3x5x5
    3 |   - {op: conv, kernel: 3, groups: 3, table: [[0], [1], [2]]}
      |                                   ^""",
    ),
    (
        "{op: conv, kernel: 3}",
        "3x5x5",
        """\
spec:3:10: error[missing-key]: conv1: `conv` needs its `filters`, or a `table`; \
what enters `conv` is 3x5x5
    3 |   - {op: conv, kernel: 3}
      |          ^^^^""",
    ),
]


test_what_does_not_fit = wrong(WRONG)
