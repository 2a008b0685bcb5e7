"""Whole networks by every convention: the figures that tools print, and what must always hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archcalc.convention.figure import apply
from archcalc.convention.library import conventions
from archcalc.report import count
from archcalc.spec.library import networks

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.report import Report

NETWORKS = [entry.id for entry in networks() if entry.id != "resnet1202"]
CONVENTIONS = [convention.name for convention in conventions()]

RESNET50 = {
    "macs": 4_089_184_256,
    "torchvision": 4_089_184_256,
    "calflops-macs": 4_089_184_256,
    "ptflops-aten": 4_089_185_256,
    "torchinfo": 4_089_238_376,
    "fvcore": 4_111_512_576,
    "ptflops": 4_132_436_968,
    "thop": 4_133_742_592,
    "onnx-tool": 4_450_761_704,
    "torch-flop-counter": 8_178_368_512,
    "calflops-flops": 8_211_108_352,
}


@pytest.mark.parametrize(("convention", "figure"), RESNET50.items())
def test_resnet50_costs_what_each_tool_prints(convention: str, figure: int) -> None:
    # v1.5, 3x224x224, evaluation
    assert count("resnet50-v1.5").figure(convention) == figure


@pytest.mark.parametrize(
    ("network", "convention", "figure"),
    [
        ("resnet50", "resnet-paper", 3_857_973_248),
        ("resnet50", "macs", 3_857_973_248),
        ("vgg16", "macs-conv", 15_346_630_656),
        ("vgg19", "macs-conv", 19_508_428_800),
        ("lenet5", "lecun1998", 340_908),
        ("lenet5-textbook", "lecun", 423_038),
        ("zip1989", "connections", 64_660),
        ("preact-resnet1001", "weights", 10_178_480),
        ("googlenet", "weights", 6_990_272),
        ("resnet50-v1.5", "torch", 25_557_032),
        ("resnet50-keras", "keras", 25_636_712),
        ("densenet121", "keras", 8_062_504),
        # an export merges equal tensors: before training most vectors of one size are equal
        ("vgg16", "onnx-untrained", 138_350_184),
        ("resnet50-v1.5", "onnx-untrained", 25_511_976),
        ("googlenet-torchvision", "onnx-untrained", 6_615_736),
        ("densenet121", "onnx-untrained", 7_928_936),
        # measured with torch 2.13: batch norm kept, and folded: 4,800 biases for 4 x 4,800 numbers
        ("resnet18", "onnx-kept", 11_699_112),
        ("resnet18", "onnx", 11_684_712),
    ],
)
def test_networks_cost_what_is_printed(network: str, convention: str, figure: int) -> None:
    assert count(network).figure(convention) == figure


# measured with the tools in these versions: torch 2.13.0, torchinfo 1.8.0, fvcore
# 0.1.5.post20221221, thop 0.1.1.post2209072238, ptflops 0.7.5, torchprofile 0.1.0, pthflops 0.4.2,
# calflops 0.3.2, each on the network written in torch, modules or functions, ending in its logits
MEASURED_ORDER = (
    "torchinfo", "fvcore", "thop", "thop-functional", "torch-flop-counter", "ptflops",
    "ptflops-functional", "ptflops-aten", "torchprofile", "pthflops", "pthflops-functional",
    "torch", "calflops-flops", "calflops-macs",
)  # fmt: skip
MEASURED: dict[str, tuple[int, ...]] = {
    "lenet5-textbook": (
        423_038, 416_520, 416_520, 416_520, 833_040, 448_662, 435_850, 423_038, 416_520,
        440_782, 423_038, 61_706, 852_276, 416_520,
    ),
    "resnet20": (
        40_552_426, 40_931_968, 41_308_864, 41_304_704, 81_102_080, 41_312_906, 41_120_394,
        40_551_050, 40_739_520, 41_480_842, 41_099_914, 269_722, 81_671_424, 40_551_040,
    ),
    "resnet50-v1.5": (
        4_089_238_376, 4_111_512_576, 4_133_742_592, 4_133_640_192, 8_178_368_512,
        4_132_436_968, 4_121_925_096, 4_089_185_256, 4_100_300_288, 4_143_375_336,
        4_122_451_944, 25_557_032, 8_211_108_352, 4_089_184_256,
    ),
    "alexnet-owt": (
        714_682_664, 714_188_480, 714_188_480, 714_188_480, 1_428_376_960, 716_422_696,
        715_552_680, 714_682_664, 714_188_480, 716_375_592, 714_682_664, 61_100_840,
        1_429_731_968, 714_188_480,
    ),
    "googlenet-torchvision": (
        1_498_391_752, 1_504_878_688, 1_511_332_032, 1_511_280_832, 2_996_752_384,
        1_517_133_608, 1_510_981_560, 1_498_377_192, 1_501_603_376, 1_522_467_944,
        1_504_829_512, 6_624_904, 3_009_356_752, 1_498_376_192,
    ),
    "densenet121": (
        2_834_246_312, 2_865_546_752, 2_897_058_304, 2_896_831_488, 5_668_323_328,
        2_899_943_400, 2_882_720_488, 2_834_162_664, 2_850_005_760, 2_899_190_760,
        2_865_497_576, 7_978_856, 5_716_881_152, 2_834_161_664,
    ),
    "resnet18": (
        1_814_083_944, 1_819_065_856, 1_824_033_792, 1_824_008_192, 3_628_146_688,
        1_825_313_768, 1_822_177_768, 1_814_074_344, 1_816_557_568, 1_826_793_960,
        1_820_547_048, 11_689_512, 3_636_250_112, 1_814_073_344,
    ),
    "vgg11-bn@3x64x64": (
        640_940_392, 641_531_904, 642_744_320, 642_744_320, 1_280_638_976, 644_375_528,
        643_261_416, 640_934_888, 640_925_696, 643_750_888, 642_147_304, 38_497_000,
        1_283_571_712, 640_319_488,
    ),
    "preact-resnet110": (
        252_895_786, 254_988_928, 257_086_144, 257_081_984, 505_775_360, 257_090_186,
        256_037_514, 252_887_690, 253_936_320, 258_118_282, 256_017_034, 1_727_962,
        508_925_184, 252_887_680,
    ),
    "densenet-40-12": (
        264_831_034, 269_354_368, 273_928_000, 273_838_464, 529_625_856, 274_379_146,
        271_852_426, 264_812_938, 267_130_176, 274_108_810, 269_325_706, 1_019_722,
        536_665_344, 264_812_928,
    ),
    "lenet-caffe": (
        2_308_230, 2_293_000, 2_293_000, 2_293_000, 4_586_000, 2_338_670, 2_323_450,
        2_308_230, 2_293_000, 2_320_270, 2_308_230, 431_080, 4_615_940, 2_293_000,
    ),
    "five-layer-cnn": (
        207_754, 203_520, 203_520, 203_520, 407_040, 224_650, 216_202, 207_754, 203_520,
        219_370, 207_754, 3_898, 419_712, 203_520,
    ),
    "inception-v3": (
        5_713_251_528, 5_731_282_144, 5_751_221_568, 5_749_086_048, 11_426_432_192,
        5_759_205_192, 5_745_178_632, 5_713_217_096, 5_724_188_032, 5_772_908_840,
        5_731_152_072, 23_834_568, 11_458_393_728, 5_713_216_096,
    ),
}  # fmt: skip


@pytest.mark.parametrize("network", MEASURED)
def test_networks_cost_what_the_tools_measure(network: str) -> None:
    name, _, size = network.partition("@")
    report = count(name, input=size or None)

    assert tuple(report.figure(tool) for tool in MEASURED_ORDER) == MEASURED[network]


EVERY_OP = """
input: 3x33x31
layers:
  - {conv: 8, kernel: 3}
  - relu
  - {lrn: 5}
  - {maxpool: 3, stride: 2, ceil: true}
  - batchnorm
  - {op: batchnorm, scale: false, shift: false}
  - {avgpool: 2}
  - tanh
  - {avgpool: 3, stride: 1, padding: 1}
  - {op: avgpool, output: 5}
  - {conv: 12, kernel: 3, groups: 4, bias: false, padding: 1}
  - sigmoid
  - add: [[{conv: 12, kernel: 1}], [{pad_channels: 12}, {scale: 0.5}], []]
  - softmax
  - concat: [[{conv: 4, kernel: 1}], []]
  - {dropout: 0.5}
  - globalavgpool
  - {linear: 10, after: [relu]}
  - {linear: 7, bias: false}
  - softmax
"""


def test_every_op_costs_what_the_tools_measure(counted: Callable[..., Report]) -> None:
    report = counted(EVERY_OP)

    assert tuple(report.figure(tool) for tool in MEASURED_ORDER) == (
        212_232, 210_446, 217_361, 214_694, 409_228, 284_436, 267_178, 212_216, 229_170,
        263_876, 220_736, 904, 471_782, 204_614,
    )  # fmt: skip


def test_a_batch_multiplies_where_the_tool_counts_a_batch(counted: Callable[..., Report]) -> None:
    one, three = counted(EVERY_OP), counted(EVERY_OP, batch=3)
    whole = [c for c in conventions() if not apply(one, c).partial]
    times = {c.name: three.figure(c) / one.figure(c) for c in whole}

    assert times["thop"] == times["fvcore"] == times["torchinfo"] == times["macs"] == 3
    assert times["ptflops"] == times["lecun1998"] == times["torch"] == 1


@pytest.mark.parametrize("network", NETWORKS)
def test_every_convention_gives_every_network_a_whole_number(network: str) -> None:
    report = count(network, heads=True)
    figures = [apply(report, convention) for convention in CONVENTIONS]

    for figure in figures:
        without_rule = {n.op.name for n in figure.nodes if not figure.convention.knows(n.op.name)}
        assert figure.partial == bool(without_rule)
        values = zip(figure.nodes, figure.values, strict=True)
        assert all(type(v) is int or node.op.name in without_rule for node, v in values)


@pytest.mark.parametrize("network", NETWORKS)
def test_conventions_agree_with_what_a_report_counts(network: str) -> None:
    report = count(network)

    assert report.figure("macs") == report.total.macs
    assert report.figure("flops") == report.total.flops
    assert report.figure("lecun1998") == report.total.connections
    assert report.figure("torch") == report.total.parameters + report.total.fixed
    if not apply(report, "torch-flop-counter").partial:
        assert report.figure("torch-flop-counter") == 2 * report.figure("torchvision")


@pytest.mark.parametrize("depth", [1, 2, None])
@pytest.mark.parametrize("convention", ["thop", "ptflops", "keras"])
def test_the_rows_of_any_depth_add_up(convention: str, depth: int | None) -> None:
    report = count("googlenet", heads=True)
    figure = apply(report, convention)

    assert sum(figure.of(row.path) for row in report.fold(depth)) == figure.total


def test_heads_are_counted_where_they_are_asked_for() -> None:
    with_heads, without = count("googlenet", heads=True), count("googlenet")

    assert with_heads.figure("torch") == 13_378_280
    assert without.figure("torch") == 6_998_552
