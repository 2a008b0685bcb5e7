"""Pooling by hand: subsampling, maxima, averages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.ops.avgpool import Avgpool
from archcalc.ops.op import Shape
from tests.ops.conftest import by_hand, wrong

CASES = [
    pytest.param(
        "{subsample: 2}", "6x28x28", "6x14x14",
        {"weights": 6, "biases": 6,                          # a coefficient and a bias for each
         "connections": 5_880, "neurons": 1_176,             # 6·14·14 units of 4 + 1
         "add": 4_704, "mul": 1_176},                        # 1,176·(3 + 1); 1,176 coefficients
        id="LeNet-5 S2",
    ),
    pytest.param(
        "{subsample: 3, stride: 2}", "1x7x7", "1x3x3",
        {"weights": 1, "biases": 1,
         "connections": 90, "neurons": 9,                    # 9·(9 + 1)
         "add": 81, "mul": 9},                               # 9·(8 + 1)
        id="overlapping subsampling",
    ),
    pytest.param(
        "{subsample: 2, trainable: false}", "2x3x3", "2x1x1",  # the third row and column are lost
        {"fixed": 4, "connections": 10, "neurons": 2, "add": 8, "mul": 2},
        id="frozen subsampling",
    ),
    pytest.param(
        "{maxpool: 2}", "6x28x28", "6x14x14",
        {"cmp": 3_528},                                      # 1,176·(4 - 1)
        id="max",
    ),
    pytest.param(
        "{maxpool: 3, stride: 2}", "96x55x55", "96x27x27",
        {"cmp": 559_872},                                    # 96·27·27 = 69,984 times 9 - 1
        id="AlexNet's overlapping maxima",
    ),
    pytest.param(
        "{maxpool: 3, stride: 2, ceil: true}", "1x112x112", "1x56x56",   # 54.5 up, + 1
        {"cmp": 25_088},                                     # 3,136·8
        id="max rounded up",
    ),
    pytest.param(
        "{maxpool: 3, stride: 2, padding: 1, ceil: true}", "1x112x112", "1x57x57",   # 55.5 up, + 1
        {"cmp": 25_992},                                     # 3,249·8: the 57th starts at cell 111
        id="padded and rounded up",
    ),
    pytest.param(
        "{maxpool: 2, stride: 3, padding: 1, ceil: true}", "1x3x3", "1x2x2",  # 1 + 1: starts at 2
        {"cmp": 12},
        id="the last window touches the image",
    ),
    pytest.param(
        "{maxpool: 2, stride: 2, padding: 1, ceil: true}", "1x3x3", "1x2x2",  # 1.5 up + 1 = 3, but
        {"cmp": 12},                                         # the third would start at cell 3
        id="a last window that would see padding only is dropped",
    ),
    pytest.param(
        "{maxpool: 1x3, stride: 1x2}", "2x4x7", "2x4x3",
        {"cmp": 48},                                         # 24·(3 - 1)
        id="wide maxima",
    ),
    pytest.param(
        "{avgpool: 2}", "8x30x30", "8x15x15",
        {"add": 5_400, "div": 1_800},                        # 1,800·(4 - 1)
        id="average",
    ),
    pytest.param(
        "{avgpool: 3, stride: 1, padding: 1}", "2x4x4", "2x4x4",
        {"add": 256, "div": 32},                             # 32·(9 - 1)
        id="average with padding",
    ),
    pytest.param(
        "{avgpool: 3, stride: 1, padding: 1, count_padding: false}", "2x4x4", "2x4x4",
        {"add": 256, "div": 32},                             # another divisor, the same work
        id="average without padding in the divisor",
    ),
    pytest.param(
        "{avgpool: 5, stride: 3}", "512x14x14", "512x4x4",
        {"add": 196_608, "div": 8_192},                      # 8,192·(25 - 1)
        id="GoogLeNet's heads",
    ),
    pytest.param(
        "{op: avgpool, output: 7}", "1x14x14", "1x7x7",
        {"add": 147, "div": 49},                             # 49 windows of 2x2: 49·3
        id="fixed size that divides",
    ),
    pytest.param(
        "{op: avgpool, output: 4}", "1x7x7", "1x4x4",        # rows 0-1 1-3 3-5 5-6: 2 + 3 + 3 + 2
        {"add": 84, "div": 16},                              # 10·10 taps less the first of 16
        id="fixed size that does not divide",
    ),
    pytest.param(
        "{op: avgpool, output: 1x3}", "2x2x5", "2x1x3",      # rows 2; columns 0-1, 1-3, 3-4: 7
        {"add": 22, "div": 6},                               # 2·(2·7) - 6
        id="fixed size, another for each side",
    ),
    pytest.param(
        "{op: avgpool, output: 3}", "1x2x2", "1x3x3",        # rows 0, 0-1, 1: 4
        {"add": 7, "div": 9},                                # 16 - 9
        id="fixed size larger than the image",
    ),
    pytest.param(
        "globalavgpool", "512x7x7", "512x1x1",
        {"add": 24_576, "div": 512},                         # 512·(49 - 1)
        id="global average",
    ),
    pytest.param("globalavgpool", "3x1x1", "3x1x1", {"div": 3}, id="global average of one pixel"),
]  # fmt: skip


test_by_hand = by_hand(CASES)


WRONG = [
    (
        "{maxpool: 4}",
        "1x8x3",
        """\
spec:3:15: error[window-does-not-fit]: maxpool1: a window of 4 does not fit in the width 3; \
what enters `maxpool` is 1x8x3 (channels x height x width)
    3 |   - {maxpool: 4}
      |               ^
  hint: a smaller kernel, more padding, or a larger input""",
    ),
    (
        "{maxpool: 1x2, padding: [0, 0, 2, 1]}",
        "1x4x5",
        """\
spec:3:20: error[window-on-padding]: maxpool1: a window of 2 lies wholly on padding, 2 + 1 around \
the width 5: no value there is the largest; what enters `maxpool` is 1x4x5
    3 |   - {maxpool: 1x2, padding: [0, 0, 2, 1]}
      |                    ^^^^^^^
  hint: less padding than the kernel""",
    ),
    (
        "{maxpool: 1, padding: 1}",
        "1x4x4",
        """\
spec:3:27: error[window-on-padding]: maxpool1: a window of 1 lies wholly on padding, 1 + 1 around \
the height 4: no value there is the largest; what enters `maxpool` is 1x4x4
    3 |   - {maxpool: 1, padding: 1}
      |                           ^
  hint: less padding than the kernel""",
    ),
    (
        "{op: subsample, kernel: 4}",
        "1x3x8",
        """\
spec:3:29: error[window-does-not-fit]: subsample1: a window of 4 does not fit in the height 3; \
what enters `subsample` is 1x3x8 (channels x height x width)
    3 |   - {op: subsample, kernel: 4}
      |                             ^
  hint: a smaller kernel, more padding, or a larger input""",
    ),
    (
        "avgpool",
        "1x8x8",
        """\
spec:3:5: error[missing-key]: avgpool1: `avgpool` needs either a `kernel` or an `output` size; \
what enters `avgpool` is 1x8x8
    3 |   - avgpool
      |     ^^^^^^^""",
    ),
    (
        "{avgpool: 2, output: 4}",
        "1x8x8",
        """\
spec:3:6: error[missing-key]: avgpool1: `avgpool` needs either a `kernel` or an `output` size; \
what enters `avgpool` is 1x8x8
    3 |   - {avgpool: 2, output: 4}
      |      ^^^^^^^""",
    ),
    *(
        (
            f"{{op: avgpool, output: 4, {key}: {value}}}",
            "1x8x8",
            f"""\
spec:3:30: error[unknown-key]: avgpool1: `{key}` has no meaning beside an `output` size; \
what enters `avgpool` is 1x8x8
    3 |   - {{op: avgpool, output: 4, {key}: {value}}}
      |                              {"^" * len(key)}""",
        )
        for key, value in [
            ("stride", "2"),
            ("padding", "half"),
            ("ceil", "true"),
            ("count_padding", "false"),
        ]
    ),
]


test_what_does_not_fit = wrong(WRONG)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 8), st.integers(1, 8))
def test_fixed_sizes_add_up_the_windows_that_they_make(
    height: int, width: int, down: int, across: int
) -> None:
    def taps(size: int, outputs: int) -> int:
        return sum(-(-(i + 1) * size // outputs) - i * size // outputs for i in range(outputs))

    op, x = Avgpool(output=(down, across)), Shape(3, height, width)
    work = op.work(x, op.shape(x))

    assert work.div == 3 * down * across
    assert work.add == 3 * taps(height, down) * taps(width, across) - work.div
