"""Keras models with branches, models within models, shared and frozen layers, and the unknown."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from archcalc import ArchcalcError, Report, confirm, count, read
from archcalc.readers.keras import read as read_keras
from tests.readers.keras_writer import enters, file_of, graph, layer, reads, row, tensor


def counted(model: object, given: str | None = None) -> Report:
    return count(read_keras(file_of(model), given))


def join(kind: str, *shapes: tuple[int, ...], op: bool = False, **more: object) -> Report:
    """Count a join `y` of inputs `x0`, `x1`; if `op`, a function of `keras.ops`."""
    names = [f"x{i}" for i in range(len(shapes))]
    layers = [enters(*sizes, name=name) for name, sizes in zip(names, shapes, strict=True)]
    tensors = [tensor(name) for name in names]
    joined = reads(layer(kind, "y", **more), tensors if op else [tensors])
    if op:
        joined["module"] = "keras.src.ops.numpy"
    ends = [[name, 0, 0] for name in names]
    return counted(graph(*layers, joined, inputs=ends, outputs=[["y", 0, 0]]))


@pytest.mark.parametrize(
    ("kind", "shapes", "config", "output", "figures"),
    [
        ("Add", [(4, 4, 6), (4, 4, 6)], {}, "4x4x6", {"add": 96}),
        ("Multiply", [(4, 4, 6), (1, 1, 6)], {}, "4x4x6", {"mul": 96}),
        ("Multiply", [(4, 4, 6), (6,)], {}, "4x4x6", {"mul": 96}),
        ("Multiply", [(4, 4, 6), (4, 4, 1)], {}, "4x4x6", {"mul": 96}),
        ("Add", [(4, 4, 6), (4, 1, 6)], {}, "4x4x6", {"add": 96}),
        ("Subtract", [(6,), (6,)], {}, "6", {"add": 6}),
        ("Average", [(6,), (6,), (6,)], {}, "6", {"add": 12, "mul": 6}),
        ("Maximum", [(6,), (6,), (6,)], {}, "6", {"cmp": 12}),
        ("Minimum", [(6,), (6,), (6,)], {}, "6", {"cmp": 12}),
        ("Concatenate", [(4, 4, 6), (4, 4, 2)], {"axis": -1}, "4x4x8", {}),
        ("Concatenate", [(4, 4, 6), (3, 4, 6)], {"axis": 1}, "7x4x6", {}),
        ("Concatenate", [(4, 4, 6), (4, 3, 6)], {"axis": 2}, "4x7x6", {}),
        # 5·9 products of 7 terms each
        ("Dot", [(5, 7), (9, 7)], {"axes": 2}, "5x9", {"macs": 315, "interactions": 315}),
        ("Dot", [(7,), (7,)], {"axes": 1, "normalize": True}, "1", {"macs": 7, "sqrt": 2}),
        ("CustomScaleLayer", [(6,), (6,)], {"scale": 0.17}, "6", {"mul": 6, "add": 6}),
        # scores and mix: 5·9·7 + 5·9·7
        ("Attention", [(5, 7), (9, 7)], {}, "5x7", {"interactions": 630, "exp": 45}),
    ],
)  # fmt: skip
def test_joins(
    kind: str,
    shapes: list[tuple[int, ...]],
    config: dict[str, Any],
    output: str,
    figures: dict[str, int],
) -> None:
    report = join(kind, *shapes, **config)

    assert str(report["y"].output) == output
    assert not report.total.unknown
    assert {name: figure(report.total, name) for name in figures} == figures


def figure(total: Any, name: str) -> int:  # noqa: ANN401
    found = getattr(total, name, None)
    return int(getattr(total.work, name) if found is None else found)


def function(kind: str, *args: object, sizes: tuple[int, ...], **config: object) -> Report:
    """Count a function `y` of `keras.ops` on an input `x`, as Keras 3 writes it."""
    one = reads(layer(kind, "y", **config), args)
    one["module"] = "keras.src.ops.numpy"
    model = graph(enters(*sizes, name="x"), one, inputs=[["x", 0, 0]], outputs=[["y", 0, 0]])
    return counted(model)


X = tensor("x")


def stretch(*ends: int | None) -> dict[str, Any]:
    start, stop, step = (*ends, None, None, None)[:3]
    return {"class_name": "__slice__", "config": {"start": start, "stop": stop, "step": step}}


ALL = stretch()


@pytest.mark.parametrize(
    ("kind", "args", "config", "output", "figures"),
    [
        ("Add", [X, 3.0], {}, "4x4x6", {"add": 96}),
        ("Multiply", [2, X], {}, "4x4x6", {"mul": 96}),
        ("TrueDivide", [X, 3.0], {}, "4x4x6", {"div": 96}),
        ("Power", [X, 2], {}, "4x4x6", {"mul": 96}),
        ("Sqrt", [X], {}, "4x4x6", {"sqrt": 96}),
        ("Cast", [X], {}, "4x4x6", {"flops": 0}),
        ("Relu", [X], {}, "4x4x6", {"cmp": 96}),
        ("Clip", [X], {"x_min": 0.0, "x_max": 6.0}, "4x4x6", {"cmp": 192}),
        ("Softmax", [X], {"axis": -1}, "4x4x6", {"exp": 96, "add": 80}),
        ("Mean", [X], {"axis": [1, 2]}, "6", {"add": 90, "div": 6}),
        ("Mean", [X], {"axis": -1, "keepdims": True}, "4x4x1", {"add": 80, "div": 16}),
        ("Sum", [X], {"axis": 1}, "4x6", {"add": 72}),
        ("Max", [X], {"axis": 2}, "4x6", {"cmp": 72}),
        ("Reshape", [X], {"newshape": [-1, 16, 6]}, "16x6", {}),
        ("Transpose", [X], {"axes": [0, 3, 1, 2]}, "6x4x4", {}),
        ("ExpandDims", [X], {"axis": 1}, "1x4x4x6", {}),
        ("GetItem", [X, [ALL, stretch(1, 3)]], {}, "2x4x6", {}),
        ("GetItem", [X, [{"class_name": "__ellipsis__", "config": {}}, 0]], {}, "4x4", {}),
        ("GetItem", [X, [ALL, ALL, ALL, stretch(2, 5)]], {}, "4x4x3", {}),
        ("GetItem", [X, [ALL, ALL, stretch(None, None, 2)]], {}, "4x2x6", {}),
        ("Repeat", [X], {"repeats": 2, "axis": 1}, "8x4x6", {}),
        ("Tile", [X], {"repeats": [1, 1, 2, 1]}, "4x8x6", {}),
        ("Pad", [X], {"pad_width": [[0, 0], [1, 1], [0, 2], [0, 0]]}, "6x6x6", {}),
        ("Swapaxes", [X], {"axis1": 1, "axis2": 3}, "6x4x4", {}),
    ],
)  # fmt: skip
def test_functions(
    kind: str, args: list[Any], config: dict[str, Any], output: str, figures: dict[str, int]
) -> None:
    report = function(kind, *args, sizes=(4, 4, 6), **config)

    assert str(report["y"].output) == output
    assert not report.total.unknown
    assert {name: figure(report.total, name) for name in figures} == figures


def test_products_of_activations() -> None:
    """5·9 products of 7 terms, by letters and by matrices."""
    by_letters = join("Einsum", (5, 7), (9, 7), op=True, subscripts="btd,bsd->bts")
    by_matrices = join("Matmul", (5, 7), (7, 9), op=True)

    for report in (by_letters, by_matrices):
        assert str(report["y"].output) == "5x9"
        assert (report.total.macs, report.total.interactions) == (315, 315)


def test_the_parts_of_a_split_go_on() -> None:
    cut = reads(layer("Split", "cut", indices_or_sections=2, axis=-1), [X])
    cut["module"] = "keras.src.ops.numpy"
    fc = reads(layer("Dense", "fc", units=5), [tensor("cut", 0, 1)])
    outputs = [["fc", 0, 0], ["cut", 0, 0]]
    report = counted(graph(enters(6, name="x"), cut, fc, inputs=["x", 0, 0], outputs=outputs))

    assert [(row.path, str(row.output)) for row in report.rows] == [
        ("cut/1", "3"), ("cut/2", "3"), ("fc", "5"),
    ]  # fmt: skip


def test_a_layer_that_is_applied_twice_holds_its_weights_once() -> None:
    """8·(8 + 1) parameters, twice as many connections."""
    shared = reads(layer("Dense", "d", units=8), [X], [tensor("d")])
    report = counted(graph(enters(8, name="x"), shared, inputs=["x", 0, 0], outputs=[["d", 1, 0]]))

    assert [(row.path, row.parameters, row.shared_with) for row in report.rows] == [
        ("d", 72, ()), ("d#2", 0, ("d",)),
    ]  # fmt: skip
    assert report.total.connections == 144


@pytest.mark.parametrize(("shared", "parameters"), [({"shared_object_id": 1234}, 20), ({}, 40)])
def test_a_layer_that_two_models_hold_is_known_by_its_id(
    shared: dict[str, int], parameters: int
) -> None:
    """4·(4 + 1), once: archives write an id beside the second, Keras counts 20 as well."""
    one = layer("Dense", "d", units=4)
    first, second = row(enters(4), one, name="a"), row(enters(4), {**one, **shared}, name="b")

    assert counted(row(enters(4), first, second)).total.parameters == parameters


INNER = graph(
    enters(8, name="inside"),
    reads(layer("Dense", "left", units=3), [tensor("inside")]),
    reads(layer("Dense", "right", units=2, trainable=False), [tensor("inside")]),
    inputs=[["inside", 0, 0]],
    outputs=[["left", 0, 0], ["right", 0, 0]],
    name="inner",
)


def test_a_model_within_a_model_is_a_block() -> None:
    """3·9 trained and 2·9 fixed once, applied to x and to d; of uses Keras counts from 0 here."""
    model = graph(
        enters(8, name="x"),
        reads(layer("Dense", "d", units=8), [X]),
        reads(INNER, [X], [tensor("d")]),
        reads(layer("Add", "sum"), [[tensor("inner", 0, 0), tensor("inner", 1, 0)]]),
        inputs=[["x", 0, 0]],
        outputs=[["sum", 0, 0], ["inner", 2, 1]],
    )
    report = counted(model)

    assert [(row.path, row.op, row.parameters) for row in report.fold(1)] == [
        ("d", "linear", 72), ("inner", "Functional", 27), ("inner#2", "Functional", 0),
        ("sum", "add", 0),
    ]  # fmt: skip
    assert (report.total.parameters, report.total.fixed) == (99, 18)
    assert report.outputs == ("sum", "inner#2/right")
    assert confirm(report).agrees


def test_keras_2_counts_the_uses_of_a_model_from_1_and_names_tensors_by_lists() -> None:
    def old(one: dict[str, Any], *nodes: list[Any]) -> dict[str, Any]:
        found = {key: value for key, value in one.items() if key != "module"}
        return {**found, "name": one["config"]["name"], "inbound_nodes": list(nodes)}

    sub = row(layer("Dense", "fc", units=4, batch_input_shape=[None, 8]), name="sub")
    model = graph(
        old(layer("InputLayer", "x", batch_input_shape=[None, 8])),
        old(sub, [["x", 0, 0, {}]]),
        old(layer("Reshape", "r", target_shape=[4, 1]), [["sub", 1, 0, {}]]),
        old(layer("MultiHeadAttention", "mha", num_heads=1, key_dim=3),
            [["r", 0, 0, {"value": ["r", 0, 0]}]]),
        old(layer("TFOpLambda", "plus", function="math.add"), ["mha", 0, 0, {"y": 1.5}]),
        inputs=[["x", 0, 0]],
        outputs=[["plus", 0, 0]],
    )  # fmt: skip
    report = counted({**model, "class_name": "Functional", "keras_version": "2.15.0"})

    # 4·9; three matrices of 3 x 1 with biases, and 1 x 3 with one
    assert (report["sub/fc"].parameters, report["mha"].parameters) == (36, 3 * 6 + 4)
    assert str(report["plus"].output) == "4x1"
    assert report["plus"].flops == 4


def test_states_lead_from_an_encoder_to_a_decoder() -> None:
    """4·6·(10 + 6 + 1) and 4·6·(11 + 6 + 1) parameters; nothing is a dead end."""
    states = [tensor("encoder", 0, 1), tensor("encoder", 0, 2)]
    model = graph(
        enters(7, 10, name="x"),
        enters(8, 11, name="y"),
        reads(layer("LSTM", "encoder", units=6, return_state=True), [X]),
        reads(layer("LSTM", "decoder", units=6), [tensor("y")], initial_state=states),
        inputs=[["x", 0, 0], ["y", 0, 0]],
        outputs=[["decoder", 0, 0]],
    )
    report = counted(model)

    assert [row.parameters for row in report.rows] == [408, 432]
    assert report.dead_ends == ()


def test_a_frozen_base_is_fixed_with_its_statistics() -> None:
    """4·9 + 8 fixed, 8 statistics, 3·5 trained, as after `base.trainable = False`."""
    base = row(
        enters(8), layer("Dense", "fc", units=4), layer("BatchNormalization", "bn"),
        name="base", trainable=False,
    )  # fmt: skip
    report = counted(row(enters(8), base, layer("Dense", "head", units=3)))

    total = report.total
    assert (total.parameters, total.fixed, total.statistics) == (15, 44, 8)


def test_a_model_at_each_step_of_a_row() -> None:
    """4·(3·9 + 1) + 6·(144 + 1) parameters; 4 steps of 36·108 + 6·144 multiply-adds."""
    inner = row(
        enters(8, 8, 3), layer("Conv2D", "conv", filters=4, kernel_size=3), layer("Flatten"),
        layer("Dense", "fc", units=6), name="inner",
    )  # fmt: skip
    report = counted(row(enters(4, 8, 8, 3), layer("TimeDistributed", "td", layer=inner)))

    assert (report.total.parameters, report.total.macs) == (982, 4 * (3888 + 864))
    assert [(row.path, str(row.output)) for row in report.rows] == [
        ("td/conv", "4x6x6x4"), ("td/flatten2", "4x144"), ("td/fc", "4x6"),
    ]  # fmt: skip


def test_what_is_unknown_is_named_and_its_output_taken_from_the_file() -> None:
    """Keras 3 states what each layer reads: 8 numbers come out of `odd`, whatever it does."""
    odd = {"module": None, "registered_name": "mine>Odd", "class_name": "Odd",
           "config": {"name": "odd"}}  # fmt: skip
    model = graph(
        enters(8, name="x"),
        reads(odd, [X]),
        reads(layer("Dense", "fc", units=3), [tensor("odd", 0, 0, 8)]),
        inputs=[["x", 0, 0]],
        outputs=[["fc", 0, 0]],
    )
    report = counted(model)

    assert report["fc"].parameters == 27
    assert report.total.unknown["parameters"] == ("odd",)
    [found] = report.graph.uncounted
    assert (found.op, found.why) == ("Odd", "`mine>Odd` is a class of somebody's own")


def test_what_stands_behind_an_unknown_shape_is_not_reached() -> None:
    model = row(
        enters(8), layer("Lambda", "code", function="4wEAAAA="), layer("Dense", "fc", units=3),
        layer("ReLU", "relu"),
    )  # fmt: skip
    report = counted(model)

    assert [(each.path, str(each.case), each.why) for each in report.graph.uncounted] == [
        ("code", "unknown", "its code is not read"),
        ("fc", "not reached", "behind `code`"),
        ("relu", "not reached", "behind `code`"),
    ]
    assert report.total.unknown["parameters"] == ("fc", "relu")


def test_channels_first_are_shown_first() -> None:
    first = {"data_format": "channels_first"}
    report = counted(
        row(
            enters(3, 12, 14),
            layer("Conv2D", "c", filters=4, kernel_size=3, **first),
            layer("BatchNormalization", "bn", axis=1),
            layer("GlobalAveragePooling2D", "gap", **first),
        )
    )

    assert [str(node.y) for node in report.nodes] == ["4x10x12", "4x10x12", "4x1x1"]
    assert (report.total.parameters, report.total.statistics) == (4 * 28 + 8, 8)


@pytest.mark.parametrize("given", ["32x48x3", "3x32x48"])
def test_another_input_is_given_in_the_order_of_the_file_or_of_archcalc(given: str) -> None:
    model = row(enters(None, None, 3), layer("Conv2D", "c", filters=4, kernel_size=3))
    report = counted(model, given)

    assert (str(report.input), str(report["c"].output)) == ("32x48x3", "30x46x4")
    assert str(report.graph.at("3x16x16").nodes[0].y) == "14x14x4"


def test_free_sizes_are_asked_for() -> None:
    model = row(enters(None, None, 3, name="image"), layer("Flatten"))
    with pytest.raises(ArchcalcError) as caught:
        counted(model)
    assert str(caught.value) == (
        "model.json: error[no-input]: the sizes of the input `image` are free in the file: ?x?x3\n"
        "  hint: say it: `--input 224x224x3`, or `input=` in Python, without the batch"
    )


def test_a_live_model_is_read_by_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras itself is not needed: any package of that name whose models have a `to_json`."""
    text = file_of(row(enters(8), layer("Dense", "fc", units=3))).content().decode()

    class Model:
        name = "live"

        def __init__(self, text: str) -> None:
            self.text = text

        def to_json(self) -> str:
            if not self.text:
                raise NotImplementedError("no\nconfig")
            return self.text

    keras = ModuleType("keras")
    keras.Model = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keras", keras)

    assert count(read(Model(text))).total.parameters == 27
    assert count(read(Model(text), input="5")).total.parameters == 18
    with pytest.raises(ArchcalcError) as caught:
        read(Model(""))
    assert str(caught.value) == (
        "error[model-failed]: `live` does not say what its layers are: `to_json` fails\n"
        "  hint: NotImplementedError: no"
    )
    assert not isinstance(SimpleNamespace(), Model)


@pytest.mark.parametrize(
    ("kind", "shapes", "work"),
    [
        ("NotEqual", [(6,)], {"cmp": 6}),
        ("Greater", [(4, 6), (6,)], {"cmp": 24}),
        ("LogicalAnd", [(6,), (6,)], {}),
        ("Log1p", [(6,)], {"log": 6, "add": 6}),
    ],
)
def test_comparisons_and_connectives(
    kind: str, shapes: list[tuple[int, ...]], work: dict[str, int]
) -> None:
    found = join(kind, *shapes, op=True).total

    assert {key: n for key, n in found.work._asdict().items() if n} == work
    assert not found.unknown
