"""Memory as others say it: by hand, as the tools print it, and what must always hold."""

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

NETWORKS = [entry.id for entry in networks() if entry.id not in {"resnet1202", "preact-resnet1001"}]
MEMORY = [convention.name for convention in conventions() if convention.figures == "memory"]

# LeNet of 20 and 50 maps, 500 units and 10 classes on 1x28x28:
#   conv1  20x24x24 = 11,520   pool1 20x12x12 = 2,880   20·(25 + 1)       =     520 parameters
#   conv2  50x8x8   =  3,200   pool2 50x4x4   =   800   50·(20·25 + 1)    =  25,050
#   fc1    500, relu 500                                500·(800 + 1)     = 400,500
#   fc2    10                                           10·(500 + 1)      =   5,010
# with weights 11,520 + 3,200 + 500 + 10 = 15,230; all outputs 15,230 + 3,680 + 500 = 19,410
LENET = """
input: 1x28x28
layers:
  - {conv: 20, kernel: 5}
  - {maxpool: 2}
  - {conv: 50, kernel: 5}
  - {maxpool: 2}
  - {linear: 500, after: [relu]}
  - {linear: 10}
"""
PARAMETERS = 520 + 25_050 + 400_500 + 5_010  # 431,080


@pytest.mark.parametrize(
    ("convention", "one", "four"),
    [
        ("torchinfo-pass", 8 * 15_230, 4 * 8 * 15_230),  # 121,840
        ("torchinfo-memory", 8 * 15_230 + 4 * 784 + 4 * PARAMETERS, None),
        ("torchsummary-pass", 8 * 19_410, 4 * 8 * 19_410),
        ("torchsummary-memory", 8 * 19_410 + 4 * 784 + 4 * PARAMETERS, None),
        ("torchsummary-layers", 8 * 15_230, 4 * 8 * 15_230),
        ("course-memory", 4 * (784 + 15_230 + 3_680), 4 * 4 * (784 + 15_230 + 3_680)),
        ("keras-memory", 4 * PARAMETERS, 4 * PARAMETERS),
        ("memory", 4 * PARAMETERS + 4 * 19_410, 4 * PARAMETERS + 4 * 4 * 19_410),
    ],
)
def test_lenet_by_hand(
    convention: str, one: int, four: int | None, counted: Callable[..., Report]
) -> None:
    if four is None:  # parameters are there once, whatever the batch
        four = 4 * one - 3 * 4 * PARAMETERS
    assert counted(LENET).figure(convention) == one
    assert counted(LENET, batch=4).figure(convention) == four


# torchinfo 1.8.0 (total_output_bytes; input and parameters beside) and torchsummary 1.5.1
# (8 x total_output) on torchvision 0.29's networks, at 3x224x224
MEASURED = {
    "resnet18": (39_747_392, 46_758_048, 65_843_008),
    "resnet34": (59_817_792, 87_190_688, 100_966_208),
    "resnet50-v1.5": (177_831_744, 102_228_128, 300_478_272),
    "resnet101-v1.5": (259_718_976, 178_196_640, 450_604_864),
    "googlenet-torchvision": (51_626_560, 26_499_616, 98_676_672),
    # torchvision pools to 7x7 before the linear layers: 25,088 outputs once more
    "vgg16": (108_453_696, 553_430_176, 229_408_576 - 8 * 25_088),
    "vgg11-bn": (118_890_304, 531_475_360, 190_873_408 - 8 * 25_088),
    # its first dropout stands before the first linear layer: 9,216 outputs, not 4,096
    "alexnet-owt": (3_953_472, 244_403_360, 8_785_728 - 8 * (9_216 + 9_216 - 4_096)),
}


@pytest.mark.parametrize("network", MEASURED)
def test_networks_take_what_the_tools_print(network: str) -> None:
    report = count(network)
    given, stored, every = MEASURED[network]

    assert report.figure("torchinfo-pass") == given
    assert report.figure("torchinfo-memory") == given + stored + 4 * 150_528
    assert report.figure("torchsummary-blocks") == every
    assert report.figure("torchsummary-all") == every + stored + 4 * 150_528


def test_densenet_under_torchinfo() -> None:
    report = count("densenet121")

    assert report.figure("torchinfo-pass") == 180_541_248
    assert report.figure("torchinfo-memory") == 180_541_248 + 31_915_424 + 602_112


@pytest.mark.parametrize(
    ("network", "convention", "printed"),
    [
        # torchsummary's README, when torchvision's VGG had no pool before its linear layers
        ("vgg16", "torchsummary-pass", 218.59),
        ("vgg16", "torchsummary-memory", 746.96),
        # what its users print of torchvision's ResNet-18 and ResNet-50
        ("resnet18", "torchsummary-blocks", 62.79),
        ("resnet18", "torchsummary-all", 107.96),
        ("resnet50-v1.5", "torchsummary-blocks", 286.56),
        # Keras prints 1,024 x 1,024 too
        ("vgg16", "keras-memory", 527.79),
    ],
)
def test_megabytes_that_are_printed(network: str, convention: str, printed: float) -> None:
    assert round(count(network).figure(convention) / 2**20, 2) == printed


def test_course_notes_add_one_array_for_each_layer() -> None:
    # 150,528 + 2·3,211,264 + 802,816 + 2·1,605,632 + 401,408 + 3·802,816 + 200,704 + 3·401,408
    # + 100,352 + 3·100,352 + 25,088 + 4,096 + 4,096 + 1,000 = 15,237,608
    assert count("vgg16").figure("cs231n") == 4 * 15_237_608 == 60_950_432


@pytest.mark.parametrize("network", NETWORKS)
def test_what_archcalc_calls_memory_is_a_convention_like_others(network: str) -> None:
    report = count(network, batch=3)

    assert report.figure("memory") == report.memory(4).total


@pytest.mark.parametrize("network", NETWORKS)
def test_keras_sizes_are_four_bytes_for_each_parameter(network: str) -> None:
    report = count(network)

    assert report.figure("keras-memory") == 4 * report.figure("keras")


@pytest.mark.parametrize("convention", MEMORY)
def test_rows_of_any_depth_add_up(convention: str) -> None:
    figure = apply(count("resnet18"), convention)

    assert sum(figure.of(row.path) for row in count("resnet18").fold(1)) == figure.total


def test_the_input_counts_where_it_is_first_read(counted: Callable[..., Report]) -> None:
    text = """
input: {image: 3x8x8, mask: 1x8x8}
layers:
  - {name: a, conv: 4, kernel: 1, from: image}
  - {name: b, conv: 4, kernel: 1, from: mask}
  - {name: c, conv: 4, kernel: 1, from: image}
  - {name: sum, op: add, from: [a, b, c]}
"""
    course = apply(counted(text), "course-memory")

    assert [course.of(name) for name in ("a", "b", "c", "sum")] == [
        4 * (4 * 64 + 3 * 64), 4 * (4 * 64 + 64), 4 * 4 * 64, 4 * 4 * 64,
    ]  # fmt: skip


def test_weights_that_are_shared(counted: Callable[..., Report]) -> None:
    # torchsummary counts them at both modules, torchinfo's sizes hold them once
    text = """
input: 8
layers:
  - {name: a, linear: 8}
  - {name: b, linear: 8, weights: a}
"""
    report = counted(text)

    assert report.figure("torchsummary-memory") == 4 * 8 + 2 * (8 * 8 + 4 * 72)
    assert report.figure("torchinfo-memory") == 4 * 8 + 2 * 8 * 8 + 4 * 72


BLOCKS = """
input: 4x8x8
blocks:
  unit:
    layers:
      - add:
          - [{name: conv, conv: 4, kernel: 3, padding: half}]
          - [{name: side, block: cut}]
      - relu
  cut: {layers: [{name: conv, conv: 4, kernel: 1}]}
layers:
  - {name: stage, block: unit, repeat: 1}
  - {name: head, layers: [{conv: 4, kernel: 1}]}
"""


def test_blocks_in_a_row_give_their_output_once_more(counted: Callable[..., Report]) -> None:
    # a block in a branch is none of them, nor a group, nor what a single block stands in
    report = counted(BLOCKS)
    more = report.figure("torchsummary-blocks") - report.figure("torchsummary-pass")

    assert more == 8 * 4 * 8 * 8


def test_a_failure_makes_a_figure_partial(counted: Callable[..., Report]) -> None:
    text = """
input: 1x6
layers:
  - {name: table, embedding: 3, words: 5}
  - {name: memory, lstm: 2}
  - {name: again, lstm: 2}
"""
    figure = apply(counted(text), "torchsummary-pass")

    assert figure.partial
    assert figure.reasons == (
        "it fails at `embedding` (table): it feeds fractions where whole numbers are looked up",
        "it fails at `lstm` (memory, again): it knows no output of several tensors",
    )
