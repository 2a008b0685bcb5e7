"""Batch norm folded into the layer before it: what exports hold, as measured with torch 2.13."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.report import Report

TWO = """
input: 3x16x16
defaults: {conv: {kernel: 3, padding: 1, bias: false, after: [batchnorm, relu]}}
layers: [{conv: 8}, {conv: 16}, globalavgpool, {linear: 10}]
"""
"""8*3*9 + 16*8*9 + 10*16 = 1,528 weights and 10 biases; 24 maps are normalised."""

BESIDE = """
input: 3x16x16
layers:
  - {conv: 8, kernel: 3, padding: 1, after: [relu, batchnorm]}
  - {conv: 8, kernel: 3, padding: 1, after: [batchnorm, relu]}
  - flatten
  - {linear: 10, bias: false, after: [batchnorm]}
"""
"""216 + 576 + 20,480 = 21,272 weights and 16 biases; only the second batch norm follows a
convolution, the third a linear layer."""


@pytest.mark.parametrize(
    ("convention", "figure"),
    [
        ("onnx-folded", 1_528 + 10 + 24),
        ("onnx-dynamo", 1_528 + 10 + 24 + 2),
        ("onnx-dynamo-fresh", 1_528 + 10 + 2),
        ("onnx-kept", 1_528 + 10 + 4 * 24),
    ],
)
def test_batch_norm_after_each_convolution(
    counted: Callable[..., Report], convention: str, figure: int
) -> None:
    assert counted(TWO).figure(convention) == figure


@pytest.mark.parametrize(
    ("convention", "figure"),
    [
        ("onnx-folded", 21_272 + 16 + 4 * 8 + 4 * 10),
        # the linear layer gets 10 biases; 2 numbers are the shape of what is flattened
        ("onnx-dynamo", 21_272 + 16 + 4 * 8 + 10 + 2),
        ("onnx-dynamo-fresh", 21_272 + 16 + 2 * 8 + 2),
        ("onnx-kept", 21_272 + 16 + 4 * (8 + 8 + 10)),
    ],
)
def test_batch_norm_elsewhere(counted: Callable[..., Report], convention: str, figure: int) -> None:
    assert counted(BESIDE).figure(convention) == figure


def test_what_two_layers_read_is_not_folded(counted: Callable[..., Report]) -> None:
    net = """
input: 3x4x4
layers:
  - {name: a, conv: 3, kernel: 1}
  - {name: b, op: batchnorm}
  - {op: add, from: [a, b]}
"""

    assert counted(net).figure("onnx-folded") == 3 * 3 + 3 + 4 * 3
