"""Activations, normalisations and what moves data without work, by hand."""

from __future__ import annotations

import pytest

from tests.ops.conftest import by_hand, complaint, wrong

SAME = "6x28x28"
ELEMENTS = 4_704  # 6·28·28

CASES = [
    pytest.param("relu", SAME, SAME, {"cmp": ELEMENTS}, id="relu"),
    pytest.param("tanh", SAME, SAME, {"tanh": ELEMENTS}, id="tanh"),
    pytest.param("lecun_tanh", SAME, SAME, {"tanh": ELEMENTS, "mul": 9_408}, id="lecun_tanh"),
    pytest.param(
        "sigmoid", SAME, SAME, {"exp": ELEMENTS, "add": ELEMENTS, "div": ELEMENTS}, id="sigmoid"
    ),
    pytest.param("relu6", SAME, SAME, {"cmp": 9_408}, id="relu6"),
    pytest.param(
        "{leaky_relu: 0.2}", "2x3", "2x3", {"cmp": 6, "mul": 6}, id="leaky_relu of a sequence"
    ),
    pytest.param(
        "elu", "2x3x4", "2x3x4", {"cmp": 24, "exp": 24, "add": 24, "mul": 24}, id="elu"
    ),
    pytest.param(
        "selu", "2x3x4", "2x3x4", {"cmp": 24, "exp": 24, "add": 24, "mul": 48}, id="selu"
    ),
    pytest.param(
        "gelu", "768x197", "768x197",
        {"erf": 151_296, "add": 151_296, "mul": 453_888},    # 768·197 elements: 1, 1, 3 each
        id="gelu",
    ),
    pytest.param(
        "{gelu: tanh}", "3x2x2", "3x2x2",
        {"tanh": 12, "pow": 12, "add": 24, "mul": 48},       # x³; x + ., 1 + .; 4 products
        id="gelu by a tanh",
    ),
    pytest.param(
        "{gelu: sigmoid}", "3x2x2", "3x2x2",
        {"exp": 12, "add": 12, "div": 12, "mul": 24},        # 1.702 x, x · sigmoid
        id="gelu by a sigmoid",
    ),
    pytest.param(
        "silu", "3x2x2", "3x2x2", {"exp": 12, "add": 12, "div": 12, "mul": 12}, id="silu"
    ),
    pytest.param(
        "mish", "3x2x2", "3x2x2",
        {"exp": 12, "add": 12, "log": 12, "tanh": 12, "mul": 12}, id="mish",
    ),
    pytest.param(
        "celu", "2x3x4", "2x3x4", {"cmp": 24, "div": 24, "exp": 24, "add": 24, "mul": 24}, id="celu"
    ),
    pytest.param("softsign", "3x5", "3x5", {"cmp": 15, "add": 15, "div": 15}, id="softsign"),
    pytest.param(
        "log_sigmoid", "3x2x2", "3x2x2", {"exp": 12, "add": 12, "log": 12}, id="log_sigmoid"
    ),
    pytest.param("{threshold: 0.5}", "3x2x2", "3x2x2", {"cmp": 12}, id="threshold"),
    pytest.param("exp", "3x2x2", "3x2x2", {"exp": 12}, id="exp"),
    pytest.param("softplus", "3x2x2", "3x2x2", {"exp": 12, "add": 12, "log": 12}, id="softplus"),
    pytest.param(
        "hard_sigmoid", "3x4x2x2", "3x4x2x2",
        {"add": 48, "cmp": 96, "div": 48}, id="hard_sigmoid of a clip",
    ),
    pytest.param(
        "hard_swish", "3x2x2", "3x2x2",
        {"add": 12, "cmp": 24, "div": 12, "mul": 12}, id="hard_swish",
    ),
    pytest.param(
        "{op: hard_tanh, low: 0, high: 20}", "3x2x2", "3x2x2", {"cmp": 24}, id="hard_tanh"
    ),
    pytest.param(
        "prelu", "4x3x3", "4x3x3",
        {"slope": 4, "cmp": 36, "mul": 36}, id="prelu: a slope for each map",
    ),
    pytest.param(
        "{prelu: shared}", "4x3x3", "4x3x3",
        {"slope": 1, "cmp": 36, "mul": 36}, id="prelu: one slope",
    ),
    pytest.param(
        "{prelu: untied}", "4x3x3", "4x3x3",
        {"slope": 36, "cmp": 36, "mul": 36}, id="prelu: a slope for each unit",
    ),
    pytest.param(
        "{op: prelu, trainable: false}", "4x3x3", "4x3x3",
        {"fixed": 4, "cmp": 36, "mul": 36}, id="frozen prelu",
    ),
    pytest.param(
        "glu", "6x2x2", "3x2x2",
        {"exp": 12, "add": 12, "div": 12, "mul": 12}, id="glu: half of 6 maps",
    ),
    pytest.param(
        "softmax", "10x1x1", "10x1x1", {"exp": 10, "add": 9, "div": 10}, id="softmax of a vector"
    ),
    pytest.param(
        "softmax", "3x2x2", "3x2x2",
        {"exp": 12, "add": 8, "div": 12},                    # 4 positions of 3 - 1 sums
        id="softmax of each position",
    ),
    pytest.param(
        "{softmax: width}", "3x2x4", "3x2x4",
        {"exp": 24, "add": 18, "div": 24},                   # 6 rows of 4 - 1 sums
        id="softmax of each row",
    ),
    pytest.param(
        "log_softmax", "3x2x2", "3x2x2",
        {"exp": 12, "add": 8 + 12, "log": 4},                # 4 positions of 2 sums and a log
        id="log_softmax of each position",
    ),
    pytest.param("{scale: 0.17}", SAME, SAME, {"mul": ELEMENTS}, id="scale"),
    pytest.param("dropout", SAME, SAME, {}, id="dropout"),
    pytest.param("{dropout: 0.7}", SAME, SAME, {}, id="dropout with its rate"),
    pytest.param("identity", SAME, SAME, {}, id="identity"),
    pytest.param("flatten", SAME, "4704x1x1", {}, id="flatten"),
    pytest.param("{pad_channels: 32, stride: 2}", "16x32x32", "32x16x16", {}, id="option A"),
    pytest.param("{pad_channels: 16, stride: 2}", "16x7x8", "16x4x4", {}, id="every second pixel"),
    pytest.param(
        "batchnorm", "64x56x56", "64x56x56",
        {"gamma": 64, "beta": 64, "statistics": 128,         # a mean and a variance for each map
         "mul": 200_704, "add": 200_704},                    # 64·56·56, each folded into one step
        id="batchnorm",
    ),
    pytest.param(
        "{op: batchnorm, scale: false}", "4x2x2", "4x2x2",
        {"beta": 4, "statistics": 8, "mul": 16, "add": 16},  # the variance still divides
        id="batchnorm without gamma",
    ),
    pytest.param(
        "{op: batchnorm, shift: false}", "4x2x2", "4x2x2",
        {"gamma": 4, "statistics": 8, "mul": 16, "add": 16},
        id="batchnorm without beta",
    ),
    pytest.param(
        "{op: batchnorm, trainable: false}", "4x2x2", "4x2x2",
        {"fixed": 8, "statistics": 8, "mul": 16, "add": 16},
        id="frozen batchnorm",
    ),
    pytest.param(
        "layernorm", "768x197", "768x197",
        # 151,296 elements at 197 places: x - mean, squares, y; then gamma and beta
        {"gamma": 768, "beta": 768, "mul": 453_888, "add": 605_184 - 197, "div": 394, "sqrt": 197},
        id="layernorm of the channels",
    ),
    pytest.param(
        "{layernorm: all}", "4x2x3", "4x2x3",
        # one stretch of 24: 23 sums, 24 differences, 23 sums of squares, 1 eps, 24 betas
        {"gamma": 24, "beta": 24, "mul": 72, "add": 95, "div": 2, "sqrt": 1},
        id="layernorm of all maps",
    ),
    pytest.param(
        "{groupnorm: 2}", "4x2x3", "4x2x3",
        # two groups of 12: 2·11 sums, 24 differences, 2·11 sums, 2 eps, 24 betas
        {"gamma": 4, "beta": 4, "mul": 72, "add": 94, "div": 4, "sqrt": 2},
        id="groupnorm",
    ),
    pytest.param(
        "instancenorm", "4x2x3", "4x2x3",
        # four maps of 6: 4·5 sums, 24 differences, 4·5 sums, 4 eps
        {"mul": 48, "add": 68, "div": 8, "sqrt": 4},
        id="instancenorm",
    ),
    pytest.param(
        "{op: instancenorm, scale: true, shift: true}", "4x2x3", "4x2x3",
        {"gamma": 4, "beta": 4, "mul": 72, "add": 92, "div": 8, "sqrt": 4},
        id="instancenorm that is trained",
    ),
    pytest.param(
        "rmsnorm", "4x6", "4x6",
        # six places of 4: 6·3 sums of squares, 6 eps; squares, quotients, gamma
        {"gamma": 4, "mul": 72, "add": 24, "div": 6, "sqrt": 6},
        id="rmsnorm",
    ),
    pytest.param(
        "l2norm", "4x2x3", "4x2x3",
        {"mul": 24, "add": 18, "sqrt": 6, "cmp": 6, "div": 24},  # 6 places of 4
        id="l2norm",
    ),
    pytest.param(
        "{op: l2norm, scale: true}", "4x2x3", "4x2x3",
        {"gamma": 4, "mul": 48, "add": 18, "sqrt": 6, "cmp": 6, "div": 24},
        id="l2norm with a trained scale",
    ),
    pytest.param(
        "affine", "4x2x3", "4x2x3", {"gamma": 4, "beta": 4, "mul": 24, "add": 24}, id="affine"
    ),
    pytest.param(
        "{op: affine, shift: false, trainable: false}", "4x2x3", "4x2x3",
        {"fixed": 4, "mul": 24}, id="a frozen scale",
    ),
    pytest.param(
        "lrn", "2x3x3", "2x3x3",
        {"mul": 36, "add": 90, "pow": 18, "div": 18},        # 18 elements: 2, 5, 1, 1 each
        id="lrn over 5 maps",
    ),
    pytest.param(
        "{lrn: 3}", "2x3x3", "2x3x3",
        {"mul": 36, "add": 54, "pow": 18, "div": 18},
        id="lrn over 3 maps",
    ),
    pytest.param(
        "{lrn: 3, within: true}", "2x3x3", "2x3x3",
        {"mul": 36, "add": 162, "pow": 18, "div": 18},       # 18 elements: 3·3 neighbours each
        id="lrn within a map",
    ),
]  # fmt: skip


test_by_hand = by_hand(CASES)


test_what_does_not_fit_is_said = wrong([
    (
        "{softmax: width}", "5x2x1",
        """\
spec:3:15: error[softmax-of-one]: softmax1: 5x2x1 has a width of 1: its softmax is 1 everywhere; \
what enters `softmax` is 5x2x1
    3 |   - {softmax: width}
      |               ^^^^^""",
    ),
    (
        "glu", "5x2x2",
        """\
spec:3:5: error[odd-channels]: glu1: 5 channels have no halves; what enters `glu` is 5x2x2
    3 |   - glu
      |     ^^^""",
    ),
    (
        "groupnorm", "48x2x2",
        """\
spec:3:5: error[groups-do-not-divide]: groupnorm1: 32 groups do not divide 48 input maps; what \
enters `groupnorm` is 48x2x2
    3 |   - groupnorm
      |     ^^^^^^^^^""",
    ),
    (
        "{op: hard_tanh, low: 2, high: 0.5}", "5x2x2",
        """\
spec:3:35: error[empty-range]: hard_tanh1: no number is above 2 and below 0.5; what enters \
`hard_tanh` is 5x2x2
    3 |   - {op: hard_tanh, low: 2, high: 0.5}
      |                                   ^^^""",
    ),
    (
        "{celu: 0}", "5x2x2",
        """\
spec:3:12: error[empty-range]: celu1: `celu` divides by `alpha`: it cannot be 0; what enters \
`celu` is 5x2x2
    3 |   - {celu: 0}
      |            ^""",
    ),
    (
        "{gelu: erf}", "5x2x2",
        """\
spec:3:12: error[wrong-type]: expected tanh or sigmoid, not `erf`
    3 |   - {gelu: erf}
      |            ^^^""",
    ),
    (
        "{prelu: one}", "5x2x2",
        """\
spec:3:13: error[wrong-type]: expected map, shared or untied, not `one`
    3 |   - {prelu: one}
      |             ^^^""",
    ),
])  # fmt: skip


def test_zeros_cannot_take_maps_away() -> None:
    assert (
        complaint("{pad_channels: 8}", "16x4x4")
        == """\
spec:3:20: error[too-many-channels]: pad_channels1: 16 maps cannot be padded to 8: there are more \
already; what enters `pad_channels` is 16x4x4
    3 |   - {pad_channels: 8}
      |                    ^"""
    )
