"""Ops that enlarge, take, move or fold parts of maps, by hand."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
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


WRONG = [
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
