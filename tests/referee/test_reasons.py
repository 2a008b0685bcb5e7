"""Why a printed figure is not the exact one: what the notes of the ledger say, counted again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.convention.figure import apply
from archcalc.ops.add import Add
from archcalc.ops.conv import Conv
from archcalc.ops.globalavgpool import Globalavgpool
from archcalc.ops.maxpool import Maxpool
from archcalc.spec.library import families

if TYPE_CHECKING:
    from pathlib import Path

    from archcalc import Report


def changed(folder: Path, family: str, network: str, *changes: tuple[str, str]) -> Report:
    """Count a network of a family in whose file texts are replaced."""
    (path,) = [path for path in families() if path.stem == family]
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    mine = folder / path.name
    mine.write_text(text, "utf-8")
    return archcalc.count(f"{mine}#{network}")


def halved(report: Report, *, norms: bool) -> float:
    """Count as the release of EfficientNet v2: half of all operations that the profiler knows.

    `norms` are written out on the machine that it was trained on, and one operation on others.
    """
    ops = report.by_op()
    products = ops["silu"].activations + ops["multiply"].work.mul
    sums = ops["globalavgpool"].work.add
    scaled = ops["batchnorm"].activations if norms else 0
    return report.total.macs + (products + sums + scaled) / 2


@pytest.mark.parametrize(
    ("network", "norms", "alone", "with_others"),
    [
        ("efficientnet-b1", False, 0.687, 0.696),  # 0.70 is printed
        ("efficientnet-v2-m", True, 24.582, 24.695),  # 24.7
        ("efficientnet-v2-l", True, 56.080, 56.277),  # 56.3
    ],
)
def test_half_of_all_operations_is_taken_for_multiply_adds(
    network: str, *, norms: bool, alone: float, with_others: float
) -> None:
    report = archcalc.count(network)

    assert round(report.total.macs / 10**9, 3) == alone
    assert round(halved(report, norms=norms) / 10**9, 3) == with_others


def as_tensorflow_spreads(report: Report) -> float:
    """Count as TensorFlow's profiler does: a sum or a comparison is half a multiply-add.

    For a kernel that is spread by r the map, with r places around it, is parted into r · r maps of
    every r-th place, and padded so that all are of one size; each loses two places to the kernel.
    """
    half, places = 0, 0
    for node in report.graph.nodes:
        op, y = node.op, node.y
        if isinstance(op, Conv) and op.dilation != (1, 1):
            r = op.dilation[0]
            parts = r * (-(-(y.height + 2 * r) // r) - 2)
            kernel = op.kernel[0] * op.kernel[1] * node.xs[0].channels * y.channels
            places += kernel * (parts**2 - y.places)
        half += y.size if isinstance(op, Add) else 0
        half += 9 * y.size if isinstance(op, Maxpool) and op.kernel == (3, 3) else 0
    return report.total.macs + places + half / 2


def test_what_was_printed_of_deeplab_counts_the_padding_of_interleaved_maps() -> None:
    # MobileNetV2, Table 7: 81.0 · 10^9; and 4870.6 for six scales, each with its mirror image
    once = as_tensorflow_spreads(archcalc.count("deeplab-v3-release"))
    finer = {"output_stride": 8, "rates": [12, 24, 36]}
    scales = [
        archcalc.count(archcalc.load("deeplab-v3-release", resolution=resolution, **finer))
        for resolution in (
            257,
            385,
            513,
            641,
            769,
            897,
        )  # from half to seven quarters of 512, and 1
    ]

    assert round(once / 10**9, 1) == 80.9
    assert round(2 * sum(map(as_tensorflow_spreads, scales)) / 10**9, 1) == 4870.3
    # of ordinary convolutions they need a tenth less
    assert round(2 * sum(report.total.macs for report in scales) / 10**9, 1) == 4353.8


def test_a_width_that_may_lose_more_than_a_tenth_gives_another_b3(tmp_path: Path) -> None:
    rounded = ("=divisible(width * filters, 8)", "=8 * floor(width * filters / 8 + 1 / 2)")
    report = changed(tmp_path, "efficientnet", "efficientnet-b3", rounded)

    assert report.total.parameters + report.total.statistics == 12_314_268


def test_a_stride_one_block_later_prints_the_66_of_mobilenet_v3_and_not_the_65_beside_it(
    tmp_path: Path,
) -> None:
    later = (
        ("[bneck4, 24, 5, 96, 40, true, HS, 2]", "[bneck4, 24, 5, 96, 40, true, HS, 1]"),
        ("[bneck5, 40, 5, 240, 40, true, HS, 1]", "[bneck5, 40, 5, 240, 40, true, HS, 2]"),
        ("last: 1024", "last: 1280"),
    )
    small = changed(tmp_path, "mobilenet-v3", "mobilenet-v3-small", *later)
    plain = changed(tmp_path, "mobilenet-v3", "mobilenet-v3-small-minimalistic", *later[:2])

    assert round(small.total.macs / 10**6, 1) == 66.2
    assert round(plain.total.macs / 10**6, 1) == 60.7


def test_an_auxiliary_head_like_that_of_the_next_makes_the_13_6_million_of_inception_v2() -> None:
    report = archcalc.count("inception-v2")
    maps = report["4d"].output.channels  # 14x14, pooled by 5x5/3 to 4x4
    head = (maps * 128 + 2 * 128) + (4 * 4 * 128 * 768 + 2 * 768) + (768 + 1) * 1000

    assert (maps, head) == (576, 2_417_384)
    assert round((report.total.parameters + head) / 10**6, 2) == 13.61


def test_no_size_of_image_prints_the_9_9_of_efficientnet_b5() -> None:
    macs = {
        side: archcalc.count(archcalc.load("efficientnet-b5", resolution=side)).total.macs
        for side in range(444, 462, 2)
    }

    assert [side for side, needed in macs.items() if 9.41 < needed / 10**9 < 10.23] == []
    assert [round(macs[side] / 10**9, 2) for side in (448, 450, 456)] == [9.40, 10.23, 10.27]


@pytest.mark.parametrize(
    ("network", "printed"), [("se-resnet101", 7602.76), ("se-resnet152", 11328.52)]
)
def test_without_the_pools_of_its_gates_imgclsmob_prints_an_se_resnet(
    network: str, printed: float
) -> None:
    figure = apply(archcalc.count(network), "imgclsmob")
    pools = sum(
        value or 0
        for node, value in zip(figure.nodes, figure.values, strict=True)
        if isinstance(node.op, Globalavgpool) and "/se/" in node.path
    )

    assert round((figure.total - pools) / 2 / 10**6, 2) == printed
