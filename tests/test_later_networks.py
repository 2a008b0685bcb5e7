"""Networks of after 2016: what their papers say of how their tables come about."""

from __future__ import annotations

from itertools import groupby
from math import log
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc.errors import SpecError
from archcalc.ops.conv import Conv
from archcalc.sharing import arrays
from archcalc.spec.library import load

if TYPE_CHECKING:
    from archcalc.spec.values import Value

REGNETS = [  # depths, widths and group in Figures 15 and 16, which print w0, wa and wm too
    ("regnetx-200mf", [1, 1, 4, 7], [24, 56, 152, 368], 8, (24, 36.44, 2.49)),
    ("regnetx-400mf", [1, 2, 7, 12], [32, 64, 160, 384], 16, (24, 24.48, 2.54)),
    ("regnetx-600mf", [1, 3, 5, 7], [48, 96, 240, 528], 24, (48, 36.97, 2.24)),
    ("regnetx-800mf", [1, 3, 7, 5], [64, 128, 288, 672], 16, (56, 35.73, 2.28)),
    ("regnetx-1.6gf", [2, 4, 10, 2], [72, 168, 408, 912], 24, (80, 34.01, 2.25)),
    ("regnetx-3.2gf", [2, 6, 15, 2], [96, 192, 432, 1008], 48, (88, 26.31, 2.25)),
    ("regnetx-4gf", [2, 5, 14, 2], [80, 240, 560, 1360], 40, (96, 38.65, 2.43)),
    ("regnetx-6.4gf", [2, 4, 10, 1], [168, 392, 784, 1624], 56, (184, 60.83, 2.07)),
    ("regnetx-8gf", [2, 5, 15, 1], [80, 240, 720, 1920], 120, (80, 49.56, 2.88)),
    ("regnetx-12gf", [2, 5, 11, 1], [224, 448, 896, 2240], 112, (168, 73.36, 2.37)),
    ("regnetx-16gf", [2, 6, 13, 1], [256, 512, 896, 2048], 128, (216, 55.59, 2.1)),
    ("regnetx-32gf", [2, 7, 13, 1], [336, 672, 1344, 2520], 168, (320, 69.86, 2.0)),
    ("regnety-200mf", [1, 1, 4, 7], [24, 56, 152, 368], 8, (24, 36.44, 2.49)),
    ("regnety-400mf", [1, 3, 6, 6], [48, 104, 208, 440], 8, (48, 27.89, 2.09)),
    ("regnety-600mf", [1, 3, 7, 4], [48, 112, 256, 608], 16, (48, 32.54, 2.32)),
    ("regnety-800mf", [1, 3, 8, 2], [64, 128, 320, 768], 16, (56, 38.84, 2.4)),
    ("regnety-1.6gf", [2, 6, 17, 2], [48, 120, 336, 888], 24, (48, 20.71, 2.65)),
    ("regnety-3.2gf", [2, 5, 13, 1], [72, 216, 576, 1512], 24, (80, 42.63, 2.66)),
    ("regnety-4gf", [2, 6, 12, 2], [128, 192, 512, 1088], 64, (96, 31.41, 2.24)),
    ("regnety-6.4gf", [2, 7, 14, 2], [144, 288, 576, 1296], 72, (112, 33.22, 2.27)),
    ("regnety-8gf", [2, 4, 10, 1], [168, 448, 896, 2016], 56, (192, 76.82, 2.19)),
    ("regnety-12gf", [2, 5, 11, 1], [224, 448, 896, 2240], 112, (168, 73.36, 2.37)),
    ("regnety-16gf", [2, 4, 11, 1], [224, 448, 1232, 3024], 112, (200, 106.23, 2.48)),
    ("regnety-32gf", [2, 5, 12, 1], [232, 696, 1392, 3712], 232, (232, 115.89, 2.53)),
    ("regnety-128gf", [2, 7, 17, 1], [528, 1056, 2904, 7392], 264, (456, 160.83, 2.52)),
]


@pytest.mark.parametrize(("name", "depths", "widths", "group", "line"), REGNETS)
def test_a_regnet_is_a_line(
    name: str, depths: list[int], widths: list[int], group: int, line: tuple[int, float, float]
) -> None:
    w0, wa, wm = line
    steps = [round(log((w0 + wa * j) / w0) / log(wm)) for j in range(sum(depths))]  # equations 2, 3
    unrounded = [(round(w0 * wm**step / 8) * 8, len([*js])) for step, js in groupby(steps)]
    assert [blocks for _, blocks in unrounded] == depths
    assert [round(w / min(group, w)) * min(group, w) for w, _ in unrounded] == widths

    report = archcalc.count(name)
    assert load(name).parameters["line"] == tuple(zip(*[(d, w) for w, d in unrounded], strict=True))
    assert [row.output.channels for row in report.fold(1)[1:5]] == widths
    last = next(node.op for node in report.graph.nodes if node.path == "stage4/1/conv2")
    assert isinstance(last, Conv)
    assert last.groups * group == widths[3]


@pytest.mark.parametrize(
    ("name", "widths"),
    [
        ("regnetx-400mf", [32, 64, 160, 400]),
        ("regnety-800mf", [64, 144, 320, 784]),
        ("regnety-8gf", [224, 448, 896, 2016]),
    ],
)
def test_torchvision_rounds_widths_of_regnets_otherwise(name: str, widths: list[int]) -> None:
    """392 of 16 are 384 in the paper, where halves go to even: 24.5 to 24."""
    spec, theirs = load(name), archcalc.count(f"{name}-torchvision")
    group, unrounded = spec.parameters["group"], spec.parameters["widths"]
    assert isinstance(group, int)
    assert isinstance(unrounded, tuple)

    def divisible(width: int) -> int:
        up = (width + group // 2) // group * group  # halves go up
        return up if up >= 0.9 * width else up + group

    assert list(map(divisible, unrounded)) == widths
    assert [row.output.channels for row in theirs.fold(1)[1:5]] == widths


@given(st.integers(1, 128), st.integers(0, 5), st.sampled_from([1, 2, 4]))
def test_a_width_and_a_group_that_do_not_fit(eighths: int, power: int, ratio: int) -> None:
    """Appendix D: "The final w can be at most 1/3 different from the original w"."""
    width, group = 8 * eighths, 2**power
    given = {"widths": [width] * 4, "depths": [1] * 4, "group": group, "ratio": ratio}
    nodes = archcalc.expand(load("regnetx-200mf", **given)).nodes
    conv2, conv3 = (
        next(node for node in nodes if node.path == f"stage2/1/{name}")
        for name in ("conv2", "conv3")
    )
    assert isinstance(conv2.op, Conv)
    assert abs(conv3.y.channels - width) * 3 <= width
    assert conv3.y.channels == conv2.y.channels * ratio
    assert conv2.y.channels // conv2.op.groups == min(group, width // ratio)


def test_a_width_and_a_group_that_do_not_fit_may_be_a_mistake() -> None:
    with pytest.raises(SpecError) as raised:
        archcalc.count(load("regnetx-400mf", widths=[32, 72, 160, 384], fit=False))
    assert str(raised.value) == (
        "architectures/regnet.yaml:96:78: error[wrong-type]: expected a whole number, 1 or more, "
        "not `4.5`\n"
        "   96 |             - {name: conv2, conv: =maps, kernel: 3, stride: =stride, "
        "groups: =maps / g}\n"
        "      |                                                                              "
        "^^^^^^^^^"
    )


def test_a_line_of_other_than_four_stages() -> None:
    with pytest.raises(SpecError) as raised:
        load("regnetx-200mf", depth=4)
    assert str(raised.value) == (
        "architectures/regnet.yaml:20:11: error[not-a-choice]: `stages` is 4, not `3`\n"
        '   20 |   stages: "=len(depths)"\n'
        "      |           ^^^^^^^^^^^^^^"
    )


def test_a_line_that_skips_a_stage_says_nothing_else() -> None:
    with pytest.raises(SpecError) as raised:
        load("regnetx-200mf", wa=200)
    assert str(raised.value) == (
        "architectures/regnet.yaml:15:9: error[bad-expression]: "
        "step 1 of this staircase has no block\n"
        '   15 |   line: "=staircase(depth, w0, wa, wm, 8)"\n'
        "      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
    )


def test_attention_in_windows_costs_what_its_equations_say() -> None:
    row = archcalc.count("swin-t")["stage1/block/1/attention"]
    h = w = 56
    c, m = 96, 7

    # Liu et al. 2021, equations 1 and 2: the map against its square, and windows of m x m
    assert row.macs == 4 * h * w * c**2 + 2 * m**2 * h * w * c == 145_108_992
    assert archcalc.count({"input": "96x56x56", "layers": [{"attention": 3}]}).total.macs == (
        4 * h * w * c**2 + 2 * (h * w) ** 2 * c
    )


def test_every_other_block_of_swin_shifts_its_map_at_no_cost() -> None:
    report = archcalc.count("swin-t")
    shifts = [row for row in report.fold(4) if row.path.endswith(("/shift", "/shift back"))]

    # 2, 2, 6 and 2 blocks; the last two see all of their 7x7 places in one window
    assert len(shifts) == 2 * (1 + 1 + 3)
    assert {str(row.output) for row in shifts} == {"96x56x56", "192x28x28", "384x14x14"}
    assert not any(row.parameters or row.flops or row.neurons for row in shifts)


def test_swin_learns_a_number_for_each_distance_and_head() -> None:
    blocks = {3: 2, 6: 2, 12: 6, 24: 2}  # by heads
    tables = sum(n * heads * (2 * 7 - 1) ** 2 for heads, n in blocks.items())
    found = archcalc.count("swin-t").graph.nodes

    assert tables == 23_322
    assert tables == sum(
        weight.size
        for node in found
        for name, weight in arrays(node).items()
        if name == "position_bias"
    )


@pytest.mark.parametrize("name", ["convnext-t", "regnetx-200mf", "swin-t"])
def test_what_looks_at_places_alike_has_as_many_weights_on_any_image(name: str) -> None:
    small, large = (archcalc.count(name, input=f"3x{side}x{side}").total for side in (224, 448))
    head = 1000 * {"convnext-t": 768, "regnetx-200mf": 368, "swin-t": 768}[name]

    assert large.parameters == small.parameters
    assert large.macs - head == 4 * (small.macs - head)


def test_a_mixer_has_weights_for_every_place_of_its_image() -> None:
    small = archcalc.count("mixer-s-32").total
    large = archcalc.count("mixer-s-32", input="3x448x448").total

    # 8 blocks, each with 256 units that read 49 or 196 places, and as many units that read the 256
    assert large.parameters - small.parameters == 8 * (256 * 147 + 147 * (256 + 1)) == 603_288


SMALL: list[tuple[str, dict[str, Value]]] = [
    ("convnext-t", {"resolution": 32}),
    ("highway-mnist-16", {}),
    ("nin-cifar", {}),
    ("regnety-200mf", {"resolution": 64}),
    ("swin-t", {"resolution": 64, "window": 2}),
]


@pytest.mark.parametrize(("name", "given"), SMALL)
def test_small_networks_are_what_they_are_counted_as(name: str, given: dict[str, Value]) -> None:
    confirmation = archcalc.confirm(load(name, **given))

    assert confirmation.agrees
    assert all(not line.trouble for line in confirmation.lines)


def test_a_small_mixer_is_what_it_is_counted_as() -> None:
    assert archcalc.confirm(archcalc.count("mixer-s-32", input="3x64x64")).agrees
