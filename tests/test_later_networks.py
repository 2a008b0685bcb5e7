"""Networks of after 2016: what their papers say of how their tables come about."""

from __future__ import annotations

from itertools import groupby
from math import log
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.sharing import arrays
from archcalc.spec.library import load

if TYPE_CHECKING:
    from archcalc.spec.values import Value

REGNETS = [  # depth, (w0, wa), wm and group of pycls, configs/dds_baselines
    ("regnetx-200mf", 13, (24, 36.44), 2.49, 8),
    ("regnetx-400mf", 22, (24, 24.48), 2.54, 16),
    ("regnetx-600mf", 16, (48, 36.97), 2.24, 24),
    ("regnetx-800mf", 16, (56, 35.73), 2.28, 16),
    ("regnetx-1.6gf", 18, (80, 34.01), 2.25, 24),
    ("regnetx-3.2gf", 25, (88, 26.31), 2.25, 48),
    ("regnetx-4gf", 23, (96, 38.65), 2.43, 40),
    ("regnetx-6.4gf", 17, (184, 60.83), 2.07, 56),
    ("regnetx-8gf", 23, (80, 49.56), 2.88, 120),
    ("regnetx-12gf", 19, (168, 73.36), 2.37, 112),
    ("regnetx-16gf", 22, (216, 55.59), 2.1, 128),
    ("regnetx-32gf", 23, (320, 69.86), 2.0, 168),
    ("regnety-200mf", 13, (24, 36.44), 2.49, 8),
    ("regnety-400mf", 16, (48, 27.89), 2.09, 8),
    ("regnety-600mf", 15, (48, 32.54), 2.32, 16),
    ("regnety-800mf", 14, (56, 38.84), 2.4, 16),
    ("regnety-1.6gf", 27, (48, 20.71), 2.65, 24),
    ("regnety-3.2gf", 21, (80, 42.63), 2.66, 24),
    ("regnety-4gf", 22, (96, 31.41), 2.24, 64),
    ("regnety-6.4gf", 25, (112, 33.22), 2.27, 72),
    ("regnety-8gf", 17, (192, 76.82), 2.19, 56),
    ("regnety-12gf", 19, (168, 73.36), 2.37, 112),
    ("regnety-16gf", 18, (200, 106.23), 2.48, 112),
    ("regnety-32gf", 20, (232, 115.89), 2.53, 232),
    ("regnety-128gf", 27, (456, 160.83), 2.52, 264),
]


@pytest.mark.parametrize(("name", "depth", "line", "wm", "group"), REGNETS)
def test_widths_of_a_regnet_lie_on_a_line(
    name: str, depth: int, line: tuple[int, float], wm: float, group: int
) -> None:
    w0, wa = line
    steps = [round(log((w0 + wa * j) / w0) / log(wm)) for j in range(depth)]  # equations 2 and 3
    widths = [round(w0 * wm**step / 8) * 8 for step in steps]  # equation 4, by 8
    stages = [(width, len(list(blocks))) for width, blocks in groupby(widths)]
    spec = load(name)

    assert spec.parameters["group"] == group
    assert spec.parameters["depths"] == tuple(blocks for _, blocks in stages)
    assert spec.parameters["widths"] == tuple(
        round(width / min(group, width)) * min(group, width) for width, _ in stages
    )


@pytest.mark.parametrize(
    ("name", "unrounded"),
    [  # the widths before they are made multiples of the group
        ("regnetx-400mf-torchvision", (24, 64, 160, 392)),
        ("regnety-800mf-torchvision", (56, 136, 320, 776)),
        ("regnety-8gf-torchvision", (192, 424, 920, 2016)),
    ],
)
def test_torchvision_rounds_widths_of_regnets_otherwise(
    name: str, unrounded: tuple[int, ...]
) -> None:
    spec, paper = load(name), load(name.removesuffix("-torchvision"))
    group = spec.parameters["group"]
    assert isinstance(group, int)

    def divisible(width: int) -> int:
        up = (width + group // 2) // group * group  # halves go up
        return up if up >= 0.9 * width else up + group

    assert spec.parameters["widths"] == tuple(map(divisible, unrounded))
    assert paper.parameters["widths"] == tuple(round(w / group) * group for w in unrounded)


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
