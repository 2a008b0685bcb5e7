"""What ONNX Runtime's optimiser and quantiser write, worked by hand beside each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.readers.onnx_writer import info, node, tensor
from tests.readers.test_onnx import complaint, report, written

X = info("x", 1, 5, 8)
"""Five places of eight features."""


def runtime(op: str, inputs: str, outputs: str = "y", **attributes: Any) -> bytes:  # noqa: ANN401
    return node(op, inputs, outputs, domain="com.microsoft", **attributes)


@pytest.mark.parametrize(
    ("op", "parts", "parameters", "macs", "shape"),
    [
        (runtime("MatMulNBits", "x w s", K=8, N=6, bits=4), (tensor("s", 6),), 48, 240, "6x5"),
        (runtime("FusedMatMul", "x w", transB=1), (tensor("w", 6, 8),), 48, 240, "6x5"),
        (runtime("BiasGelu", "x b"), (tensor("b", 8),), 8, 0, "8x5"),
        (runtime("FastGelu", "x"), (), 0, 0, "8x5"),
        (runtime("QuickGelu", "x"), (), 0, 0, "8x5"),
        (
            runtime("SkipLayerNormalization", "x x g b t"),
            (tensor("g", 8), tensor("b", 8), tensor("t", 8)),
            24,
            0,
            "8x5",
        ),
        (runtime("SkipSimplifiedLayerNormalization", "x x g"), (tensor("g", 8),), 8, 0, "8x5"),
        (
            runtime("Attention", "x w b", num_heads=2),
            (tensor("w", 8, 24), tensor("b", 24)),
            8 * 24 + 24,
            5 * 8 * 24 + 5 * 5 * (8 + 8),
            "8x5",
        ),
        (runtime("MultiHeadAttention", "x x x", num_heads=2), (), 0, 5 * 5 * (8 + 8), "8x5"),
        (runtime("QLinearAdd", "x s z x s z s z"), (tensor("s", 1), tensor("z", 1)), 0, 0, "8x5"),
    ],
)
def test_layers_of_features(
    op: bytes, parts: tuple[bytes, ...], parameters: int, macs: int, shape: str
) -> None:
    found = report(written(op, tensor("w", 9, 9), *parts, inputs=(X,)))

    assert (found.total.parameters, found.total.macs) == (parameters, macs)
    assert sorted(str(found.nodes[-1].y).split("x")) == sorted(shape.split("x"))
    assert not found.total.unknown


def test_a_convolution_with_its_activation() -> None:
    parts = (
        runtime("FusedConv", "x w b", "c", activation="Relu", kernel_shape=[3, 3]),
        runtime("QLinearConcat", "s z c s z c s z", "d", axis=1),
        runtime("QLinearGlobalAveragePool", "d s z s z"),
        tensor("w", 4, 3, 3, 3),
        tensor("b", 4),
        tensor("s", 1),
        tensor("z", 1),
    )
    found = report(written(*parts, inputs=(info("x", 1, 3, 8, 8),)))

    assert [node.op.name for node in found.nodes] == ["conv", "relu", "concat", "globalavgpool"]
    assert (found.total.parameters, found.total.macs) == (4 * 28, 4 * 27 * 36)
    assert str(found.nodes[-1].y) == "8x1x1"


def test_an_activation_that_is_not_known_leaves_the_layer_unknown() -> None:
    conv = runtime("FusedConv", "x w", activation="HardSigmoid", kernel_shape=[3, 3])
    found = report(written(conv, tensor("w", 4, 3, 3, 3), inputs=(info("x", 1, 3, 8, 8),)))

    assert found.total.parameters == 4 * 27
    assert [gap.why for gap in found.uncounted] == [
        "the activation `HardSigmoid` is fused to it, node `y`"
    ]


def test_tables_are_looked_up_summed_and_normalised() -> None:
    tables = (tensor("w", 50, 8), tensor("p", 9, 8), tensor("k", 2, 8), tensor("g", 8))
    op = runtime("EmbedLayerNormalization", "x i w p k g g", "y m")
    found = report(written(op, *tables, inputs=(info("x", 1, 5), info("i", 1, 5))))

    assert found.total.parameters == (50 + 9 + 2 + 1 + 1) * 8
    assert (found.total.macs, str(found.nodes[0].y)) == (0, "8x5")


def test_a_packed_matrix_that_does_not_fit() -> None:
    op = runtime("MatMulNBits", "x w s", K=7, N=6)
    assert complaint(written(op, tensor("w", 9, 9), tensor("s", 6), inputs=(X,))) == (
        "net.onnx: node `y`: error[unlike-shapes]: `MatMulNBits` of [1, 5, 8] by 7x6"
    )
