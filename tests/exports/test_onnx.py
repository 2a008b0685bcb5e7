"""Networks written as ONNX files: what our reader, ONNX's checker and onnxruntime find in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import archcalc
from archcalc import Graph
from archcalc.exports.onnx import wire
from archcalc.exports.onnx.model import onnx
from archcalc.exports.outline import ends_of
from tests.exports.cases import FAMILIES, HEADS, JOINS, SMALL, read_spec

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = {"yolo-v1-cfg": "`local` cannot be written: there is no `local` in ONNX"}
"""Networks that cannot be written, and why."""
DIFFERENT = {
    # norms without a scale get one of 1, a recurrent layer with one vector of biases a second of 0
    "gamma or bias": {
        "inception-v3-keras",
        "inception-resnet-v2-keras",
        "lstm-medium",
        "bilstm-imdb",
    },
    # what is shared counts wherever it stands, and of a table only what is read
    "shared or sliced": {
        "gpt-2",
        "bert-base",
        "transformer-base",
        "siamese-mnist",
        "faster-rcnn-fpn",
    },
    # the angles of rotary positions are a table
    "angles": {"llama-7b"},
    # subsampling and RBF units are several nodes, none of which is a layer of neurons
    "neurons": {"lenet5", "lenet1", "zip1989"},
}
"""Networks whose file counts otherwise, by the reason."""


def write(graph: Graph, folder: Path, *, values: bool = True) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(onnx(graph, values=values))
    return path


def check_counts(name: str, folder: Path) -> None:
    """Compare what our reader finds in the file with what the network has."""
    report = archcalc.count(name, heads=True)
    again = archcalc.count(archcalc.read(write(report.graph, folder, values=False)))
    assert again.total.macs == report.total.macs
    sizes = [
        [each.shape_of(end).size for end in ends_of(each)] for each in (again.graph, report.graph)
    ]
    assert sizes[0] == sizes[1]
    assert not [layer.path for layer in again.uncounted if layer.quantities]
    why = next((why for why, names in DIFFERENT.items() if name in names), "")
    if why in {"", "neurons"}:
        held = [r.total.parameters + r.total.fixed + r.total.statistics for r in (again, report)]
        assert held[0] == held[1]
    if not why:
        assert again.total.connections == report.total.connections
        assert again.total.neurons == report.total.neurons


@pytest.mark.parametrize("name", FAMILIES.values())
def test_our_reader_finds_the_same_in_a_network_of_each_family(name: str, tmp_path: Path) -> None:
    if name in REFUSED:
        with pytest.raises(archcalc.ArchcalcError) as raised:
            onnx(archcalc.count(name).graph)
        assert str(raised.value) == f"error[not-exported]: {REFUSED[name]}"
    else:
        check_counts(name, tmp_path)


def test_heads_are_outputs_behind_that_of_the_main_path(tmp_path: Path) -> None:
    graph = archcalc.expand(archcalc.load("googlenet"))
    again = archcalc.count(archcalc.read(write(graph, tmp_path, values=False)))
    assert [path.partition("/")[0] for path in again.outputs[1:]] == ["aux1", "aux2"]
    assert again.total.parameters == archcalc.count("googlenet", heads=True).total.parameters
    assert again.total.parameters > archcalc.count("googlenet").total.parameters


def test_a_file_is_made_of_the_fields_of_onnx() -> None:
    # node: input 1, output 2, name 3, op 4; each with its length before it
    assert wire.node("Relu", "r", ["x"], ["y"], {}) == b"\x0a\x01x\x12\x01y\x1a\x01r\x22\x04Relu"
    # attribute 5: its name 1, a whole number 3, and that it is one (type 2) 20
    axis = wire.node("Softmax", "", [], [], {"axis": 1}).removeprefix(b"\x1a\x00\x22\x07Softmax")
    assert axis == b"\x2a\x0b\x0a\x04axis\x18\x01\xa0\x01\x02"
    # tensor: sizes 1, type 2 (7: int64), name 8, numbers 9, the least byte first
    row = wire.tensor("n", wire.INT64, [1], (5).to_bytes(8, "little"))
    assert row == b"\x08\x01\x10\x07\x42\x01n\x4a\x08\x05" + bytes(7)


def test_weights_are_drawn_from_one_seed_or_left_out(tmp_path: Path) -> None:
    graph = archcalc.expand(archcalc.load("lenet5-textbook"))
    with_values, without = onnx(graph), onnx(graph, values=False)
    assert with_values == onnx(graph)
    assert len(with_values) > 4 * 61_706 > 20 * len(without)  # four bytes for each number
    kernel = archcalc.build(graph).layers[0].weights["kernel"]
    assert kernel.astype("<f4").tobytes() in with_values
    counted = [
        archcalc.count(archcalc.read(write(graph, tmp_path, values=values))).total
        for values in (True, False)
    ]
    assert counted[0] == counted[1]


def test_a_large_network_needs_no_memory_for_its_weights() -> None:
    graph = archcalc.expand(archcalc.load("llama-7b"))
    with pytest.raises(archcalc.ArchcalcError) as raised:
        onnx(graph)
    assert str(raised.value) == (
        "error[too-large-a-file]: 6,738,415,616 weights are more than a file should hold: "
        "268,435,456\n  hint: `--weights none` leaves their values out"
    )
    assert len(onnx(graph, values=False)) < 3_000_000


# -- With ONNX's own tools


def check_shapes(graph: Graph, data: bytes) -> None:
    """Have ONNX check the file and infer its shapes, and compare them at every node."""
    judge = pytest.importorskip("onnx", reason="pip install -e '.[peers]' has ONNX check the files")
    found = judge.load_from_string(data)
    judge.checker.check_model(found)
    inferred = judge.shape_inference.infer_shapes(
        found, check_type=True, strict_mode=True, data_prop=True
    )
    sizes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim[1:]]
        for value in [*inferred.graph.value_info, *inferred.graph.output]
    }
    for node in graph.nodes:
        assert bare(sizes[node.path]) == bare(node.y), node.path


def bare(sizes: list[int] | tuple[int, ...]) -> list[int]:
    """Leave out the extents of 1 behind all others: `8` is `8x1x1`."""
    found = list(sizes)
    while len(found) > 1 and found[-1] == 1:
        found.pop()
    return found


def check_values(graph: Graph) -> None:
    """Run the file, and compare what comes out with our own model of the same weights."""
    runtime = pytest.importorskip("onnxruntime", reason="pip install -e '.[peers]' runs the files")
    data = onnx(graph)
    check_shapes(graph, data)
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(len(graph.nodes))
    words = min((node.op.words for node in graph.nodes if node.op.name == "embedding"), default=0)  # type: ignore[attr-defined]
    xs = {
        name: rng.integers(words, size=(2, *shape))
        if words
        else rng.standard_normal((2, *shape)).astype("float32")
        for name, shape in graph.inputs.items()
    }
    model = archcalc.build(graph, heads=True)
    ys = model.forward(xs if len(xs) > 1 else next(iter(xs.values())))
    ours = [*(ys.values() if isinstance(ys, dict) else [ys]), *model.heads.values()]
    for y, theirs in zip(ours, session.run(None, xs), strict=True):
        assert np.abs(y).max() > 1e-6  # zeros would agree with anything
        np.testing.assert_allclose(
            theirs, y.reshape(theirs.shape), atol=1e-4 * max(1, np.abs(y).max())
        )


WRITTEN = {case: given for case, given in SMALL.items() if case != "local"}


@pytest.mark.peers
@pytest.mark.parametrize("case", WRITTEN)
def test_each_op_gives_the_same_values_in_onnxruntime(case: str) -> None:
    given, layer = SMALL[case]
    check_values(read_spec(f"input: {given}\nlayers: [{layer}]"))


@pytest.mark.peers
@pytest.mark.parametrize("layers", JOINS)
def test_joins_give_the_same_values_in_onnxruntime(layers: str) -> None:
    check_values(read_spec(f"input: 3x6x6\nlayers: {layers}"))


@pytest.mark.peers
@pytest.mark.parametrize("case", HEADS)
def test_heads_give_the_same_values_in_onnxruntime(case: str) -> None:
    check_values(read_spec(HEADS[case]))


@pytest.mark.peers
@pytest.mark.parametrize(
    "name",
    ["lenet5", "zip1989", "resnet20", "squeezenet-1.1", "mobilenet-v3-small", "segnet-basic",
     "swin-t", "shufflenet-v2-0.5", "lstm-tagger", "bilstm-imdb", "siamese-mnist", "deit-ti"],
)  # fmt: skip
def test_networks_give_the_same_values_in_onnxruntime(name: str) -> None:
    check_values(archcalc.expand(archcalc.load(name)))


@pytest.mark.peers
@pytest.mark.parametrize("name", [entry.id for entry in archcalc.networks()])
def test_onnx_checks_every_network_and_infers_its_shapes(name: str) -> None:
    graph = archcalc.expand(archcalc.load(name))
    if name not in REFUSED:
        check_shapes(graph, onnx(graph, values=False))
