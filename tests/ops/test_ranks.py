"""Maps of one, two and three dimensions, by hand; what one number of a size stands for."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from tests.ops.conftest import by_hand, wrong

CASES = [
    pytest.param(
        "{conv: 64, kernel: 3x3x3, padding: 1}", "1x16x112x112", "64x16x112x112",
        {"weights": 1_728, "biases": 64,                     # 64·27
         "connections": 359_661_568,                         # 1,792·16·112·112
         "connections_in_bounds": 341_265_920,               # 64·46·334·334 taps, and the biases
         "neurons": 12_845_056, "mac": 346_816_512, "add": 12_845_056},
        id="a volume",
    ),
    pytest.param(
        "{maxpool: 1x2x2}", "64x16x112x112", "64x16x56x56", {"cmp": 9_633_792},  # 3 each
        id="frames, each by itself",
    ),
    pytest.param(
        "{conv: 32, kernel: 80, stride: 4}", "1x16000", "32x3981",
        {"weights": 2_560, "biases": 32, "connections": 10_318_752,  # 2,592·3,981
         "neurons": 127_392, "mac": 10_191_360, "add": 127_392},
        id="a sequence",
    ),
    pytest.param(
        "{conv: 4, kernel: 3x3, padding: 1, bias: false}", "2x5x4x6", "4x5x4x6",
        {"weights": 72, "connections": 8_640,                # 72·120 places
         "connections_in_bounds": 6_400,                     # 8·5·(10·16): rows and columns
         "neurons": 480, "mac": 8_640},
        id="a window of fewer dimensions than the map",
    ),
    pytest.param(
        "{conv: 2, kernel: 1x3x1, padding: 0x1x0, bias: false}", "1x1x1x1", "2x1x1x1",
        {"weights": 6, "connections": 6, "connections_in_bounds": 2, "neurons": 2, "mac": 6},
        id="a single place",
    ),
    pytest.param(
        "{conv: 2, kernel: 2x2x2, padding: 1, bias: false}", "3", "2x2x2x2",
        {"weights": 48, "connections": 384, "connections_in_bounds": 48, "neurons": 16,
         "mac": 384},                                        # one tap of each unit is on it
        id="a vector meets a window of any rank",
    ),
    pytest.param(
        "{conv: 1, kernel: 3, padding: [1, 0], bias: false}", "1x4", "1x3",
        {"weights": 3, "connections": 9, "connections_in_bounds": 8, "neurons": 3, "mac": 9},
        id="before and after",
    ),
    pytest.param(
        "{conv: 1, kernel: 2, padding: [1, 0, 0, 0, 0, 1], bias: false}", "1x1x2x1", "1x1x1x1",
        {"weights": 8, "connections": 8, "connections_in_bounds": 2, "neurons": 1, "mac": 8},
        id="each side",
    ),
    pytest.param(
        "{conv: 6, kernel: 3, dilation: 2, groups: 2, padding: same, bias: untied}", "4x9", "6x9",
        {"weights": 36, "biases": 54, "connections": 378,    # (36 + 6)·9
         "connections_in_bounds": 330,                       # 12·(9 + 7 + 7) and 54
         "neurons": 54, "mac": 324, "add": 54},
        id="dilated, in groups, untied",
    ),
    pytest.param(
        "{conv: , table: [[0], [0, 1]], kernel: 2, bias: false}", "2x3x3x3", "2x2x2x2",
        {"weights": 24, "connections": 192, "neurons": 16, "mac": 192},
        id="a table",
    ),
    pytest.param("{maxpool: 3, stride: 2}", "2x9", "2x4", {"cmp": 16}, id="a pool"),
    pytest.param(
        "{avgpool: 2}", "2x4x4x4", "2x2x2x2", {"add": 112, "div": 16}, id="a cube: 16·7 sums"
    ),
    pytest.param(
        "{avgpool: , output: 2}", "3x4x6x8", "3x2x2x2", {"add": 552, "div": 24},  # 3·192 - 24
        id="an output size",
    ),
    pytest.param(
        "{avgpool: , output: 3}", "1x7", "1x3", {"add": 6, "div": 3},  # 0:3, 2:5, 4:7
        id="windows that share cells",
    ),
    pytest.param("globalavgpool", "5x100", "5x1x1", {"add": 495, "div": 5}, id="a mean"),
    pytest.param("flatten", "2x3x4x5", "120x1x1", {}, id="flattened"),
    pytest.param(
        "{linear: 7}", "2x3x4x5", "7x1x1",
        {"weights": 840, "biases": 7, "connections": 847, "neurons": 7, "mac": 840, "add": 7},
        id="all elements",
    ),
    pytest.param(
        "{linear: 7, flatten: false}", "768x197", "7x197",
        {"weights": 5_376, "biases": 7, "connections": 1_060_451,  # 5,383·197
         "neurons": 1_379, "mac": 1_059_072, "add": 1_379},
        id="each token by itself",
    ),
    pytest.param(
        "{batchnorm: }", "8x5x6x7", "8x5x6x7",
        {"gamma": 8, "beta": 8, "statistics": 16, "mul": 1_680, "add": 1_680}, id="a norm",
    ),
    pytest.param(
        "softmax", "4x10", "4x10", {"exp": 40, "add": 30, "div": 40}, id="classes of each place"
    ),
    pytest.param(
        "{lrn: 3}", "4x10", "4x10", {"mul": 80, "add": 120, "pow": 40, "div": 40}, id="a response"
    ),
    pytest.param("{pad_channels: 5, stride: 2}", "3x9", "5x5", {}, id="zeros appended"),
    pytest.param("{pad_channels: 5, stride: 1x2x2}", "3x4x4x5", "5x4x2x3", {}, id="frames kept"),
    pytest.param(
        "{subsample: 2}", "3x6", "3x3",
        {"weights": 3, "biases": 3, "connections": 27, "neurons": 9, "add": 18, "mul": 9},
        id="subsampling",
    ),
]  # fmt: skip

test_by_hand = by_hand(CASES)

WRONG = [
    (
        "{conv: 2, kernel: 3x3x3}",
        "1x8x8",
        """\
spec:3:23: error[wrong-rank]: conv1: `kernel` 3x3x3 has 3 dimensions, and the map 8x8 that it \
meets 2; what enters `conv` is 1x8x8
    3 |   - {conv: 2, kernel: 3x3x3}
      |                       ^^^^^
  hint: one number stands for as many as there are""",
    ),
    (
        "{maxpool: 2x2}",
        "1x16000",
        """\
spec:3:15: error[wrong-rank]: maxpool1: `kernel` 2x2 has 2 dimensions, and the map 16000 that it \
meets 1; what enters `maxpool` is 1x16000
    3 |   - {maxpool: 2x2}
      |               ^^^
  hint: one number stands for as many as there are""",
    ),
    (
        "{conv: 2, kernel: 3x3, stride: 1x2x2}",
        "1x8x8x8",
        """\
spec:3:36: error[wrong-rank]: conv1: `stride` 1x2x2 has 3 dimensions, and the window 3x3 that it \
belongs to 2; what enters `conv` is 1x8x8x8
    3 |   - {conv: 2, kernel: 3x3, stride: 1x2x2}
      |                                    ^^^^^
  hint: one number stands for as many as there are""",
    ),
    (
        "{conv: 2, kernel: 3x3x3, padding: 0x1}",
        "1x8x8x8",
        """\
spec:3:39: error[wrong-rank]: conv1: `padding` 0x1 has 2 dimensions, and the window 3x3x3 that it \
belongs to 3; what enters `conv` is 1x8x8x8
    3 |   - {conv: 2, kernel: 3x3x3, padding: 0x1}
      |                                       ^^^
  hint: one number stands for as many as there are""",
    ),
    (
        "{avgpool: , output: 2x2}",
        "1x9",
        """\
spec:3:25: error[wrong-rank]: avgpool1: `output` 2x2 has 2 dimensions, and the map 9 that it meets \
1; what enters `avgpool` is 1x9
    3 |   - {avgpool: , output: 2x2}
      |                         ^^^
  hint: one number stands for as many as there are""",
    ),
    (
        "{conv: 2, kernel: 9}",
        "1x8",
        """\
spec:3:23: error[window-does-not-fit]: conv1: a window of 9 does not fit in the length 8; what \
enters `conv` is 1x8 (channels x length)
    3 |   - {conv: 2, kernel: 9}
      |                       ^
  hint: a smaller kernel, more padding, or a larger input""",
    ),
    (
        "{conv: 2, kernel: 3x9x3}",
        "1x8x8x8",
        """\
spec:3:23: error[window-does-not-fit]: conv1: a window of 9 does not fit in the height 8; what \
enters `conv` is 1x8x8x8 (channels x depth x height x width)
    3 |   - {conv: 2, kernel: 3x9x3}
      |                       ^^^^^
  hint: a smaller kernel, more padding, or a larger input""",
    ),
    (
        "{concat: [[], {maxpool: 2}]}",
        "2x3x4x4",
        """\
spec:3:6: error[unlike-shapes]: concat1: `concat` needs branches of equal depth, height and width, \
not 2x3x4x4 and 2x1x2x2
    3 |   - {concat: [[], {maxpool: 2}]}
      |      ^^^^^^""",
    ),
    (
        "{concat: [[], globalavgpool]}",
        "2x9",
        """\
spec:3:6: error[unlike-shapes]: concat1: `concat` needs branches of equal length, not 2x9 and 2x1x1
    3 |   - {concat: [[], globalavgpool]}
      |      ^^^^^^""",
    ),
]

test_what_does_not_fit = wrong(WRONG)


@pytest.mark.parametrize(
    ("layers", "x", "y"),
    [
        ("{conv: 4, kernel: 3, padding: 1}", "8", "4x1x1"),
        ("{conv: 4, kernel: 3, padding: 1}", "8x1", "4x1"),
        ("{conv: 4, kernel: 3x3, padding: 1}", "8x1", "4x1x1"),
        ("{conv: 4, kernel: 1x1x1}", "8x1x1", "4x1x1x1"),
    ],
)
def test_a_vector_is_one_place_however_it_is_written(layers: str, x: str, y: str) -> None:
    graph = archcalc.expand(archcalc.load(StringIO(f"input: {x}\nlayers: [{layers}]")))

    assert str(graph.nodes[-1].y) == y
    assert archcalc.confirm(graph).agrees


def test_a_file_says_once_that_linear_layers_work_at_each_place() -> None:
    report = archcalc.count(
        archcalc.load(
            StringIO(
                "input: 768x197\ndefaults: {linear: {flatten: false}}\n"
                "layers: [{linear: 3072}, {linear: 768}]"
            )
        )
    )

    assert report.total.parameters == 768 * 3072 + 3072 + 3072 * 768 + 768
    assert report.total.macs == 197 * 2 * 768 * 3072


def test_expressions_know_the_extents_that_there_are() -> None:
    volume = archcalc.load(
        StringIO("input: 1x4x5x6\nlayers: [{conv: =depth * input.depth, kernel: 1}]")
    )
    sequence = archcalc.load(
        StringIO("input: 1x7\nlayers: [{conv: =length + input.width, kernel: 1}]")
    )

    assert archcalc.count(volume)["conv1"].output.channels == 16
    assert archcalc.count(sequence)["conv1"].output.channels == 14
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(archcalc.load(StringIO("input: 1x4x5\nlayers: [{conv: =depth, kernel: 1}]")))
    assert "nothing is called `depth` here" in str(caught.value)


def test_what_is_written_in_another_way_is_the_same_layer() -> None:
    one, each = (
        archcalc.load(StringIO(f"input: 1x4x8x8\nlayers: [{{conv: 2, kernel: {size}}}]"))
        for size in ("3", "3x3x3")
    )

    assert archcalc.expand(one).nodes[0].op == archcalc.expand(each).nodes[0].op
