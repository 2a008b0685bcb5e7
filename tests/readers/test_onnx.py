"""ONNX models, worked by hand: small files, the arithmetic beside them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc import Report, confirm, count
from archcalc.errors import ArchcalcError
from archcalc.files import File, kind_of
from archcalc.readers.onnx import read
from archcalc.readers.onnx.wire import fields, text
from tests.readers.onnx_writer import (
    field,
    graph,
    graph_attribute,
    info,
    model,
    node,
    row,
    tensor,
    varint,
)

if TYPE_CHECKING:
    from pathlib import Path

X = info("x", 1, 3, 8, 8)


def written(*parts: bytes, inputs: tuple[bytes, ...] = (X,), opset: int = 17) -> bytes:
    """Write a model of nodes and tensors, which are told apart by their first field."""
    weights = [part for part in parts if part[:1] in {b"\x08", b"\x10"}]
    nodes = [part for part in parts if part not in weights]
    outputs = [info(_last(nodes))]
    return model(graph(nodes, weights, inputs, outputs), opset)


def _last(nodes: list[bytes]) -> str:
    return next(text(value) for key, value in fields(memoryview(nodes[-1])) if key == 2)


def report(content: bytes, given: str | None = None) -> Report:
    return count(read(File("net.onnx", content), given))


def shapes(*parts: bytes, inputs: tuple[bytes, ...] = (X,), opset: int = 17) -> dict[str, str]:
    found = report(written(*parts, inputs=inputs, opset=opset))
    return {row.path: str(row.y) for row in found.nodes}


def complaint(content: bytes, given: str | None = None) -> str:
    with pytest.raises(ArchcalcError) as caught:
        report(content, given)
    return str(caught.value)


CONV = node("Conv", "x w b", "c", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2])
SMALL = (
    CONV,
    node("Relu", "c", "r"),
    node("Flatten", "r", "f"),
    node("Gemm", "f v u", "g", transB=1),
    tensor("w", 4, 3, 3, 3),
    tensor("b", 4),
    tensor("v", 10, 64),
    tensor("u", 10),
)


def test_a_small_network_by_hand() -> None:
    found = report(written(*SMALL))

    # (8 + 2 - 3) // 2 + 1 = 4; 4·3·9 + 4 and 10·(4·16) + 10 parameters
    assert [(row.path, str(row.y)) for row in found.nodes] == [
        ("c", "4x4x4"),
        ("r", "4x4x4"),
        ("f", "64x1x1"),
        ("g", "10x1x1"),
    ]
    assert found.total.parameters == 112 + 650
    assert found.total.macs == 108 * 16 + 640
    assert not found.total.unknown


def test_a_file_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "net"
    path.write_bytes(written(*SMALL))

    assert kind_of(File("net", path.read_bytes())).name == "ONNX model"
    assert count(path).total.parameters == 762


def test_weights_of_a_large_file_are_never_read(tmp_path: Path) -> None:
    """The tensor's numbers are a hole of 300 MB in the file: only its sizes are looked at."""
    path = tmp_path / "large.onnx"
    size = 300_000_000
    head = b"".join(field(1, dim) for dim in (25, 3_000_000)) + field(2, 1) + field(8, "w")
    raw = b"\x4a" + varint(size)
    tensor_length = len(head) + len(raw) + size
    nodes = field(1, node("Gemm", "x w", "y", transB=1))
    around = nodes + field(11, info("x", 1, 3_000_000)) + field(12, info("y"))
    inner = b"\x2a" + varint(tensor_length)
    length = len(around) + len(inner) + tensor_length
    with path.open("wb") as file:
        file.write(field(1, 8) + b"\x3a" + varint(length) + around + inner + head + raw)
        file.truncate(file.tell() + size)

    assert count(path).total.macs == 75_000_000


@pytest.mark.parametrize(
    ("automatic", "output"),
    [("SAME_UPPER", "4x4x4"), ("SAME_LOWER", "4x4x4"), ("VALID", "4x3x3"), ("NOTSET", "4x3x3")],
)
def test_automatic_padding(automatic: str, output: str) -> None:
    conv = node("Conv", "x w", "c", strides=[2, 2], auto_pad=automatic)
    assert shapes(conv, tensor("w", 4, 3, 3, 3)) == {"c": output}


@pytest.mark.parametrize(
    ("attributes", "output"),
    [
        ({"strides": [2, 2]}, "3x3x3"),  # (8 - 3) // 2 + 1
        ({"strides": [2, 2], "ceil_mode": 1}, "3x4x4"),
        ({"auto_pad": "SAME_UPPER", "strides": [2, 2]}, "3x4x4"),
        ({"pads": [1, 0, 1, 0]}, "3x8x6"),
    ],
)
@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_pools(op: str, attributes: dict[str, Any], output: str) -> None:
    assert shapes(node(op, "x", "p", kernel_shape=[3, 3], **attributes)) == {"p": output}


@pytest.mark.parametrize(
    ("axes", "opset"), [({"axes": [2, 3]}, 13), ({"axes": [-1, -2]}, 13), ({}, 18)]
)
def test_a_mean_over_all_places_is_a_global_pool(axes: dict[str, Any], opset: int) -> None:
    names = "x" if axes else "x a"
    mean = node("ReduceMean", names, "m", keepdims=0, **axes)
    found = report(written(mean, row("a", 2, 3), opset=opset))
    assert [(r.path, r.op.name, str(r.y)) for r in found.nodes] == [("m", "globalavgpool", "3x1x1")]


def test_a_product_and_its_term_are_a_linear_layer_at_each_place() -> None:
    found = report(
        written(
            node("MatMul", "t w", "p"),
            node("Add", "b p", "s"),
            node("MatMul", "s k", "q"),
            tensor("w", 16, 24),
            tensor("b", 24),
            tensor("k", 24, 5),
            inputs=(info("t", 1, 7, 16),),
        )
    )

    # 7 places: 16·24 + 24 and 24·5 parameters, 7·(384 + 120) products
    assert [(r.path, str(r.y)) for r in found.nodes] == [("p", "24x7"), ("q", "5x7")]
    assert (found.total.parameters, found.total.macs) == (408 + 120, 7 * 504)
    assert found.total.connections == 7 * 504 + 7 * 24


def test_products_of_activations_are_interactions() -> None:
    found = report(
        written(
            node("Transpose", "t", "k", perm=[0, 2, 1]),
            node("MatMul", "t k", "s"),
            node("Softmax", "s", "a", axis=-1),
            node("MatMul", "a t", "y"),
            inputs=(info("t", 1, 7, 16),),
        )
    )

    assert [(r.path, str(r.y)) for r in found.nodes] == [("s", "7x7"), ("a", "7x7"), ("y", "16x7")]
    assert found.total.interactions == found.total.macs == 2 * 7 * 7 * 16
    assert found.total.connections == 0
    assert not found.total.unknown


def test_sizes_are_worked_out_as_an_exporter_writes_them() -> None:
    """Shape, Gather, Unsqueeze, Concat: the reshape of a classifier."""
    found = shapes(
        node("Shape", "x", "sizes"),
        node("Gather", "sizes zero", "n", axis=0),
        node("Unsqueeze", "n axes", "n1"),
        node("Concat", "n1 rest", "target", axis=0),
        node("Reshape", "x target", "flat"),
        node("Gemm", "flat w", "y"),
        tensor("zero", numbers=[0]),
        row("axes", 0),
        row("rest", -1),
        tensor("w", 192, 10),
    )
    assert found == {"flat": "192x1x1", "y": "10x1x1"}


def test_weights_may_be_computed_constants() -> None:
    content = written(
        node("ConstantOfShape", "s", "w0"),
        node("Identity", "w0", "w"),
        node("Constant", "", "b", value=tensor("b", 4)),
        node("Conv", "x w b", "c"),
        row("s", 4, 3, 3, 3),
    )
    assert report(content).total.parameters == 112


def test_equal_tensors_that_are_stored_once_are_told() -> None:
    content = written(
        node("Conv", "x w b", "c"),
        node("Conv", "c v b", "d"),
        tensor("w", 4, 3, 3, 3),
        tensor("v", 4, 4, 1, 1),
        tensor("b", 4),
    )
    found = report(content)
    assert found.total.parameters == 108 + 4 + 16 + 4
    assert [layer.why for layer in found.graph.uncounted] == [
        "layers hold 132 numbers, the file 128, equal ones once"
    ]


def test_a_batch_in_the_file_is_left_out() -> None:
    content = written(*SMALL, inputs=(info("x", 32, 3, 8, 8),))
    assert report(content).total.macs == 108 * 16 + 640


def test_free_sizes_are_asked_for() -> None:
    content = written(CONV, *SMALL[4:6], inputs=(info("x", "n", 3, "h", "w"),))
    assert complaint(content) == (
        "net.onnx: error[no-input]: the sizes of the input `x` are free in the file: nx3xhxw\n"
        "  hint: say it: `--input 3x224x224`, or `input=` in Python, without the batch"
    )
    assert str(report(content, "3x10x10").nodes[0].y) == "4x5x5"


@pytest.mark.parametrize(
    ("op", "why"),
    [
        (node("Mystery", "x", "m", name="odd"), "archcalc does not know the op, node `odd`"),
        (node("Relu", "x", "m", domain="com.acme"), "an op of `com.acme`, node `m`"),
    ],
)
def test_what_is_unknown_is_named_and_never_zero(op: bytes, why: str) -> None:
    after = node("Gemm", "m w", "y")
    found = report(model(graph([op, after], [tensor("w", 192, 10)], [X], [info("y")])))
    assert found.graph.uncounted[0].why == why
    assert "macs" in found.total.unknown
    assert found.total.parameters == 1920


def test_after_an_unknown_op_the_sizes_that_the_file_states_go_on() -> None:
    nodes = [node("Mystery", "x", "m"), node("Relu", "m", "r")]
    found = report(model(graph(nodes, [], [X], [info("r")], [info("m", 1, 5, 4, 4)])))
    assert [(r.path, str(r.y)) for r in found.nodes] == [("m", "5x4x4"), ("r", "5x4x4")]


def test_a_loop_is_unknown_and_counts_what_its_body_holds() -> None:
    body = graph([node("Conv", "x w", "c")], [tensor("w", 4, 3, 3, 3)])
    loop = node("Loop", "x", "y") + field(5, graph_attribute("body", body))
    found = report(model(graph([loop], [], [X], [info("y")])))
    assert found.total.parameters == 108
    assert "macs" in found.total.unknown
    assert confirm(found).not_measured[0] == "what is not counted either: y"


def test_a_shape_that_the_file_states_otherwise_is_an_error() -> None:
    content = model(graph([CONV], list(SMALL[4:6]), [X], [info("c", 1, 4, 5, 5)]))
    assert complaint(content) == (
        "net.onnx: node `c`: error[unlike-shapes]: `Conv` gives 1x4x4x4, "
        "the file states 1x4x5x5 of `c`"
    )


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            [node("Relu", "y", "z", name="a\x1b[31m"), node("Relu", "z", "y")],
            (
                "net.onnx: node `a\\x1b[31m`: error[wrong-input]: no node before it gives `y`\n"
                "  hint: nodes stand in the order in which they run"
            ),
        ),
        (
            [node("Conv", "x w", "c"), tensor("w", 4, 2, 3, 3)],
            (
                "net.onnx: node `c`: error[unlike-shapes]: "
                "a kernel of [4, 2, 3, 3] in 1 groups does not fit maps of [1, 3, 8, 8]"
            ),
        ),
        (
            [node("Reshape", "x s", "c"), row("s", 1, 5)],
            "net.onnx: node `c`: error[unlike-shapes]: [1, 3, 8, 8] cannot be arranged as [1, 5]",
        ),
        (
            [node("Conv", "x w", "c", pads=[-1, 0, 0, 0]), tensor("w", 4, 3, 3, 3)],
            (
                "net.onnx: node `c`: error[wrong-type]: `pads` are [-1, 0, 0, 0]: "
                "two numbers of 0 or more for each of 2 extents"
            ),
        ),
        (
            [node("Conv", "x w", "c"), tensor("w", 4, 3, 99, 99)],
            (
                "net.onnx: node `c`: error[window-does-not-fit]: a window of 99 does not fit in "
                "the height 8; what enters `conv` is 3x8x8 (channels x height x width)\n"
                "  hint: a smaller kernel, more padding, or a larger input"
            ),
        ),
    ],
)
def test_mistakes_are_told_with_the_node(parts: list[bytes], message: str) -> None:
    assert complaint(written(*parts)) == message


def test_every_truncation_is_an_error_or_a_network() -> None:
    whole = written(*SMALL)
    for end in range(len(whole)):
        with suppress(ArchcalcError):
            report(whole[:end])


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["/a/a.0/conv/Conv", "/a/a.0/relu/Relu"], ["a/0/conv", "a/0/relu"]),
        (["/a/Conv", "/a/Relu"], ["a/Conv", "a/Relu"]),
        (["fc.1", "fc.1"], ["fc․1", "fc․1#2"]),
    ],
)
def test_paths_are_those_of_the_modules(names: list[str], paths: list[str]) -> None:
    conv, relu = names
    nodes = node("Conv", "x w", "c", name=conv), node("Relu", "c", "r", name=relu)
    found = report(written(*nodes, tensor("w", 4, 3, 1, 1)))
    assert [row.path for row in found.nodes] == paths


def test_all_inputs_that_are_free_are_named_at_once() -> None:
    inputs = info("ids", "batch", "length"), info("mask", "batch", "length"), info("x", 1, 4)
    nodes = node("Add", "ids mask", "a"), node("Add", "a x", "y")
    assert complaint(written(*nodes, inputs=inputs)) == (
        "net.onnx: error[no-input]: the sizes of the input `ids` are free in the file: "
        "batchxlength\n"
        "  hint: say it: `--input ids=128,mask=128`, or `input=` in Python, without the batch"
    )


def test_the_newer_exporter_lists_the_modules() -> None:
    def said(scopes: str) -> bytes:
        return field(9, field(1, "pkg.torch.onnx.name_scopes") + field(2, scopes))

    conv = node("Conv", "x layer1.conv.weight", "c") + said("['', 'layer1', 'layer1.bn', 'norm']")
    relu = node("Relu", "c", "r") + said("['', 'layer1', 'layer1.act', 'relu']")
    found = report(written(conv, relu, tensor("layer1.conv.weight", 4, 3, 1, 1)))
    assert [row.path for row in found.nodes] == ["layer1/conv", "layer1/act"]


def test_a_stored_number_for_each_map_is_a_parameter_and_a_single_one_is_not() -> None:
    found = report(
        written(
            node("Mul", "x g", "a"),
            node("Add", "b a", "s"),
            node("Mul", "s two", "y"),
            tensor("g", 3, 1, 1),
            tensor("b", 1, 3, 1, 1),
            tensor("two", numbers=[2.0]),
        )
    )
    assert found.total.parameters == 3 + 3
    assert (found.total.work.mul, found.total.work.add) == (2 * 192, 192)


def test_a_recurrent_layer_multiplies_at_every_step() -> None:
    lstm = node("LSTM", "x w r b", "y h", hidden_size=6)
    content = written(
        node("Transpose", "t", "x", perm=[1, 0, 2]),
        lstm,
        tensor("w", 1, 24, 5),
        tensor("r", 1, 24, 6),
        tensor("b", 1, 48),
        inputs=(info("t", 1, 7, 5),),
    )
    found = report(content)

    # 4·6·(5 + 6) weights and two vectors of 4·6; 7 steps
    assert found.total.parameters == 264 + 48
    assert (found.total.macs, found.total.connections) == (7 * 264, 7 * 312)


def test_a_table_that_is_looked_up_counts_and_connects_nothing() -> None:
    content = written(node("Gather", "e t", "y"), tensor("e", 50, 8), inputs=(info("t", 1, 7),))
    found = report(content)
    assert (found.total.parameters, found.total.macs) == (400, 0)
    assert [str(row.y) for row in found.nodes] == ["8x7"]


def test_arithmetic_on_sizes_is_bounded() -> None:
    rows = [node("Add", "r r" if not i else f"a{i - 1} r", f"a{i}") for i in range(800)]
    content = written(*rows, node("Relu", "x", "y"), tensor("r", 4096, numbers=[1] * 4096))
    assert "arithmetic on more numbers than a file may have" in complaint(content)


MIXED = written(
    *SMALL[:1],
    node("BatchNormalization", "c b b b b", "n"),
    node("Shape", "n", "sizes"),
    node("Slice", "sizes zero one", "first"),
    node("Concat", "first rest", "target", axis=0),
    node("Reshape", "n target", "rows"),
    node("Transpose", "rows", "turned", perm=[0, 2, 1]),
    node("MatMul", "turned rows", "y"),
    *SMALL[4:6],
    row("zero", 0),
    row("one", 1),
    row("rest", 4, 16),
)


@given(st.lists(st.tuples(st.integers(0, len(MIXED) - 1), st.binary(max_size=4)), max_size=8))
def test_bytes_that_are_changed_make_an_error_or_a_network(
    changes: list[tuple[int, bytes]],
) -> None:
    content = bytearray(MIXED)
    for at, other in changes:
        content[at : at + len(other)] = other
    with suppress(ArchcalcError):
        report(bytes(content))


@pytest.mark.parametrize(
    "parts",
    [
        [node("Cast", "-", "y"), node("Relu", "x", "z")],
        [node("Sub", "a", "y"), node("Relu", "x", "z"), row("a", 1)],
        [node("BatchNormalization", "v b b b b", "y"), tensor("b", 4)],
        [node("GlobalMaxPool", "v", "y")],
        [
            field(1, "v") + field(1, "b") + field(4, "MatMul"),
            node("Relu", "x", "z"),
            tensor("b", 4, 2),
        ],
        [node("Mul", "s two", "y"), tensor("two", numbers=[2.0])],
    ],
)
def test_too_few_inputs_or_axes_are_no_crash(parts: list[bytes]) -> None:
    with suppress(ArchcalcError):
        report(written(*parts, inputs=(X, info("v", 4), info("s", 1))))


def test_a_pool_whose_cells_lie_apart_is_unknown_but_its_size() -> None:
    pool = node("MaxPool", "x", "p", kernel_shape=[3, 3], dilations=[2, 2])
    found = report(written(pool))
    assert str(found.nodes[0].y) == "3x4x4"  # 8 - (2·2 + 1) + 1
    assert "cmp" in found.total.unknown


def test_steps_along_the_first_axis_are_no_batch() -> None:
    content = written(
        node("LSTM", "x w r", "y", hidden_size=6),
        node("Squeeze", "y one", "s"),
        node("MatMul", "s v", "z"),
        tensor("w", 1, 24, 5),
        tensor("r", 1, 24, 6),
        tensor("v", 6, 3),
        row("one", 1),
        inputs=(info("x", 7, 1, 5),),
    )
    macs = 24 * 5 + 24 * 6 + 6 * 3
    assert report(content).total.macs == 7 * macs
    assert report(content, "9x1x5").total.macs == 9 * macs
