"""The walk from spec to graph: order, inputs, shapes, sharing."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc.graph import INPUT, Container
from archcalc.ops.op import Shape

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


def test_another_input_goes_through_all_shapes() -> None:
    spec = archcalc.load("vgg16")

    assert str(archcalc.expand(spec).nodes[-1].y) == "1000x1x1"
    last_pool = [n for n in archcalc.expand(spec, Shape(3, 448, 320)).nodes if n.path == "pool5"]
    assert [str(node.y) for node in last_pool] == ["512x14x10"]


def test_expanding_twice_gives_equal_graphs_and_leaves_the_spec_alone() -> None:
    spec = archcalc.load("resnet50")
    first, second = archcalc.expand(spec), archcalc.expand(spec)

    assert first.nodes == second.nodes
    assert archcalc.count(second).total == archcalc.count("resnet50").total
