"""Exported programs of PyTorch (`.pt2`): what is read of them, worked by hand beside each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archcalc import ArchcalcError, Report, confirm, count, read
from archcalc.files import File, kind_of
from archcalc.readers.pt2 import read as read_file
from archcalc.readers.pt2.signatures import DEFAULTS
from tests.readers.pt2_writer import Json, Node, archive, graph, program, symbol
from tests.readers.residual import RESIDUAL

if TYPE_CHECKING:
    from archcalc.inputs import Input

HERE = Path(__file__).parent
CONV = Node("conv2d.default", {"conv": (1, 4, 6, 6)}, {"input": "x", "weight": "p_conv_weight"})
WEIGHTS = {"conv.weight": (4, 3, 3, 3)}


def counted(text: Json, given: Input | None = None, config: Json | None = None) -> Report:
    """Count a program."""
    return count(read_file(File("net.pt2", archive(text, config=config)), given))


def failed(text: Json | str | bytes, given: Input | None = None) -> str:
    """Give the error of a program."""
    with pytest.raises(ArchcalcError) as caught:
        read_file(File("net.pt2", archive(text)), given)
    return str(caught.value)


def rows(report: Report) -> list[tuple[str, str, str, int, int]]:
    """List the layers: path, op, output, parameters, multiply-adds."""
    return [(row.path, row.op, str(row.output), row.parameters, row.macs) for row in report.rows]


@pytest.mark.parametrize("name", ["residual", "decomposed"])
def test_a_network_of_convolutions_is_read_layer_by_layer(name: str) -> None:
    report = count(HERE / f"{name}.pt2")

    pool = "mean" if name == "decomposed" else "globalavgpool"  # taken apart, it is one
    expected = [(path, pool if path == "3" else op, *rest) for path, op, *rest in RESIDUAL]
    assert rows(report) == expected
    assert report.graph.containers["2"].label == "Residual"
    assert (report.name, str(report.input)) == (name, "3x32x32")
    assert confirm(report.graph).agrees


def test_sizes_that_are_free_take_what_is_asked_for() -> None:
    for report in (
        count(HERE / "residual.pt2", input="3x64x48"),
        count(count(HERE / "residual.pt2").graph.at("3x64x48")),
    ):
        assert rows(report)[0] == ("0", "conv", "8x62x46", 224, 8 * 27 * 62 * 46)
        assert report.total.macs == (8 * 27 + 2 * 8 * 72) * 62 * 46 + 80


def test_words_attend_recur_and_share_their_table() -> None:
    """Seven ids; 50 words of 8 features, 2 heads, 16 inner units, an LSTM of 8 units."""
    report = count(HERE / "words.pt2")
    found = {path: (op, parameters, macs) for path, op, _, parameters, macs in rows(report)}

    assert found["embed"] == ("embedding", 50 * 8, 0)
    attends = 7 * 8 * (3 * 8 + 8) + 2 * 7 * 7 * 8  # queries, keys, values, output; scores, mix
    assert found["layer/self_attn"] == ("attention", 4 * (8 * 8 + 8), attends)
    assert found["layer/linear1"] == ("linear", 16 * 9, 7 * 16 * 8)
    assert found["lstm"] == ("lstm", 4 * 8 * (8 + 8 + 2), 7 * 4 * 8 * (8 + 8))
    assert found["out"] == ("linear", 0, 7 * 8 * 50)  # its matrix is the table
    assert found["aux"] == ("unread", 8 * 3 + 3, 0)
    assert report.total.parameters == sum(parameters for _, parameters, _ in found.values())
    assert not report.total.unknown


def test_a_kind_is_told_by_its_content() -> None:
    content = (HERE / "words.pt2").read_bytes()
    assert kind_of(File("net", content)).name == "PyTorch exported program"
    older = content.replace(b"net/data/weights/", b"serialized_expor/")
    assert kind_of(File("net.pt", older)).module == "archcalc.readers.pt2"


def test_the_text_of_older_files_stands_elsewhere() -> None:
    written = archive("{}").replace(b"net/models/model.json", b"net/model_/model.json")
    with pytest.raises(ArchcalcError) as caught:
        read_file(File("old.pt2", written), None)
    assert str(caught.value) == (
        "old.pt2: error[not-pt2]: it holds no exported program\n"
        "  hint: `torch.export.save` writes a file that holds one"
    )


def test_defaults_that_a_file_leaves_out_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    for name, given in DEFAULTS.items():
        packet = getattr(torch.ops.aten, name, None)
        if packet is None:  # pragma: no cover - a newer or older PyTorch
            continue
        found: dict[str, list[Any]] = {}
        for overload in packet.overloads():
            for argument in getattr(packet, overload)._schema.arguments:  # noqa: SLF001
                if argument.has_default_value():
                    found.setdefault(argument.name, []).append(argument.default_value)
        for key, value in given.items():
            theirs = found[key]
            alike = [value, [value], [value] * 2, [value] * 3]
            assert any(one in alike for one in theirs), (name, key, theirs)


def test_a_parameter_that_is_frozen_is_not_trained() -> None:
    report = counted(program([CONV], weights=WEIGHTS, frozen=["conv.weight"]))
    assert (report.total.parameters, report.total.fixed) == (0, 108)


def test_weights_that_are_one_count_once() -> None:
    weights = {"a.weight": (5, 5), "b.weight": (5, 5)}
    nodes = [
        Node("linear.default", {"y": (1, 5)}, {"input": "x", "weight": "p_a_weight"}, ":Net a:Fc"),
        Node("linear.default", {"z": (1, 5)}, {"input": "y", "weight": "p_b_weight"}, ":Net b:Fc"),
    ]
    text = program(nodes, inputs={"x": (1, 5)}, weights=weights)
    meta = {"sizes": [{"as_int": 5}] * 2}
    one = {"path_name": "weight_0", "tensor_meta": meta}
    config = {"config": {"a.weight": one, "b.weight": one}}

    assert [row.parameters for row in counted(text).rows] == [25, 25]
    assert [row.parameters for row in counted(text, config=config).rows] == [25, 0]


def test_what_is_written_in_place_is_read_from_then_on() -> None:
    """The sum writes into a part of `conv`: who reads `conv` then reads the sum."""
    nodes = [
        CONV,
        Node("select.int", {"part": (1, 6, 6)}, {"self": "conv", "dim": 1, "index": 0}),
        Node("add_.Tensor", {"sum": (1, 6, 6)}, {"self": "part", "other": "part"}),
        Node("relu.default", {"y": (1, 4, 6, 6)}, {"self": "conv"}),
    ]
    graph = counted(program(nodes, weights=WEIGHTS)).graph

    assert [node.op.name for node in graph.nodes] == ["conv", "add", "relu"]
    assert graph.nodes[2].inputs == (1,)


def test_a_graph_under_another_setting_is_gone_through() -> None:
    inner = graph(
        [Node("relu.default", {"y": (1, 4, 6, 6)}, {"self": "inside"})],
        {"inside": (1, 4, 6, 6)},
        ["y"],
    )
    again = {
        "enabled": False,
        "body": {"as_graph": {"name": "body", "graph": inner}},
        "given": "conv",
    }
    target = "torch.ops.higher_order.wrap_with_set_grad_enabled"
    nodes = [CONV, Node(target, {"out": (1, 4, 6, 6)}, again)]
    assert [row.op for row in counted(program(nodes, weights=WEIGHTS)).rows] == ["conv", "relu"]


def test_a_choice_by_values_is_unknown_and_named() -> None:
    nodes = [CONV, Node("torch.ops.higher_order.cond", {"y": (1, 4)}, {"p": "conv"}, ":Net")]
    report = counted(program(nodes, weights=WEIGHTS))
    assert report.total.unknown["macs"] == ("higher_order:cond",)
    assert report.total.macs == 4 * 27 * 36


def test_ops_of_others_have_no_rule_of_pytorch() -> None:
    target = "torch.ops.mine.linear.default"
    nodes = [Node(target, {"y": (1, 4)}, {"input": "x", "weight": "p_fc_weight"})]
    report = counted(program(nodes, inputs={"x": (1, 3)}, weights={"fc.weight": (4, 3)}))
    assert rows(report) == [("y", "opaque", "4x1x1", 12, 0)]
    assert report.total.unknown["macs"] == ("y.mine:linear",)


def test_a_first_axis_of_several_is_asked_about() -> None:
    conv = Node("conv2d.default", {"c": (5, 4, 6, 6)}, {"input": "x", "weight": "p_conv_weight"})
    text = program([conv], inputs={"x": (5, 3, 8, 8)}, weights=WEIGHTS)

    assert failed(text) == (
        "net.pt2: error[no-input]: the first axis of the input `x` is 5: are these samples?\n"
        "  hint: say it: `--input 3x8x8`, or `input=` in Python, without the batch"
    )
    assert rows(counted(text, "3x8x8")) == [("c", "conv", "4x6x6", 108, 4 * 27 * 36)]


def test_sizes_without_a_hint_are_asked_for() -> None:
    side = symbol("s0")
    conv = Node(
        "conv2d.default",
        {"c": (1, 4, f"Add({side}, Integer(-2))", 6)},
        {"input": "x", "weight": "p_conv_weight"},
    )
    text = program([conv], inputs={"x": (1, 3, side, 8)}, weights=WEIGHTS)

    assert failed(text) == (
        "net.pt2: error[no-input]: the sizes of the input `x` are free in the file: 1x3x?x8\n"
        "  hint: say it: `--input 3x224x8`, or `input=` in Python, without the batch"
    )
    assert counted(text, "3x10x8").total.macs == 4 * 27 * 8 * 6


def test_steps_along_the_first_axis_are_no_batch() -> None:
    arrays = {"weight_ih_l0": (24, 5), "weight_hh_l0": (24, 6)}
    args = {
        "input": "x",
        "hx": ["x"],
        "params": [f"p_{name}" for name in arrays],
        "has_biases": False,
        "num_layers": 1,
        "bidirectional": False,
        "batch_first": False,
    }
    lstm = Node("lstm.input", {"y": (7, 1, 6)}, args, ":LSTM")
    report = counted(program([lstm], inputs={"x": (7, 1, 5)}, weights=arrays))
    assert report.total.macs == 7 * 24 * (5 + 6)


def test_fixed_sizes_are_met_elsewhere_by_rules_alone() -> None:
    relu = Node("relu.default", {"y": (1, 4, 6, 6)}, {"self": "conv"})
    graph = counted(program([CONV, relu], weights=WEIGHTS)).graph
    assert count(graph.at("3x18x18")).total.macs == 4 * 27 * 256

    flat = Node("view.default", {"v": (1, 144)}, {"self": "conv", "size": [1, 144]})
    fc = Node("linear.default", {"y": (1, 2)}, {"input": "v", "weight": "p_fc_weight"})
    text = program([CONV, flat, fc], weights={**WEIGHTS, "fc.weight": (2, 144)})
    assert failed(text, "3x18x18") == (
        "error[bound-to-size]: its file fixes the input at 3x8x8; "
        "y: its weights are those for 4x6x6, not 4x16x16\n"
        "  hint: export the program at this size, or with `dynamic_shapes`"
    )
    turned = Node("view.default", {"v": (1, 36, 2, 2)}, {"self": "conv", "size": [1, 36, 2, 2]})
    relu = Node("relu.default", {"y": (1, 36, 2, 2)}, {"self": "v"})
    assert failed(program([CONV, turned, relu], weights=WEIGHTS), "3x18x18") == (
        "error[bound-to-size]: its file fixes the input at 3x8x8; "
        "y: `layout` of `relu` came from 36x2x2; at 4x16x16 it is not known\n"
        "  hint: export the program at this size, or with `dynamic_shapes`"
    )


def test_several_inputs_are_known_by_their_names() -> None:
    nodes = [Node("add.Tensor", {"y": (1, 4)}, {"self": "left", "other": "right"})]
    report = counted(program(nodes, inputs={"left": (1, 4), "right": (1, 4)}))
    assert list(report.inputs) == ["left", "right"]
    assert report.graph.nodes[0].inputs == (-1, -2)


def test_reading_needs_no_torch() -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = (
        "import sys; sys.modules['torch'] = None\n"
        f"from archcalc import count; print(count({str(HERE / 'words.pt2')!r}).total.parameters)"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert found.stdout == "1603\n"


def test_read_takes_a_path() -> None:
    assert read(HERE / "words.pt2").origin.kind == "PyTorch program"
