"""What flows between boxes: edges are carried over, repetitions become one, counts add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archcalc.render.pictures import drawing, page
from archcalc.render.pictures.flow import Edge, Frame, Run, flow, fold_edges, merge_edges
from archcalc.report import count
from archcalc.spec.library import load
from archcalc.spec.unroll import expand

if TYPE_CHECKING:
    from pathlib import Path


def test_edges_between_nodes_become_edges_between_boxes() -> None:
    nodes = expand(load("resnet18")).nodes[:14]
    owners = [0 if node.path.startswith(("conv1", "pool1")) else 1 for node in nodes]
    assert fold_edges(nodes, owners) == (Edge(-1, 0), Edge(0, 1))


def test_a_skip_is_an_edge_of_its_own_where_blocks_are_open() -> None:
    found = flow(count("resnet18"), 3)
    titles = {box.number: box.title for box in found.boxes()}
    into_add = [titles[s] for s, t in found.edges if t == 4]
    assert titles[4] == "add1"
    assert into_add == ["conv2", "pool1"]


def test_equal_blocks_in_a_row_become_one() -> None:
    frame = flow(count("resnet50"), 3).items[3]
    assert isinstance(frame, Frame)
    assert [(item.title, item.times) for item in frame.items] == [
        ("conv3_x/1", 1),
        ("conv3_x/2..4", 3),
    ]


def test_blocks_that_read_more_than_the_one_before_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: 2x8x8\n"
        "blocks:\n"
        "  two: {layers: [{name: a, conv: 2, kernel: 1}, {name: b, conv: 2, kernel: 1}]}\n"
        "layers:\n"
        "  - {name: stage, block: two, repeat: 3}\n"
        "  - {op: add, from: [stage/1/a, stage/3/b]}\n"
    )
    times = [item.times for item in flow(count(path), 3).items[0].items]  # type: ignore[union-attr]
    assert times == [1, 2]


def test_edges_within_a_stretch_stay_and_those_between_disappear() -> None:
    edges = [Edge(-1, 0), Edge(0, 1), Edge(0, 2), Edge(1, 2), Edge(2, 3), Edge(3, 4), Edge(2, 4)]
    edges += [Edge(3, 5), Edge(4, 5), Edge(5, 6)]
    merged = merge_edges(edges, [Run(start=0, size=3, times=2)])
    assert [tuple(edge) for edge in merged] == [(-1, 0), (0, 1), (0, 2), (1, 2), (2, 6)]


def test_counts_of_boxes_add_up_to_the_total() -> None:
    for network in ("lenet5", "googlenet", "resnet18", "inception-v4"):
        report = count(network, heads=True)
        for depth in (1, 2):
            total = sum(box.times * box.row.parameters for box in flow(report, depth).boxes())
            assert total == report.total.parameters


def test_a_dense_layer_sees_all_before_it_in_its_block() -> None:
    found = flow(count("densenet121"), 2)
    boxes = [box.title for box in found.boxes()]
    first, last = boxes.index("block1/1"), boxes.index("block1/6")
    seen = {edge.source for edge in found.passed if edge.target == last}
    # what enters the block, and every layer but the one before it, which is an edge
    assert seen == set(range(first - 1, last - 1))
    assert not {edge.source for edge in found.passed if edge.target == first}


@pytest.mark.parametrize("network", ["googlenet", "inception-v4", "resnet18", "lenet5"])
def test_what_only_joins_passes_nothing_on(network: str) -> None:
    assert not flow(count(network), 2).passed


def test_what_is_passed_on_is_drawn() -> None:
    shapes = drawing.sketch(count("densenet121"), 2).shapes
    drawn = [shape for shape in shapes if getattr(shape, "style", None) == page.PASSED]
    # blocks of 6, 12, 24 and 16 layers: the k-th sees k − 1 outputs through the layer before it
    assert len(drawn) == sum(n * (n - 1) // 2 for n in (6, 12, 24, 16))
