"""Weights of an ONNX file that layers share, worked by hand beside each."""

from __future__ import annotations

import pytest

from archcalc.uncounted import told
from tests.readers.onnx_writer import info, node, row, tensor
from tests.readers.test_onnx import report, written

SQUARE = (tensor("w", 3, 3, 1, 1), tensor("b", 3))
VECTOR = (info("x", 1, 8),)


def test_layers_that_read_one_kernel_share_it() -> None:
    parts = (node("Conv", "x w b", "c"), node("Conv", "c w b", "d"), *SQUARE)
    found = report(written(*parts))

    assert [row.parameters for row in found.rows] == [3 * 3 + 3, 0]
    assert found.rows[1].shared_with == ("c",)
    assert found.rows[0].macs == found.rows[1].macs > 0
    assert found.uncounted == ()  # the file holds what the network holds


def test_a_bias_may_be_another() -> None:
    parts = (node("Conv", "x w b", "c"), node("Conv", "c w e", "d"), *SQUARE, tensor("e", 3))
    assert [row.parameters for row in report(written(*parts)).rows] == [3 * 3 + 3, 3]


@pytest.mark.parametrize("turning", ["by the product", "by a node"])
def test_a_matrix_may_be_turned_around(turning: str) -> None:
    """A decoder that takes its encoder's matrix; what it puts out is as large as what entered."""
    encoder, decoder = node("Gemm", "x w", "h"), node("Gemm", "h w", "y", transB=1)
    parts = [encoder, decoder]
    if turning == "by a node":
        parts = [encoder, node("Transpose", "w", "v", perm=[1, 0]), node("Gemm", "h v", "y")]
    found = report(written(*parts, tensor("w", 8, 4), inputs=VECTOR))

    assert [row.parameters for row in found.rows] == [8 * 4, 0]
    assert found.total.macs == 2 * 8 * 4


def test_a_table_that_is_read_again_as_a_matrix_counts_once() -> None:
    parts = (
        node("Gather", "table i", "h"),
        node("Transpose", "table", "t", perm=[1, 0]),
        node("MatMul", "h t", "y"),
        tensor("table", 11, 8),
    )
    found = report(written(*parts, inputs=(info("i", 1, 5),)))

    assert found.total.parameters == 11 * 8
    assert found.total.macs == 5 * 11 * 8


def test_what_is_added_to_a_product_is_its_bias_there_too() -> None:
    parts = (
        *(node("MatMul", "x w", "p"), node("Add", "p b", "q")),
        *(node("MatMul", "q w", "r"), node("Add", "r b", "y")),
        *(tensor("w", 8, 8), tensor("b", 8)),
    )
    found = report(written(*parts, inputs=VECTOR))

    assert [row.parameters for row in found.rows] == [8 * 8 + 8, 0]
    assert found.uncounted == ()


def test_vectors_alone_are_told_and_count_in_each_layer() -> None:
    """Exporters store equal ones once: norms that were not trained are all alike."""
    norms = [node("BatchNormalization", f"{x} s t m v", y) for x, y in ("xa", "ay")]
    found = report(written(*norms, *(tensor(name, 3) for name in "stmv")))

    assert [row.parameters for row in found.rows] == [6, 6]
    assert all("merged tensors" in line for line in told(found.uncounted))


def test_parts_of_one_tensor_are_not_the_whole() -> None:
    """As a matrix for queries, keys and values, of which each takes its third."""
    cuts = [
        node("Slice", f"w {a} {b} axis", f"w{a}") for a, b in (("zero", "four"), ("four", "eight"))
    ]
    parts = (
        *cuts,
        *(node("MatMul", "x wzero", "q"), node("MatMul", "x wfour", "k"), node("Add", "q k", "y")),
        *(tensor("w", 8, 8), row("axis", 1)),
        *(row("zero", 0), row("four", 4), row("eight", 8)),
    )
    found = report(written(*parts, inputs=VECTOR))

    assert [row.parameters for row in found.rows] == [32, 32, 0]
