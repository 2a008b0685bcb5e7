"""One layer, ten answers: what each tool gives for a single layer, to the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archcalc.convention.figure import apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.report import Report

TOOLS = (
    "torchinfo", "fvcore", "ptflops", "ptflops-aten", "thop", "calflops-flops", "calflops-macs",
    "torchprofile", "torch-flop-counter", "pthflops",
)  # fmt: skip
MAPS = "input: 8x30x30"

# 30·30·8 outputs of 3·3·3 taps; every output has a bias
CONV = ("input: 3x32x32", "{conv: 8, kernel: 3}", (
    201_600, 194_400, 201_600, 201_600, 194_400, 396_000, 194_400, 194_400, 388_800,
    201_600))  # fmt: skip
LINEAR = ("input: 120x1x1", "{linear: 84}", (
    10_164, 10_080, 10_164, 10_164, 10_080, 20_160, 10_080, 10_080, 20_160, 10_164))  # fmt: skip
# n = 8·30·30 = 7,200 elements
BATCH_NORM = (MAPS, "batchnorm", (
    16, 14_400, 14_400, 0, 28_800, 14_400, 0, 7_200, 0, 14_400))  # fmt: skip
RELU = (MAPS, "relu", (0, 0, 14_400, 0, 0, 7_200, 0, 0, 0, 14_400))
TANH = (MAPS, "tanh", (0,) * 10)
MAX_POOL = (MAPS, "{maxpool: 3, stride: 2}", (
    0, 0, 14_400, 0, 0, 7_200, 0, 0, 0, 12_544))  # fmt: skip
AVERAGE_POOL = (MAPS, "{avgpool: 2}", (
    0, 0, 14_400, 0, 1_800, 7_200, 0, 1_800, 0, 7_200))  # fmt: skip
GLOBAL_POOL = (MAPS, "globalavgpool", (
    0, 7_200, 14_400, 0, 7_208, 7_200, 0, 8, 0, 7_200))  # fmt: skip
# something must follow: a softmax at the end is left to the loss
SOFTMAX = ("input: 1000x1x1", "softmax, identity", (
    0, 0, 1_000, 0, 2_999, 1_000, 0, 0, 0, 0))  # fmt: skip
# 3 per element, and an average over 8 maps with 4 more around them: 3·7,200 + 12·900
LRN = (MAPS, "{lrn: 5}", (0, 0, 32_400, 0, 0, 32_400, 0, 21_600, 0, 0))
ADD = (MAPS, "add: [[], []]", (0, 0, 0, 0, 0, 0, 0, 0, 0, 14_400))
CONCAT = (MAPS, "concat: [[], []]", (0,) * 10)


@pytest.mark.parametrize(
    ("entering", "layer", "figures"),
    [CONV, LINEAR, BATCH_NORM, RELU, TANH, MAX_POOL, AVERAGE_POOL, GLOBAL_POOL, SOFTMAX, LRN, ADD,
     CONCAT],
)  # fmt: skip
def test_a_single_layer_costs_what_each_tool_says(
    counted: Callable[..., Report], entering: str, layer: str, figures: tuple[int, ...]
) -> None:
    report = counted(f"{entering}\nlayers: [{layer}]")

    assert {tool: apply(report, tool).total for tool in TOOLS} == dict(
        zip(TOOLS, figures, strict=True)
    )


def test_a_batch_norm_without_scale_and_shift_costs_half(counted: Callable[..., Report]) -> None:
    report = counted(f"{MAPS}\nlayers: [{{op: batchnorm, scale: false, shift: false}}]")
    figures = {tool: apply(report, tool).total for tool in TOOLS}

    assert figures["fvcore"] == figures["ptflops"] == figures["calflops-flops"] == 7_200
    assert figures["thop"] == 14_400
    assert figures["torchprofile"] == figures["torchinfo"] == 0
    assert figures["pthflops"] == 14_400


def test_a_pool_of_given_output_reads_the_whole_map_for_pthflops(
    counted: Callable[..., Report],
) -> None:
    # torchvision's adaptive pools of AlexNet and VGG are the identity: 6x6 to 6x6, 7x7 to 7x7
    alexnet = counted("input: 256x6x6\nlayers: [{op: avgpool, output: 6}]")
    vgg = counted("input: 512x7x7\nlayers: [{op: avgpool, output: 7}]")

    assert alexnet.figure("pthflops") == 331_776
    assert vgg.figure("pthflops") == 1_229_312


def test_pycls_counts_a_bias_once_per_map(counted: Callable[..., Report]) -> None:
    report = counted("input: 3x32x32\nlayers: [{conv: 8, kernel: 3}]")

    assert report.figure("pycls") == 194_400 + 8


def test_imgclsmob_takes_off_one_for_each_pair_of_maps_that_a_bias_would_join(
    counted: Callable[..., Report],
) -> None:
    # 30·30·8·27 products; 3·8 pairs of maps, in two groups 4·8/2; a linear layer takes off 8
    image, maps, row = "input: 3x32x32", "input: 4x32x32", "input: 4x1x1"
    layers = {
        f"{image}\nlayers: [{{conv: 8, kernel: 3}}]": 2 * 194_400,
        f"{image}\nlayers: [{{conv: 8, kernel: 3, bias: false}}]": 2 * 194_400 - 24,
        f"{maps}\nlayers: [{{conv: 8, kernel: 3, groups: 2, bias: false}}]": 2 * 129_600 - 16,
        f"{row}\nlayers: [{{linear: 8}}]": 2 * 32,
        f"{row}\nlayers: [{{linear: 8, bias: false}}]": 2 * 32 - 8,
    }

    assert {text: counted(text).figure("imgclsmob") for text in layers} == layers


def test_imgclsmob_counts_four_for_a_batch_norm_and_every_tap_of_a_pool(
    counted: Callable[..., Report],
) -> None:
    ops = ("batchnorm", "relu", "sigmoid", "silu", "{maxpool: 3, stride: 2}", "globalavgpool")
    figures = [counted(f"{MAPS}\nlayers: [{op}]").figure("imgclsmob") for op in ops]

    assert figures == [4 * 7_200, 7_200, 4 * 7_200, 5 * 7_200, 9 * 1_568, 7_200]


def test_netscope_counts_the_squares_of_a_response_normalisation(
    counted: Callable[..., Report],
) -> None:
    report = counted(f"{MAPS}\nlayers: [{{lrn: 5}}]")

    assert report.figure("netscope") == 5 * 7_200


def test_onnx_tool_weighs_quotients_and_powers(counted: Callable[..., Report]) -> None:
    ops = ("tanh", "sigmoid", "relu", "batchnorm", "{maxpool: 3, stride: 2}", "globalavgpool")
    figures = [counted(f"{MAPS}\nlayers: [{op}]").figure("onnx-tool") for op in ops]

    assert figures == [2 * 38 * 7_200, 32 * 7_200, 7_200, 31 * 7_200, 9 * 1_568, 7_200 + 4 * 8]


def test_written_as_functions_layers_are_counted_once_or_not_at_all(
    counted: Callable[..., Report],
) -> None:
    report = counted(f"{MAPS}\nlayers: [relu, {{maxpool: 3, stride: 2}}, globalavgpool]")

    assert report.figure("ptflops-functional") * 2 == report.figure("ptflops")
    assert report.figure("thop-functional") == report.figure("pthflops-functional") == 0


def test_darknet_counts_one_step_of_a_recurrent_layer(counted: Callable[..., Report]) -> None:
    # 8 matrices, of 20 inputs and of 30 states, for 30 units; however many steps
    report = counted("input: 20x12\nlayers: [{lstm: 30}]")

    assert report.figure("darknet") == 2 * 4 * 30 * (20 + 30)
    # 6 matrices
    assert counted("input: 20x12\nlayers: [{gru: 30}]").figure("darknet") == 2 * 3 * 30 * (20 + 30)
    assert counted("input: 20x12\nlayers: [{deconv: 3, kernel: 3}]").figure("darknet") == 0


def test_netscope_multiplies_in_scales_and_products(counted: Callable[..., Report]) -> None:
    report = counted(
        f"{MAPS}\nlayers: [affine, {{multiply: [[], []]}}, {{op: affine, scale: false}}]"
    )

    assert report.figure("netscope") == 2 * 7_200
