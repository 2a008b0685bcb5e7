"""The walk from spec to graph: order, inputs, shapes, sharing."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc.graph import INPUT, Container
from archcalc.ops.conv import Conv
from archcalc.ops.op import Shape
from archcalc.spec.level import Level

BRANCHES = """
input: 2x8x8
layers:
  - {name: a, conv: 4, kernel: 3, padding: 1, after: [relu]}
  - name: b
    add:
      - [{name: c, conv: 4, kernel: 1}, {name: d, conv: 4, kernel: 1}]
      - []
  - {name: e, concat: , from: [a, b]}
heads:
  aux: {from: a, layers: [{linear: 2}]}
"""


def graph(text: str) -> archcalc.Graph:
    return archcalc.expand(archcalc.load(StringIO(text)))


def test_nodes_stand_in_execution_order_with_what_feeds_them() -> None:
    nodes = graph(BRANCHES).nodes

    assert [(node.path, node.inputs) for node in nodes] == [
        ("a", (INPUT,)),
        ("a.relu", (0,)),
        ("b/c", (1,)),
        ("b/d", (2,)),
        ("b", (3, 1)),
        ("e", (1, 4)),
        ("aux/linear1", (1,)),
    ]
    assert [node.head for node in nodes] == [None] * 6 + ["aux"]


def test_nodes_know_their_shapes() -> None:
    found = graph(BRANCHES)

    assert found.input == Shape(2, 8, 8)
    assert [str(node.y) for node in found.nodes] == [
        "4x8x8", "4x8x8", "4x8x8", "4x8x8", "4x8x8", "8x8x8", "2x1x1",
    ]  # fmt: skip
    assert found.nodes[4].xs == (Shape(4, 8, 8), Shape(4, 8, 8))
    assert all(
        x == (found.input if i == INPUT else found.nodes[i].y)
        for node in found.nodes
        for i, x in zip(node.inputs, node.xs, strict=True)
    )


@pytest.mark.parametrize("name", ["resnet50", "densenet121", "googlenet", "inception-v4"])
def test_every_node_reads_earlier_nodes_and_paths_are_unique(name: str) -> None:
    nodes = archcalc.expand(archcalc.load(name)).nodes

    assert all(i < position for position, node in enumerate(nodes) for i in node.inputs)
    assert len({node.path for node in nodes}) == len(nodes)


def test_containers_tell_what_a_path_with_layers_below_is() -> None:
    containers = archcalc.expand(archcalc.load("resnet50")).containers

    assert containers["conv4_x"] == Container("bottleneck", 6)
    assert containers["conv4_x/2"] == Container("bottleneck", 1)
    assert containers["conv4_x/1/shortcut"] == Container("shortcut", 1)


def test_a_container_counts_the_turns_that_stand() -> None:
    text = """
input: 1x8x8
blocks: {b: {layers: [relu]}, c: {layers: [tanh]}}
layers:
  - {name: l, op: relu, repeat: 3, when: =not last}
  - {name: k, block: "='c' if first else 'b'", repeat: 3, when: =not first}
  - {name: g, layers: [{op: relu, when: false}, relu], for: [n], in: [1, 2], when: =n > 1}
"""
    containers = graph(text).containers

    assert [containers[path] for path in "lkg"] == [
        Container("relu", 2), Container("b", 2), Container("group", 1),
    ]  # fmt: skip


def test_another_input_goes_through_all_shapes() -> None:
    spec = archcalc.load("vgg16")

    assert archcalc.expand(spec, "3x448x320").nodes == archcalc.expand(spec, (3, 448, 320)).nodes
    assert str(archcalc.expand(spec).nodes[-1].y) == "1000x1x1"
    last_pool = [n for n in archcalc.expand(spec, Shape(3, 448, 320)).nodes if n.path == "pool5"]
    assert [str(node.y) for node in last_pool] == ["512x14x10"]


def test_expanding_twice_gives_equal_graphs_and_leaves_the_spec_alone() -> None:
    spec = archcalc.load("resnet50")
    first, second = archcalc.expand(spec), archcalc.expand(spec)

    assert first.nodes == second.nodes
    assert archcalc.count(second).total == archcalc.count("resnet50").total


def fed(layers: str) -> list[tuple[str, tuple[int, ...]]]:
    found = graph(f"input: 2x8x8\ndefaults: {{conv: {{kernel: 1}}}}\nlayers:\n{layers}")
    return [(node.path, node.inputs) for node in found.nodes]


def test_the_branches_of_a_join_start_at_its_from() -> None:
    layers = """
  - {name: a, conv: 4}
  - {name: b, conv: 8}
  - {name: c, add: [{name: d, conv: 4}, []], from: a}
"""

    assert fed(layers) == [("a", (INPUT,)), ("b", (0,)), ("c/d", (0,)), ("c", (2, 0))]


def test_a_path_is_the_output_of_what_stands_there_not_its_last_node() -> None:
    layers = """
  - name: g
    layers:
      - name: h
        layers:
          - {name: a, conv: 8}
          - {name: b, conv: 4}
          - {name: off, op: relu, from: a, when: false}
      - {name: by name, conv: 5, from: h}
  - {name: by path, conv: 5, from: g/h}
  - {name: off, conv: 5, from: g/h/off}
"""

    assert fed(layers) == [
        ("g/h/a", (INPUT,)), ("g/h/b", (0,)), ("g/by name", (0,)), ("by path", (0,)), ("off", (0,)),
    ]  # fmt: skip


def test_what_stands_around_a_layer_has_a_path_too() -> None:
    layers = """
  - {name: a, conv: 4, after: [batchnorm, relu]}
  - name: g
    layers: [{name: b, conv: 4, after: [relu]}, {name: c, conv: 5, from: a.batchnorm}]
  - {name: d, conv: 5, from: g/b.relu}
  - {name: e, conv: 5, from: a}
"""

    assert fed(layers) == [
        ("a", (INPUT,)), ("a.batchnorm", (0,)), ("a.relu", (1,)), ("g/b", (2,)), ("g/b.relu", (3,)),
        ("g/c", (1,)), ("d", (4,)), ("e", (2,)),
    ]  # fmt: skip


def test_all_names_are_listed_for_a_mistake_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Level, "known")  # there are as many as layers

    assert fed(" [{name: a, conv: 4}, {conv: 4, from: a}]") == [("a", (INPUT,)), ("conv1", (0,))]


def test_a_block_may_be_chosen_turn_by_turn() -> None:
    text = """
input: 1x8x8
blocks: {p: {layers: [{conv: 2, kernel: 1}]}, q: {layers: [{conv: 3, kernel: 1}]}}
layers:
  - {name: s, block: "='p' if first else 'q'", repeat: 2}
  - {name: t, block: =kind, for: [kind], in: [q, q]}
"""
    found = graph(text)

    assert [(node.path, node.y.channels) for node in found.nodes] == [
        ("s/1/conv1", 2), ("s/2/conv1", 3), ("t/1/conv1", 3), ("t/2/conv1", 3),
    ]  # fmt: skip
    assert found.containers["s"] == Container("block", 2)
    assert found.containers["s/1"] == Container("p")
    assert found.containers["t"] == Container("q", 2)


def test_a_join_of_one_branch_is_that_branch_and_keeps_its_word() -> None:
    net = graph(
        "input: 2x8x8\nlayers:\n"
        "  - name: a\n    add: [[{conv: 4, kernel: 1}], {branch: [], when: false}]\n"
        "    after: [relu, tanh]"
    )

    assert [node.path for node in net.nodes] == ["a/conv1", "a.relu", "a.tanh"]
    assert net.containers == {"a": Container("add")}
    assert [(row.path, row.op) for row in archcalc.count(net).fold(1)] == [("a", "add")]
    assert archcalc.count(net)["a"].parameters == 4 * (2 + 1)


def test_equal_ops_on_equal_maps_are_inferred_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inferred = []
    shape = Conv.shape

    def noted(self: Conv, *xs: Shape) -> Shape:
        inferred.append(xs)
        return shape(self, *xs)

    monkeypatch.setattr(Conv, "shape", noted)
    nodes = graph("input: 3x8x8\nlayers: [{conv: 3, kernel: 1, repeat: 50}]").nodes

    assert len(nodes) == 50
    assert inferred == [(Shape(3, 8, 8),)]


def test_expressions_see_what_enters_wherever_they_stand() -> None:
    net = graph("""
input: 3x8x8
parameters: {half: 0.5}
layers:
  - layers: [{conv: =channels + 1, kernel: 1}]
  - {name: g, layers: [{conv: =channels + 1, kernel: 1, before: [{scale: =half}]}]}
  - {conv: =channels + 1, kernel: 1, after: [{pad_channels: =channels + 1}]}
""")

    assert [(node.path, node.y.channels) for node in net.nodes] == [
        ("conv1", 4), ("g/conv1.scale", 4), ("g/conv1", 5), ("conv2", 6), ("conv2.pad_channels", 7),
    ]  # fmt: skip
    assert net.containers == {"g": Container("group")}


def test_heads_stand_last_at_another_input_too() -> None:
    spec = archcalc.load("googlenet")

    assert archcalc.expand(spec, "3x256x256").nodes[-1].head == "aux2"
    assert archcalc.expand(spec, "3x256x256", heads=False).nodes[-1].head is None


def test_the_path_of_what_is_switched_off_is_what_entered_it() -> None:
    nodes = graph("""
input: 2x8x8
layers:
  - {name: g, layers: [{name: b, conv: 9, kernel: 1, when: false}]}
  - {name: c, conv: 5, kernel: 1}
  - {name: d, conv: 6, kernel: 1, from: g/b}
""").nodes

    assert [(node.path, node.inputs, node.xs) for node in nodes] == [
        ("c", (INPUT,), (Shape(2, 8, 8),)),
        ("d", (INPUT,), (Shape(2, 8, 8),)),
    ]


def test_a_graph_says_shortly_what_it_is_of() -> None:
    graph = archcalc.expand(archcalc.load("lenet5"))
    assert repr(graph) == "<Graph of LeNet-5: input 1x32x32, 13 layers>"
