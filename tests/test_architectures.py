"""Every network of the library loads, expands and counts, and has the totals worked out for it."""

from __future__ import annotations

from collections import Counter

import pytest

import archcalc
from archcalc.spec.library import families, load
from archcalc.spec.names import loose

ENTRIES = list(archcalc.networks())
EVERYWHERE = {"bert", "gpt-2", "llama", "lstm", "transformer", "unet"}
EVERYWHERE |= {
    "autoencoder", "dcgan", "deeplab-v3", "deepspeech", "fcn", "fcn-resnet", "fpn", "segnet", "ssd",
    "tcn", "wavenet", "yolo-v2", "yolo-v3", "yolo-v4",
}  # fmt: skip
"""Families that answer at each place, not once for all."""

# parameters, multiply-adds; the sources of each total stand in the family's file
TOTALS = {
    "lenet5": (60_000, 325_680),
    "lenet5-textbook": (61_706, 416_520),
    "lenet1": (2_578, 91_520),
    "zip1989": (9_760, 63_660),
    "five-layer-cnn": (3_898, 203_520),
    "lenet-caffe": (431_080, 2_293_000),
    "alexnet": (60_965_224, 724_406_816),
    "alexnet-224": (60_965_224, 724_406_816),
    "alexnet-owt": (61_100_840, 714_188_480),
    "vgg11": (132_863_336, 7_609_090_048),
    "vgg13": (133_047_848, 11_308_466_176),
    "vgg16": (138_357_544, 15_470_264_320),
    "vgg19": (143_667_240, 19_632_062_464),
    "vgg11-bn": (132_868_840, 7_609_090_048),
    "vgg13-bn": (133_053_736, 11_308_466_176),
    "vgg16-bn": (138_365_992, 15_470_264_320),
    "vgg19-bn": (143_678_248, 19_632_062_464),
    "vgg-a-lrn": (132_863_336, 7_609_090_048),
    "vgg-c": (133_638_952, 11_770_888_192),
    "googlenet": (6_998_552, 1_582_671_872),
    "googlenet-separable": (6_991_856, 1_498_677_248),
    "googlenet-torchvision": (6_624_904, 1_498_376_192),
    "inception-v2": (11_188_288, 1_934_857_216),
    "inception-v3": (23_834_568, 5_713_216_096),
    "inception-v4": (42_679_816, 12_253_974_624),
    "inception-resnet-v1": (22_756_328, 6_206_361_696),
    "inception-resnet-v1-facenet": (24_357_096, None),
    "inception-resnet-v2": (55_843_464, 13_155_794_016),
    "inception-resnet-v2-paper": (32_433_928, 9_257_953_632),
    "resnet18": (11_689_512, 1_814_073_344),
    "resnet34": (21_797_672, 3_663_761_408),
    "resnet50": (25_557_032, 3_857_973_248),
    "resnet101": (44_549_160, 7_570_194_432),
    "resnet152": (60_192_808, 11_282_415_616),
    "resnet50-v1.5": (25_557_032, 4_089_184_256),
    "resnet101-v1.5": (44_549_160, 7_801_405_440),
    "resnet152-v1.5": (60_192_808, 11_513_626_624),
    "plain18": (11_515_688, 1_794_805_760),
    "plain34": (21_623_848, 3_644_493_824),
    "resnet20": (269_722, None),
    "resnet32": (464_154, None),
    "resnet44": (658_586, None),
    "resnet56": (853_018, None),
    "resnet110": (1_727_962, None),
    "resnet1202": (19_421_274, None),
    "preact-resnet164": (1_703_258, None),
    "preact-resnet1001": (10_327_706, None),
    "preact-resnet200": (64_666_152, 15_007_481_856),
    "densenet121": (7_978_856, 2_834_161_664),
    "densenet169": (14_149_480, 3_359_843_328),
    "densenet201": (20_013_928, 4_291_365_888),
    "densenet264": (33_337_704, 5_751_653_376),
    "densenet161": (28_681_000, 7_727_907_072),
    "densenet-40-12": (1_019_722, None),
    "densenet-100-12": (6_979_642, None),
    "densenet-100-24": (27_249_082, None),
    "densenet-bc-100-12": (769_162, None),
    "densenet-bc-250-24": (15_324_406, None),
    "densenet-bc-190-40": (25_624_430, None),
}


@pytest.mark.parametrize("name", TOTALS)
def test_totals(name: str) -> None:
    parameters, macs = TOTALS[name]
    total = archcalc.count(name).total

    assert total.parameters == parameters
    assert macs in {None, total.macs}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_network_expands_and_counts(entry: archcalc.spec.library.Entry) -> None:
    report = archcalc.count(entry.id, heads=True)

    assert report.graph.origin.id == entry.id
    assert report.graph.origin.source
    assert report.total.parameters > 0
    assert report.total.connections >= report.total.connections_in_bounds > 0
    assert report.total.connections + report.total.interactions >= report.total.macs > 0
    assert report.graph.nodes[-1].y.places == 1 or entry.path.stem in EVERYWHERE


def test_the_mission_is_complete() -> None:
    assert set(TOTALS) <= {entry.id for entry in ENTRIES}


@pytest.mark.parametrize(
    ("network", "of_the_paper"),
    [
        ("resnet50-v1.5", "resnet50"),
        ("plain34-without-norm", "plain34"),
        ("googlenet-torchvision", "googlenet"),
        ("vgg16-bn", "vgg16"),
        ("densenet161", "densenet264"),
        ("inception-resnet-v1-facenet", "inception-resnet-v1"),
    ],
)
def test_what_stands_in_no_paper_names_another_source(network: str, of_the_paper: str) -> None:
    assert load(network).source != load(of_the_paper).source


def test_no_name_or_alias_means_two_networks() -> None:
    words = Counter(loose(word) for entry in ENTRIES for word in (entry.id, *entry.aliases))

    assert [word for word, times in words.items() if times > 1] == []


def test_every_family_of_a_paper_carries_its_published_figures() -> None:
    own = {"sigmoid"}  # shows a phenomenon, and stands in no paper
    without = {path.stem for path in families() if "\n---\n" not in path.read_text("utf-8")}

    assert without <= own


HEADS = [
    ("googlenet", {"aux1": 3_188_840, "aux2": 3_190_888}),
    ("googlenet-torchvision", {"aux1": 3_188_968, "aux2": 3_191_016}),
    ("inception-v3", {"aux": 27_161_264 - 23_834_568}),
    ("inception-v4", {"aux": 46_039_280 - 42_679_816}),
]


@pytest.mark.parametrize(("name", "heads"), HEADS)
def test_heads(name: str, heads: dict[str, int]) -> None:
    report = archcalc.count(name, heads=True)

    assert {head: counts.parameters for head, counts in report.heads.items()} == heads


OPTIONS = [  # parameters with shortcuts of option A, B, C
    ("resnet18", 11_515_688, 11_689_512, 12_043_816),
    ("resnet34", 21_623_848, 21_797_672, 22_716_840),
    ("resnet50", 22_780_456, 25_557_032, 40_128_552),
    ("resnet101", 41_772_584, 44_549_160, 76_981_288),
    ("resnet152", 57_416_232, 60_192_808, 107_335_720),
]


@pytest.mark.parametrize(("name", "a", "b", "c"), OPTIONS)
def test_options_of_shortcuts(name: str, a: int, b: int, c: int) -> None:
    counts = [archcalc.count(load(name, option=o)).total.parameters for o in ("A", "B", "C")]

    assert counts == [a, b, c]
    assert archcalc.count(load(name, option="none")).total.parameters == a


def test_option_b_on_cifar_adds_two_projections() -> None:
    # 1x1 from 16 to 32 and from 32 to 64, each with gamma and beta
    added = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64

    assert added == 2_752
    assert archcalc.count(load("resnet20", option="B")).total.parameters == 269_722 + added


def test_the_stride_on_the_3x3_costs_as_much_at_every_depth() -> None:
    for depth in (50, 101, 152):
        first = archcalc.count(f"resnet{depth}").total
        later = archcalc.count(f"resnet{depth}-v1.5").total

        assert later.macs - first.macs == 231_211_008
        assert later.parameters == first.parameters


def test_alexnet_layer_by_layer() -> None:
    report = archcalc.count("alexnet")
    expected = {  # parameters, connections, connections in bounds, neurons
        "conv1": (34_944, 105_705_600, 105_705_600, 290_400),
        "conv2": (307_456, 224_135_424, 204_671_232, 186_624),
        "conv3": (885_120, 149_585_280, 134_643_072, 64_896),
        "conv4": (663_936, 112_205_184, 100_998_528, 64_896),
        "conv5": (442_624, 74_803_456, 67_332_352, 43_264),
        "fc6": (37_752_832, 37_752_832, 37_752_832, 4_096),
        "fc7": (16_781_312, 16_781_312, 16_781_312, 4_096),
        "fc8": (4_097_000, 4_097_000, 4_097_000, 1_000),
    }
    for layer, figures in expected.items():
        row = report[layer]
        found = (row.parameters, row.connections, row.connections_in_bounds, row.neurons)
        assert found == figures
    assert report.total.connections == 725_066_088
    assert report.total.connections_in_bounds == 671_981_928
    assert report.total.neurons == 659_272


def test_alexnet_on_224_reads_three_pixels_that_are_not_there() -> None:
    row = archcalc.count("alexnet-224")["conv1"]

    assert str(row.output) == "96x55x55"
    assert row.connections_in_bounds - row.biases * 55 * 55 == 104_372_352


def test_alexnet_with_its_towers_joined() -> None:
    # conv2, conv4 and conv5 then see all maps: their weights double
    joined = archcalc.count(load("alexnet", towers=1)).total
    added = 5 * 5 * 48 * 256 + 3 * 3 * 192 * (384 + 256)

    assert joined.parameters == 60_965_224 + added == 62_378_344
    assert joined.macs == 1_135_256_096
    # at 224, rounding down, maps are 54, 26, 12 and 5 wide: fc6 reads 5x5 places instead of 6x6
    smaller = archcalc.count(load("alexnet", towers=1), input="3x224x224").total
    assert smaller.parameters == 62_378_344 - 11 * 256 * 4_096 == 50_844_008


@pytest.mark.parametrize(
    ("plain", "adaptive", "maps", "sides"),
    [
        ("alexnet-owt", "alexnet-torchvision", 256, (6, 13)),
        ("vgg16", "vgg16-torchvision", 512, (7, 14)),
    ],
)
def test_behind_an_adaptive_pool_weights_do_not_grow_with_the_image(
    plain: str, adaptive: str, maps: int, sides: tuple[int, int]
) -> None:
    small, large = sides  # of the last maps at 224x224 and at 448x448
    at_224, at_448 = (archcalc.count(plain, input=f"3x{n}x{n}").total for n in (224, 448))
    torch_224, torch_448 = (archcalc.count(adaptive, input=f"3x{n}x{n}").total for n in (224, 448))

    # the 4,096 units of fc6 read every place of the last maps
    assert at_448.parameters - at_224.parameters == 4096 * maps * (large**2 - small**2)
    assert torch_448.parameters == torch_224.parameters == at_224.parameters
    assert torch_224.macs == at_224.macs
    assert torch_448.macs == at_448.macs - 4096 * maps * (large**2 - small**2)


def test_caffenet_is_alexnet_with_smaller_maps_to_normalise() -> None:
    caffe, paper = archcalc.count("caffenet"), archcalc.count("alexnet")

    assert caffe.total.parameters == paper.total.parameters
    assert caffe.total.macs == paper.total.macs
    assert paper["norm1"].output.size == 96 * 55 * 55
    assert caffe["norm1"].output.size == 96 * 27 * 27


def test_densenet_with_pools_that_round_up() -> None:
    report = archcalc.count(load("densenet121", round_up=True))
    sides = [report[f"block{number}"].output.height for number in (1, 2, 3, 4)]

    assert sides == [57, 29, 15, 8]
    assert report.total.parameters == 7_978_856
    assert report.total.macs == 3_063_058_432


def test_googlenet_row_by_row() -> None:
    report = archcalc.count("googlenet")
    weights = {
        "conv1": 9_408, "conv2": 114_688, "3a": 163_328, "3b": 388_096, "4a": 375_552,
        "4b": 448_512, "4c": 509_440, "4d": 604_672, "4e": 867_328, "5a": 1_042_432,
        "5b": 1_442_816, "linear": 1_024_000,
    }  # fmt: skip

    assert {path: report[path].weights for path in weights} == weights
    assert report.total.weights == sum(weights.values()) == 6_990_272


def test_inception_v4_block_by_block() -> None:
    rows = archcalc.count("inception-v4").fold(1)
    weights = {row.weights // row.repeats for row in rows}

    assert {316_416, 2_304_000, 2_931_712, 2_744_320, 4_546_560} <= weights


def test_another_growth_of_densenet() -> None:
    assert archcalc.count(load("densenet121", growth=48, depths=[6, 12, 36, 24])).total == (
        archcalc.count("densenet161").total
    )


def test_squeezenet_layer_by_layer() -> None:
    report = archcalc.count("squeezenet-1.0")
    shapes = {row.path: str(row.output) for row in report.fold(1)}

    assert report.total.parameters == 1_248_424
    assert shapes["conv1"] == "96x109x109"
    assert shapes["maxpool1"] == "96x54x54"
    assert shapes["fire4"] == "256x54x54"
    assert shapes["maxpool4"] == "256x27x27"
    assert shapes["fire9"] == "512x13x13"
    # squeeze 96 -> 16, expand 16 -> 64 by 1x1 and by 3x3, each with biases
    assert report["fire2"].parameters == 16 * 97 + 64 * 17 + 64 * (16 * 9 + 1) == 11_920
