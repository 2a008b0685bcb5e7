"""All ops: each is worked by hand somewhere here, and figures that everybody can check."""

from __future__ import annotations

from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc import ops
from archcalc.ops import make
from archcalc.ops.op import Shape


def test_every_op_is_worked_by_hand() -> None:
    worked = set[str]()
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for case in getattr(import_module(f"tests.ops.{path.stem}"), "CASES", ()):
            layer, x, *_ = case.values
            spec = archcalc.load(StringIO(f"input: {x}\nlayers: [{layer}]"))
            worked |= {node.op.name for node in archcalc.expand(spec).nodes}

    assert set(ops.runnable()) - worked == set()


@pytest.mark.parametrize(
    ("op", "fields", "x", "parameters"),
    [
        ("attention", {"heads": 1}, Shape(128, 512), 66_048),  # 4·128·(128 + 1)
        ("attention", {"heads": 8}, Shape(128, 512), 66_048),
        ("attention", {"heads": 16}, Shape(128, 9), 66_048),
        ("lstm", {"units": 256}, Shape(4_096), 4_457_472),  # 4·(256·(4,096 + 256) + 256)
        ("lstm", {"units": 256, "bias": "double"}, Shape(4_096), 4_458_496),
        ("lstm", {"units": 5}, Shape(6, 9), 240),  # 4·(5·(6 + 5) + 5)
        ("lstm", {"units": 5, "bias": "double"}, Shape(6, 9), 260),
        ("gru", {"units": 5}, Shape(6, 9), 195),  # 3·(5·(6 + 5) + 2·5)
        ("gru", {"units": 5, "reset_after": False}, Shape(6, 9), 180),
        ("embedding", {"features": 8, "words": 50}, Shape(20), 400),
        ("layernorm", {}, Shape(768, 197), 1_536),
        ("batchnorm", {}, Shape(64, 56, 56), 128),
        ("prelu", {}, Shape(64, 56, 56), 64),  # a slope for each map
        ("prelu", {"slopes": "shared"}, Shape(64, 56, 56), 1),
        # C1 of LeNet-5, had it no shared weights: one for each of its 122,304 connections
        ("local", {"filters": 6, "kernel": (5, 5)}, Shape(1, 32, 32), 122_304),
        ("conv", {"filters": 6, "kernel": (5, 5)}, Shape(1, 32, 32), 156),
        ("deconv", {"filters": 30, "kernel": (3, 3), "bias": False}, Shape(30, 256, 256), 8_100),
    ],
)
def test_parameters_that_everybody_can_check(
    op: str, fields: dict[str, Any], x: Shape, parameters: int
) -> None:
    layer = make(op, **fields)

    assert layer.parameters(x, layer.shape(x)) == parameters


SIAMESE = """
input: {left: 1x28x28, right: 1x28x28}
layers:
  - {name: l, linear: 10, from: left}
  - {name: r, linear: 10, from: right, weights: WHAT}
outputs: l
"""
CAPSULES = """
input: 1x28x28
layers:
  - {name: conv1, conv: 256, kernel: 9, after: [relu]}
  - {name: primary, conv: 256, kernel: 9, stride: 2}
  - {name: digits, opaque: 160, holds: {w: 1152x10x8x16}}
  - {name: decoder1, linear: 512, after: [relu]}
  - {name: decoder2, linear: 1024, after: [relu]}
  - {name: decoder3, linear: 784, after: [sigmoid]}
"""
ENCODER = """
input: 128x512
defaults: {linear: {flatten: false}}
layers:
  - {name: mixing, add: [[], {attention: HEADS}]}
  - {name: norm1, layernorm: }
  - {name: feed, add: [[], [{linear: 256, after: [relu]}, {linear: 128}]]}
  - {name: norm2, layernorm: }
"""
WORDS = """
input: 20
layers: [{embedding: 8, words: 50}, {conv: 6, kernel: 3}, {maxpool: 2}, {lstm: 5}, {linear: 1}]
"""
SE_RESNET = """
input: 3x224x224
defaults: {conv: {bias: false, after: [batchnorm, relu]}}
blocks:
  gated:
    parameters: {width: , stride: 1}
    layers:
      - add:
          - - {conv: =width, kernel: 1, stride: =stride}
            - {conv: =width, kernel: 3, padding: 1}
            - {conv: =4*width, kernel: 1, after: [batchnorm]}
            - multiply:
                - []
                - [globalavgpool, {linear: =width//4, bias: BIAS, after: [relu]},
                   {linear: =4*width, bias: BIAS, after: [sigmoid]}]
          - {conv: =4*width, kernel: 1, stride: =stride, after: [batchnorm],
             when: =channels != 4*width}
      - relu
layers:
  - {name: conv1, conv: 64, kernel: 7, stride: 2, padding: 3}
  - {name: pool, maxpool: 3, stride: 2, ceil: true}
  - {name: conv2, block: gated, repeat: 3, width: 64}
  - {name: conv3, block: gated, repeat: 4, width: 128, stride: =2 if first else 1}
  - {name: conv4, block: gated, repeat: 6, width: 256, stride: =2 if first else 1}
  - {name: conv5, block: gated, repeat: 3, width: 512, stride: =2 if first else 1}
  - {name: classifier, linear: 1000, before: [globalavgpool]}
"""
UP = "input: 30x256x256\nlayers: [{deconv: 30, kernel: 3, stride: 2, bias: false, MORE}]"


@pytest.mark.parametrize(
    ("text", "parameters", "macs"),
    [
        (SIAMESE.replace("WHAT", "{weight: l}"), 7_860, 15_680),  # 7,840 and two vectors of 10
        (SIAMESE.replace("WHAT", "l"), 7_850, 15_680),
        # 66,048, 2·256 in norms, 128·256 + 256 and 256·128 + 128
        (ENCODER.replace("HEADS", "8"), 132_480, 33_554_432 + 67_108_864 + 33_554_432),
        (ENCODER.replace("HEADS", "2"), 132_480, 134_217_728),
        (WORDS, 796, 4_577),  # 400 + 150 + 240 + 6; 6·8·3 at 18 places, 4·5·(6 + 5) in 9 steps, 5
        (UP.replace("MORE", "output_padding: 1"), 8_100, 530_841_600),
    ],
    ids=["legs", "legs that share biases", "8 heads", "2 heads", "words", "up"],
)
def test_networks_that_everybody_can_check(text: str, parameters: int, macs: int) -> None:
    report = archcalc.count(archcalc.load(StringIO(text)))

    assert (report.total.parameters, report.total.macs) == (parameters, macs)


@pytest.mark.parametrize(("bias", "parameters"), [("true", 28_088_024), ("false", 28_071_976)])
def test_a_whole_network_with_gates(bias: str, parameters: int) -> None:
    report = archcalc.count(archcalc.load(StringIO(SE_RESNET.replace("BIAS", bias))))

    assert report.total.parameters == parameters


def test_capsules_with_the_decoder_that_rebuilds_the_image() -> None:
    report = archcalc.count(archcalc.load(StringIO(CAPSULES)))

    assert report["digits"].parameters == 1_152 * 10 * 8 * 16 == 1_474_560
    assert report.total.parameters == 8_215_568
    assert 8_215_568 - 6_804_224 == 512 * 161 + 1_024 * 513 + 784 * 1_025
    assert report.total.unknown["macs"] == ("digits",)
