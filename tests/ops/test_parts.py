"""Ops that enlarge, take, move or fold parts of maps, by hand."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc.errors import ShapeError
from tests.ops.conftest import by_hand, wrong

CASES = [
    pytest.param("one_minus", "2x3x3", "2x3x3", {"add": 18}, id="1 - x"),
    pytest.param("globalmaxpool", "5x7x7", "5x1x1", {"cmp": 240}, id="5·(49 - 1)"),
    pytest.param("globalmaxpool", "5x9", "5x1x1", {"cmp": 40}, id="of a sequence: 5·8"),
    pytest.param("{upsample: 2}", "3x4x5", "3x8x10", {}, id="twice as large"),
    pytest.param("{upsample: 1x3}", "3x4x5", "3x4x15", {}, id="thrice as wide"),
    pytest.param("{upsample: 2}", "3x5", "3x10", {}, id="a sequence"),
    pytest.param("{upsample: 2}", "3x2x3x4", "3x4x6x8", {}, id="a volume"),
    pytest.param("{upsample: 2x2}", "3x2x3x4", "3x2x6x8", {}, id="each frame"),
    pytest.param("{upsample: , output: 7}", "3x4x5", "3x7x7", {}, id="to a size"),
    pytest.param("{upsample: 7}", "3", "3x7x7", {}, id="a vector spread out"),
    pytest.param(  # 3·8·10 = 240 elements of four neighbours each
        "{upsample: 2, mode: bilinear}", "3x4x5", "3x8x10", {"mul": 960, "add": 720}, id="bilinear"
    ),
    pytest.param(  # 3·10 elements of two
        "{upsample: 2, mode: bilinear}", "3x5", "3x10", {"mul": 60, "add": 30}, id="linear"
    ),
    pytest.param(  # 4·4·4 elements of eight
        "{upsample: 2, mode: bilinear}", "1x2x2x2", "1x4x4x4", {"mul": 512, "add": 448},
        id="trilinear",
    ),
    pytest.param(  # (4 - 1)·2 + 3 = 9 rows, 11 columns; 3·2·9 weights at 20 places
        "{deconv: 2, kernel: 3, stride: 2}", "3x4x5", "2x9x11",
        {"weights": 54, "biases": 2, "mac": 1_080, "add": 198, "connections": 1_278,
         "connections_in_bounds": 1_278, "neurons": 198}, id="deconv",
    ),
    pytest.param(  # cut to 8 x 10; of each row's 3 taps one is cut at the first: 11, and 14
        "{deconv: 1, kernel: 3, stride: 2, padding: 1, output_padding: 1, bias: false}", "1x4x5",
        "1x8x10", {"weights": 9, "mac": 180, "connections": 180,
                   "connections_in_bounds": 11 * 14, "neurons": 80}, id="deconv, cropped",
    ),
    pytest.param(  # 4 maps in 2 groups: each reaches 1 of 2 filters
        "{deconv: 2, kernel: 2, groups: 2, dilation: 3, bias: false}", "4x5", "2x8",
        {"weights": 8, "mac": 40, "connections": 40, "neurons": 16}, id="deconv, a sequence",
    ),
    pytest.param(
        "{deconv: 1, kernel: 4, stride: 2, padding: same, bias: false}", "1x2x2x2", "1x4x4x4",
        {"weights": 64, "mac": 512, "connections": 512, "connections_in_bounds": 6**3,
         "neurons": 64}, id="deconv, a volume",
    ),
    pytest.param(  # 2·3·3 units of 2·2·2 taps and a bias
        "{local: 2, kernel: 2}", "2x4x4", "2x3x3",
        {"weights": 144, "biases": 18, "mac": 144, "add": 18, "connections": 162, "neurons": 18},
        id="local",
    ),
    pytest.param(  # of 3 taps at 4 places 10 are on the input
        "{local: 2, kernel: 3, padding: 1, bias: false}", "1x4", "2x4",
        {"weights": 24, "mac": 24, "connections": 24, "connections_in_bounds": 20, "neurons": 8},
        id="local, padded",
    ),
    pytest.param("{pixel_shuffle: 2}", "8x4x5", "2x8x10", {}, id="woven"),
    pytest.param("{pixel_shuffle: 3}", "6x5", "2x15", {}, id="woven sequences"),
    pytest.param("{pixel_unshuffle: 2}", "2x8x10", "8x4x5", {}, id="unwoven"),
    pytest.param("{pixel_unshuffle: 1x2}", "2x7x10", "4x7x5", {}, id="unwoven rows"),
    pytest.param("{unpool: 2}", "2x4x5", "2x8x10", {}, id="unpooled"),
    pytest.param("mean", "5x3x4", "5x1x1", {"add": 55, "div": 5}, id="5·(12 - 1)"),
    pytest.param("{mean: channels}", "5x3x4", "1x3x4", {"add": 48, "div": 12}, id="12·(5 - 1)"),
    pytest.param("{mean: height}", "5x3x4", "5x1x4", {"add": 40, "div": 20}, id="20·(3 - 1)"),
    pytest.param("tokens", "8x3x4", "8x12", {}, id="12 tokens"),
    pytest.param("{fold: height}", "8x3x4", "24x4", {}, id="rows as maps"),
    pytest.param("{fold: width}", "8x3x4", "32x3", {}, id="columns as maps"),
    pytest.param("{fold: length}", "8x3", "24x1x1", {}, id="nothing but a vector"),
    pytest.param("{reshape: 8x2x6}", "8x3x4", "8x2x6", {}, id="2 rows of 6"),
    pytest.param("{reshape: 96}", "8x3x4", "96x1x1", {}, id="8·3·4 in one vector"),
    pytest.param("{permute: [1, 0]}", "8x12", "12x8", {}, id="places as maps"),
    pytest.param("{permute: [2, 0, 1]}", "8x3x4", "4x8x3", {}, id="width first"),
    pytest.param(  # 12 places to 6 units, for each of the 8 maps: 6·(12 + 1)
        "{linear: 6, over: places}", "8x12", "8x6",
        {"weights": 72, "biases": 6, "mac": 576, "add": 48, "connections": 624, "neurons": 48},
        id="linear over places",
    ),
    pytest.param("{slice: [2, 5]}", "8x4x4", "3x4x4", {}, id="maps 2, 3, 4"),
    pytest.param("{slice: [2, 4], axis: height}", "8x4x5", "8x2x5", {}, id="rows 2, 3"),
    pytest.param("{slice: [0, 8], axis: length}", "3x16", "3x8", {}, id="the first half"),
    pytest.param("{slice: [=channels//2, =channels]}", "8x4x4", "4x4x4", {}, id="half the maps"),
    pytest.param("{split: 2, part: 2}", "8x4x4", "4x4x4", {}, id="the second half"),
    pytest.param("{split: [1, 2, 5], part: 3}", "8x4x4", "5x4x4", {}, id="5 of 1 + 2 + 5"),
    pytest.param("{split: 4, part: 1, axis: width}", "8x4x4", "8x4x1", {}, id="a column"),
    pytest.param("{shuffle: 2}", "8x4x4", "8x4x4", {}, id="shuffled"),
    pytest.param("{crop: 1}", "8x4x5", "8x2x3", {}, id="a cell around"),
    pytest.param("{crop: [1, 0, 2, 1]}", "8x4x5", "8x3x2", {}, id="4 - 1 - 0, 5 - 2 - 1"),
    pytest.param("{crop: , output: 56}", "4x64x64", "4x56x56", {}, id="the middle"),
    pytest.param("{crop: 1x1}", "8x3x4x5", "8x3x2x3", {}, id="of each frame"),
    pytest.param("{pad: 1x2}", "8x4x5", "8x6x9", {}, id="4 + 2, 5 + 4"),
    pytest.param("{pad: [1, 0]}", "8x9", "8x10", {}, id="a cell before"),
]  # fmt: skip


test_by_hand = by_hand(CASES)


@pytest.mark.parametrize(("layer", "x"), [(case.values[0], case.values[1]) for case in CASES])
def test_the_witness_agrees(layer: str, x: str) -> None:
    spec = f"input: {x}\nlayers: [{layer}, relu]"

    assert archcalc.confirm(archcalc.load(StringIO(spec))).agrees


def test_a_detector_goes_up_again_and_takes_what_was_there_before() -> None:
    """216 + 16 + 1,168 + 200 parameters, 221,184 + 294,912 + 196,608 macs."""
    report = archcalc.count(
        archcalc.load(
            StringIO("""\
input: 3x32x32
layers:
  - {name: l0, conv: 8, kernel: 3, padding: 1, bias: false, after: [batchnorm, relu]}
  - {name: l1, maxpool: 2}
  - {name: l2, conv: 16, kernel: 3, padding: 1}
  - {name: l3, upsample: 2}
  - {concat: , from: [l3, l0]}
  - {name: l5, conv: 8, kernel: 1}
""")
        )
    )

    assert str(report["l5"].output) == "8x32x32"
    assert (report.total.parameters, report.total.statistics) == (1_600, 16)
    assert report.total.macs == 712_704
    assert archcalc.confirm(report.graph).agrees


def test_a_copy_is_cropped_to_the_size_of_what_it_is_laid_beside() -> None:
    """16 - 2 - 2 = 12 and 10 - 2 = 8, halved and doubled again, less 2."""
    spec = archcalc.load(
        StringIO("""\
input: 1x16x12
layers:
  - {name: left, conv: 4, kernel: 5}
  - {maxpool: 2}
  - {conv: 4, kernel: 3}
  - {name: up, upsample: 2}
  - {name: copy, crop: , from: [left, up]}
  - {concat: , from: [copy, up]}
""")
    )
    report = archcalc.count(spec)

    assert [str(row.output) for row in report.rows] == [
        "4x12x8", "4x6x4", "4x4x2", "4x8x4", "4x8x4", "8x8x4",
    ]  # fmt: skip
    assert report["copy"].flops == 0
    assert archcalc.confirm(spec).agrees


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "{name: copy, crop: 1, from: [b, a]}",
            """\
spec:5:18: error[missing-key]: copy: `crop` needs either its `cells`, an `output` size or a second \
input
    5 |   - {name: copy, crop: 1, from: [b, a]}
      |                  ^^^^
  hint: `from: [a, b]` crops a to the size of b""",
        ),
        (
            "{name: copy, crop: , from: [b, a]}",
            """\
spec:5:18: error[crop-too-large]: copy: an output of 8 is larger than the height 6
    5 |   - {name: copy, crop: , from: [b, a]}
      |                  ^^^^""",
        ),
    ],
)
def test_a_crop_that_does_not_fit_what_it_is_cropped_to(layer: str, message: str) -> None:
    text = f"""\
input: 1x8x8
layers:
  - {{name: a, conv: 2, kernel: 1}}
  - {{name: b, conv: 2, kernel: 3}}
  - {layer}
"""
    with pytest.raises(ShapeError) as caught:
        archcalc.count(archcalc.load(StringIO(text)))

    assert str(caught.value) == message


def test_half_of_the_maps_go_through_and_half_go_around() -> None:
    """32·32 + 64, twice 16·16·9 + 32, 48·32 + 64 parameters; the same products at each place."""
    report = archcalc.count(
        archcalc.load(
            StringIO("""\
input: 32x160x160
defaults: {conv: {kernel: 1, padding: half, bias: false, after: [batchnorm, relu]}}
layers:
  - {name: cv1, conv: 32}
  - {split: [around, through]}
  - {name: m1, conv: 16, kernel: 3}
  - {name: m2, conv: 16, kernel: 3}
  - {concat: , from: [around, through, m2]}
  - {name: cv2, conv: 32}
""")
        )
    )
    own = [report[name].parameters for name in ("cv1", "m1", "m2", "cv2")]

    assert own == [1_088, 2_336, 2_336, 1_600]
    assert report.total.parameters == 7_360
    assert report.total.macs == 160 * 160 * (1_024 + 2 * 2_304 + 1_536) == 183_500_800
    assert archcalc.confirm(report.graph).agrees


def test_parts_are_found_by_their_names() -> None:
    report = archcalc.count(
        archcalc.load(
            StringIO("""\
input: 8x6x6
layers:
  - {name: s, split: {a: 2, b: 6}}
  - {name: t, split: [top, bottom], axis: height, from: s/a}
  - {concat: , from: [t/top, t/bottom]}
""")
        )
    )

    assert [node.path for node in report.nodes] == ["s/a", "s/b", "t/top", "t/bottom", "concat1"]
    assert [str(node.y) for node in report.nodes] == ["2x6x6", "6x6x6", "2x3x6", "2x3x6", "4x3x6"]


def test_what_is_padded_or_cropped_sees_what_it_saw() -> None:
    layers = "{conv: 2, kernel: 3}, {pad: [2, 1]}, {conv: 2, kernel: 3}, {crop: 2}"
    report = archcalc.count(archcalc.load(StringIO(f"input: 1x9x9\nlayers: [{layers}]")))
    field = report.fields[-1]

    assert field is not None
    assert (field.size, field.offset) == ((5, 5), (0, 0))  # 2 before, 2 taken away
    assert archcalc.confirm(report.graph).agrees


def test_a_convolution_and_one_that_is_turned_round() -> None:
    """Each element meets each of 30·9 taps once: 8,100·256·256, at whichever size comes out."""
    spec = """\
input: 30x256x256
layers:
  - {name: a, conv: 30, kernel: 3, padding: 1, bias: false}
  - {name: b, deconv: 30, kernel: 3, stride: 2, bias: false}
  - {name: c, deconv: 30, kernel: 3, stride: 2, output_padding: 1, bias: false, from: a}
outputs: [b]
"""
    report = archcalc.count(archcalc.load(StringIO(spec)))

    assert [report[name].parameters for name in "abc"] == [8_100] * 3
    assert [report[name].macs for name in "abc"] == [530_841_600] * 3
    assert [str(report[name].output) for name in "bc"] == ["30x513x513", "30x514x514"]


WRONG = [
    (
        "{pixel_shuffle: 3}",
        "8x4x4",
        """\
spec:3:21: error[groups-do-not-divide]: pixel_shuffle1: blocks of 9 cells do not divide 8 maps \
evenly; what enters `pixel_shuffle` is 8x4x4
    3 |   - {pixel_shuffle: 3}
      |                     ^""",
    ),
    (
        "{pixel_unshuffle: 3}",
        "8x6x4",
        """\
spec:3:23: error[groups-do-not-divide]: pixel_unshuffle1: blocks of 3 do not divide the width 4 \
evenly; what enters `pixel_unshuffle` is 8x6x4
    3 |   - {pixel_unshuffle: 3}
      |                       ^""",
    ),
    (
        "{fold: depth}",
        "8x6x4",
        """\
spec:3:12: error[no-such-axis]: fold1: there is no depth: 8x6x4 has channels, height and width; \
what enters `fold` is 8x6x4
    3 |   - {fold: depth}
      |            ^^^^^""",
    ),
    (
        "{reshape: 8x17}",
        "8x4x4",
        """\
spec:3:15: error[unlike-sizes]: reshape1: 8x4x4 has 128 elements, and 8x17 has 136; \
what enters `reshape` is 8x4x4
    3 |   - {reshape: 8x17}
      |               ^^^^""",
    ),
    (
        "{permute: [2, 1]}",
        "8x4x4",
        """\
spec:3:6: error[bad-order]: permute1: [2, 1] does not name each of the 3 axes of 8x4x4 once; \
what enters `permute` is 8x4x4
    3 |   - {permute: [2, 1]}
      |      ^^^^^^^
  hint: they are 0 to 2""",
    ),
    (
        "{deconv: 2, kernel: 3, stride: 2, output_padding: 2}",
        "8x4x4",
        """\
spec:3:55: error[output-padding-too-large]: deconv1: an output padding of 2 is not below \
the stride 2; what enters `deconv` is 8x4x4
    3 |   - {deconv: 2, kernel: 3, stride: 2, output_padding: 2}
      |                                                       ^""",
    ),
    (
        "{deconv: 2, kernel: 3, padding: 3}",
        "8x4x4",
        """\
spec:3:37: error[nothing-left]: deconv1: a padding of 3 + 3 leaves nothing of the height 6; \
what enters `deconv` is 8x4x4
    3 |   - {deconv: 2, kernel: 3, padding: 3}
      |                                     ^""",
    ),
    (
        "{deconv: 2, kernel: 2, stride: 3, padding: same}",
        "8x4x4",
        """\
spec:3:48: error[kernel-below-stride]: deconv1: `same` needs a kernel that reaches over \
the stride 3; what enters `deconv` is 8x4x4
    3 |   - {deconv: 2, kernel: 2, stride: 3, padding: same}
      |                                                ^^^^""",
    ),
    (
        "{deconv: 4, kernel: 2, groups: 3}",
        "8x4x4",
        """\
spec:3:36: error[groups-do-not-divide]: deconv1: 3 groups do not divide 8 input maps \
and 4 filters evenly; what enters `deconv` is 8x4x4
    3 |   - {deconv: 4, kernel: 2, groups: 3}
      |                                    ^""",
    ),
    (
        "{slice: [0, 9]}",
        "8x4x4",
        """\
spec:3:6: error[slice-beyond]: slice1: a slice from 0 to 9 reaches beyond the 8 maps; \
what enters `slice` is 8x4x4
    3 |   - {slice: [0, 9]}
      |      ^^^^^
  hint: it is counted from 0, `to` not in it""",
    ),
    (
        "{slice: [4, 4]}",
        "8x4x4",
        """\
spec:3:13: error[wrong-type]: expected [from, to], counted from 0, `to` larger and not in it, \
not `[4, 4]`
    3 |   - {slice: [4, 4]}
      |             ^""",
    ),
    (
        "{split: 3, part: 1}",
        "8x4x4",
        """\
spec:3:13: error[parts-are-not-the-whole]: split1: 3 parts do not divide the 8 maps evenly; \
what enters `split` is 8x4x4
    3 |   - {split: 3, part: 1}
      |             ^
  hint: sizes may be told""",
    ),
    (
        "{split: {a: 2, b: 5}}",
        "8x4x4",
        """\
spec:3:14: error[parts-are-not-the-whole]: a: parts of 2 + 5 are 7, and not the 8 maps; \
what enters `split` is 8x4x4
    3 |   - {split: {a: 2, b: 5}}
      |              ^""",
    ),
    (
        "{split: 2}",
        "8x4x4",
        """\
spec:3:5: error[missing-key]: `split` needs the names of two parts or more
    3 |   - {split: 2}
      |     ^
  hint: `split: [a, b]`, or `split: 2, part: 1` for one of them""",
    ),
    (
        "{split: 2, part: 3}",
        "8x4x4",
        """\
spec:3:22: error[no-such-part]: split1: there is no part 3 of 2; what enters `split` is 8x4x4
    3 |   - {split: 2, part: 3}
      |                      ^""",
    ),
    (
        "{shuffle: 3}",
        "8x4x4",
        """\
spec:3:15: error[groups-do-not-divide]: shuffle1: 3 groups do not divide 8 maps evenly; \
what enters `shuffle` is 8x4x4
    3 |   - {shuffle: 3}
      |               ^""",
    ),
    (
        "{crop: 2}",
        "8x4x9",
        """\
spec:3:6: error[nothing-left]: crop1: 2 + 2 cells taken away leave nothing of the height 4; \
what enters `crop` is 8x4x9
    3 |   - {crop: 2}
      |      ^^^^
  hint: fewer cells, or a larger input""",
    ),
    (
        "{crop: , output: 5}",
        "8x4x9",
        """\
spec:3:22: error[crop-too-large]: crop1: an output of 5 is larger than the height 4; \
what enters `crop` is 8x4x9
    3 |   - {crop: , output: 5}
      |                      ^""",
    ),
    (
        "crop",
        "8x4x9",
        """\
spec:3:5: error[missing-key]: crop1: `crop` needs either its `cells`, an `output` size \
or a second input; what enters `crop` is 8x4x9
    3 |   - crop
      |     ^^^^
  hint: `from: [a, b]` crops a to the size of b""",
    ),
    (
        "{pad: same}",
        "8x4x9",
        """\
spec:3:11: error[wrong-type]: expected cells: 1, 0x3 (height x width), [before, after] or \
[top, bottom, left, right], not `same`
    3 |   - {pad: same}
      |           ^^^^""",
    ),
    (
        "upsample",
        "3x4x4",
        """\
spec:3:5: error[missing-key]: upsample1: `upsample` needs either a `scale` or an `output` size; \
what enters `upsample` is 3x4x4
    3 |   - upsample
      |     ^^^^^^^^""",
    ),
    (
        "{upsample: 2x2x2}",
        "3x4x4",
        """\
spec:3:16: error[wrong-rank]: upsample1: `scale` 2x2x2 has 3 dimensions, and the map 4x4 that it \
meets 2; what enters `upsample` is 3x4x4
    3 |   - {upsample: 2x2x2}
      |                ^^^^^
  hint: one number stands for as many as there are""",
    ),
    (
        "{upsample: 2, mode: bicubic}",
        "3x4x4",
        """\
spec:3:25: error[wrong-type]: expected nearest or bilinear, not `bicubic`
    3 |   - {upsample: 2, mode: bicubic}
      |                         ^^^^^^^""",
    ),
]


test_what_does_not_fit = wrong(WRONG)
