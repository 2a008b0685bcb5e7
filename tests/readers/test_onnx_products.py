"""Attention, sums of Einstein and ops on whole numbers in ONNX, worked by hand beside each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archcalc.referee.comparisons.difference import diff
from archcalc.referee.reconciliations.reconciliation import reconcile
from archcalc.uncounted import told
from tests.readers.onnx_writer import field, info, node, row, tensor
from tests.readers.test_onnx import complaint, report, written

if TYPE_CHECKING:
    from pathlib import Path

HEADS = (info("q", 1, 4, 7, 16), info("k", 1, 2, 9, 16), info("v", 1, 2, 9, 8))
"""Four heads of seven queries, two of nine keys and of their values: 16 and 8 features each."""


def test_attention_multiplies_queries_with_keys_and_scores_with_values() -> None:
    found = report(written(node("Attention", "q k v", "y"), inputs=HEADS, opset=23)).total
    scores = 4 * 7 * 9

    assert found.macs == found.interactions == scores * (16 + 8)
    assert (found.work.mul, found.work.exp, found.work.div) == (scores, scores, scores)
    assert found.work.add == 4 * 7 * (9 - 1)
    assert not found.unknown


def test_attention_takes_heads_side_by_side_and_a_past() -> None:
    inputs = (info("q", 1, 7, 64), info("k", 1, 9, 32), info("v", 1, 9, 16))
    attention = node("Attention", "q k v", "y", q_num_heads=4, kv_num_heads=2)
    found = report(written(attention, inputs=inputs, opset=23))
    assert found.total.macs == 4 * 7 * 9 * (16 + 8)
    assert str(found.nodes[-1].y) == "32x7"

    past = (*HEADS, info("pk", 1, 2, 5, 16), info("pv", 1, 2, 5, 8))
    attention = node("Attention", "q k v - pk pv", "y")
    assert report(written(attention, inputs=past, opset=23)).total.macs == 4 * 7 * 14 * (16 + 8)


def test_attention_of_heads_that_do_not_part_is_refused() -> None:
    inputs = (info("q", 1, 7, 64), info("k", 1, 9, 32), info("v", 1, 9, 16))
    attention = node("Attention", "q k v", "y", q_num_heads=4, kv_num_heads=3)
    assert complaint(written(attention, inputs=inputs, opset=23)) == (
        "net.onnx: node `y`: error[wrong-type]: 4 heads of queries, 3 of keys"
    )


@pytest.mark.parametrize(
    ("equation", "sizes", "macs"),
    [
        ("bij,bjk->bik", [(1, 4, 5), (1, 5, 6)], 4 * 5 * 6),
        ("bhqd,bhkd->bhqk", [(1, 2, 7, 8), (1, 2, 9, 8)], 2 * 7 * 9 * 8),
        ("...ij,...jk", [(1, 3, 4, 5), (1, 3, 5, 6)], 3 * 4 * 5 * 6),
    ],
)
def test_sums_of_einstein(equation: str, sizes: list[tuple[int, ...]], macs: int) -> None:
    inputs = tuple(info(name, *dims) for name, dims in zip("ab", sizes, strict=True))
    found = report(written(node("Einsum", "a b", "y", equation=equation), inputs=inputs)).total
    assert (found.macs, found.interactions) == (macs, macs)


def test_a_sum_of_einstein_with_stored_numbers_connects() -> None:
    parts = (node("Einsum", "x w", "y", equation="bchw,dc->bdhw"), tensor("w", 4, 3))
    found = report(written(*parts)).total
    assert (found.macs, found.connections) == (4 * 3 * 64, 4 * 3 * 64)
    assert (found.parameters, found.neurons) == (12, 4 * 64)


def test_a_sum_that_multiplies_nothing_away_is_a_product() -> None:
    inputs = (info("a", 1, 4), info("b", 1, 5))
    found = report(written(node("Einsum", "a b", "y", equation="ni,nj->nij"), inputs=inputs)).total
    assert (found.macs, found.work.mul) == (0, 20)


def test_layers_of_whole_numbers_are_the_layers_that_they_are() -> None:
    """A convolution and a matrix, with what it takes to round to whole numbers and back."""
    parts = (
        node("QuantizeLinear", "x s z", "q"),
        node("QLinearConv", "q s z w s z s z b", "c", kernel_shape=[3, 3]),
        node("DequantizeLinear", "c s z", "d"),
        *(tensor(name, numbers=[1.0]) for name in ("s", "z")),
        tensor("w", 4, 3, 3, 3),
        tensor("b", 4),
    )
    found = report(written(*parts))
    rows = {row.path: row for row in found.rows}

    assert (rows["c"].op, rows["c"].parameters, rows["c"].macs) == ("conv", 112, 4 * 27 * 36)
    work = found.total.work
    assert (work.div, work.cmp) == (192, 2 * 192)  # of x
    assert (work.mul, work.add) == (144, 144 + 192 + 144)  # of c, whose bias is 144 adds more
    assert not found.total.unknown


def test_products_of_whole_numbers() -> None:
    parts = (node("MatMulInteger", "a w", "y"), tensor("w", 8, 5))
    found = report(written(*parts, inputs=(info("a", 1, 8),))).total
    assert (found.parameters, found.macs) == (40, 40)
    parts = (node("ConvInteger", "x w", "y"), tensor("w", 4, 3, 3, 3))
    found = report(written(*parts)).total
    assert (found.parameters, found.macs) == (108, 4 * 27 * 36)


def test_weights_that_are_stored_as_whole_numbers_are_as_many() -> None:
    parts = (
        node("DequantizeLinear", "w s", "v"),
        node("Conv", "x v", "y"),
        tensor("s", numbers=[0.5]),
        tensor("w", 4, 3, 3, 3),
    )
    assert report(written(*parts)).total.parameters == 108


def test_a_batch_norm_that_was_folded_into_a_convolution_is_told() -> None:
    """PyTorch's older exporter names what it works out by the op and a number."""
    plain = (node("Conv", "x w b", "c"), tensor("w", 4, 3, 3, 3), tensor("b", 4))
    assert report(written(*plain)).uncounted == ()

    made = ("onnx::Conv_21", "onnx::Conv_22")
    conv = node("Conv", f"x {made[0]} {made[1]}", "c")
    found = report(written(conv, tensor(made[0], 4, 3, 3, 3), tensor(made[1], 4)))
    assert told(found.uncounted) == [
        (
            "left out, `batch norm` (folded into the convolution as the file was written: "
            "its kernel and bias tell): c.batchnorm"
        )
    ]


def folded(*, newer: bool) -> bytes:
    """Two convolutions with batch norm folded into them; the newer exporter drops biases of 0."""
    nodes, weights, x = [], [], "x"
    for n, channels in enumerate((3, 4)):
        names = [f"c{n}.weight"] if newer else [f"onnx::Conv_{2 * n}", f"onnx::Conv_{2 * n + 1}"]
        conv = node("Conv", " ".join([x, *names]), f"c{n}", kernel_shape=[3, 3])
        said = field(1, "pkg.torch.onnx.name_scopes") + field(2, "['', 'bn', 'batch_norm_1']")
        nodes += [conv + field(9, said) if newer else conv, node("Relu", f"c{n}", f"r{n}")]
        sizes = ((4, channels, 3, 3), (4,))
        weights += [tensor(name, *size) for name, size in zip(names, sizes, strict=False)]
        x = f"r{n}"
    return written(*nodes, *weights)


@pytest.mark.parametrize("newer", [False, True])
def test_batch_norm_that_an_exporter_folded_is_a_term(tmp_path: Path, newer: bool) -> None:  # noqa: FBT001
    network, file = tmp_path / "net.yaml", tmp_path / "net.onnx"
    layer = "conv: 4, kernel: 3, bias: false, after: [batchnorm, relu]"
    network.write_text(f"input: 3x8x8\nlayers: [{{name: a, {layer}}}, {{name: b, {layer}}}]\n")
    file.write_bytes(folded(newer=newer))
    why = reconcile(f"{file}@parameters", f"{network}@parameters")

    # 4 + 4 numbers of each batch norm, and 4 biases that tell of it
    folded_in = "batch norm, folded into convolutions in net (ONNX model)"
    norm = [(8, f"{folded_in}: {name}.batchnorm") for name in "ab"]
    bias = [(-4, f"bias of {a} (was {c}): false, not true") for a, c in (("a", "c0"), ("b", "c1"))]
    assert [(term.amount, term.label) for term in why.terms] == (norm if newer else norm + bias)
    changed = diff(file, network).changes
    assert [(change.kind, change.path) for change in changed] == [
        ("changed", "a"),
        ("changed", "b"),
    ]
    assert str(changed[0].details[-1]) == "after batchnorm, relu, not relu"


@pytest.mark.parametrize("equation", ["bij", "bij,bjk,bkl->bil"])
def test_a_sum_of_other_tensors_than_there_are_is_a_mistake(equation: str) -> None:
    inputs = info("a", 1, 2, 3), info("b", 1, 3, 4)
    content = written(node("Einsum", "a b", "y", equation=equation), inputs=inputs)
    assert complaint(content) == (
        f"net.onnx: node `y`: error[unlike-shapes]: `{equation}` is not of 2 tensors"
    )


@pytest.mark.parametrize(
    ("parts", "shape", "work"),
    [
        ([node("IsNaN", "x", "y")], "3x8x8", {"cmp": 192}),
        ([node("And", "x x", "y")], "3x8x8", {}),
        ([node("ArgMax", "x", "y", axis=1)], "1x8x8", {"cmp": 192 - 64}),
        ([node("ArgMax", "x", "y", axis=1, keepdims=0)], "8x8", {"cmp": 192 - 64}),
        ([node("ReduceL1", "x", "y", axes=[2, 3])], "3x1x1", {"cmp": 192, "add": 192 - 3}),
        (
            [node("ReduceLogSumExp", "x", "y", axes=[1])],
            "1x8x8",
            {"exp": 192, "add": 128, "log": 64},
        ),
        ([node("Mean", "x x x", "y")], "3x8x8", {"add": 2 * 192, "div": 192}),
        (
            [node("LpNormalization", "x", "y", axis=1)],
            "3x8x8",
            {"mul": 192, "add": 192 - 64, "sqrt": 64, "div": 192},
        ),
        ([node("Tile", "x r", "y"), row("r", 1, 1, 2, 3)], "3x16x24", {}),
        ([node("GatherND", "x i", "y"), tensor("i", 5, 3, numbers=[0] * 15)], "8x5", {}),
        ([node("CumSum", "x a", "y"), row("a", 2)], "3x8x8", {"add": 192}),
    ],
)
def test_what_ops_without_weights_do(parts: list[bytes], shape: str, work: dict[str, int]) -> None:
    found = report(written(*parts, inputs=(info("x", 1, 3, 8, 8),)))

    assert str(found.nodes[-1].y) == shape
    assert {key: n for key, n in found.total.work._asdict().items() if n} == work
    assert not found.total.unknown


def test_the_largest_are_known_by_their_number_alone() -> None:
    parts = (node("TopK", "x k", "y i", axis=1), row("k", 2))
    found = report(written(*parts, inputs=(info("x", 1, 3, 8, 8),)))

    assert str(found.nodes[-1].y) == "2x8x8"
    assert [gap.why for gap in found.uncounted] == ["how it sorts is not told, node `y`"]


def test_a_table_that_is_looked_up_by_stored_places_counts_once() -> None:
    """Types of tokens are picked by places that are themselves picked: 2·4 numbers, not 5·4."""
    parts = (
        node("GatherElements", "buffer places", "ids", axis=1),
        node("Gather", "types ids", "t"),
        node("Add", "x t", "y"),
        tensor("buffer", 1, 9000),
        tensor("places", 1, 5, numbers=[0, 1, 2, 3, 4]),
        tensor("types", 2, 4),
    )
    found = report(written(*parts, inputs=(info("x", 1, 5, 4),)))

    assert (found.total.parameters, str(found.nodes[-1].y)) == (2 * 4, "5x4")
    assert not found.total.unknown


def test_what_a_foreign_op_holds_as_attributes_is_counted() -> None:
    """A linear model of three classes of four features, as scikit-learn's converter writes it."""
    linear = node(
        "LinearClassifier",
        "x",
        "y",
        domain="ai.onnx.ml",
        coefficients=[0.5] * 12,
        intercepts=[0.1] * 3,
        classlabels_ints=[0, 1, 2],
        multi_class=1,
    )
    found = report(written(linear, inputs=(info("x", 1, 4),)))

    assert found.total.parameters == 12 + 3
    assert [gap.why for gap in found.uncounted] == ["an op of `ai.onnx.ml`, node `y`"]
