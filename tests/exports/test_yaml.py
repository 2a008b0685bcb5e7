"""Networks written as specs: what is written counts the same, and reads as if by hand."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given

import archcalc
from archcalc import Builder, Graph
from archcalc.exports.columns import Column, arguments
from archcalc.exports.yaml.text import yaml
from archcalc.ops import make
from archcalc.spec.family import interpret
from archcalc.spec.reader import Source, read
from tests.strategies import networks, specs

READERS = Path(__file__).parents[1] / "readers"


def read_again(text: str, variant: str | None = None) -> Graph:
    return archcalc.expand(interpret(read(Source("written.yaml", text)), "written", variant))


def assert_same(graph: Graph, again: Graph) -> None:
    """Hold every node with its path and its shapes, and every row with its counts."""
    assert again.nodes == graph.nodes
    assert (again.inputs, again.end, again.outputs) == (graph.inputs, graph.end, graph.outputs)
    one, other = (archcalc.count(each, heads=True) for each in (graph, again))
    assert other.rows == one.rows
    assert other.total == one.total


@pytest.mark.parametrize("name", [entry.id for entry in archcalc.networks()])
def test_every_network_of_the_library_counts_the_same(name: str) -> None:
    graph = archcalc.expand(archcalc.load(name))
    assert_same(graph, read_again(yaml(graph)))


@given(networks())
def test_drawn_networks_count_the_same(text: str) -> None:
    graph = read_again(text, "other" if "variants:" in text else None)
    assert_same(graph, read_again(yaml(graph)))


@given(specs())
def test_drawn_specs_count_the_same(text: str) -> None:
    graph = read_again(text, "other" if "variants:" in text else None)
    assert_same(graph, read_again(yaml(graph)))


def test_a_layer_that_stands_there_again_is_said_once() -> None:
    text = """
        input: 8x28x28
        layers:
          - {name: a, conv: 8, kernel: 3, padding: half, after: [relu], repeat: 12}
          - {name: b, add: [[], [{conv: 8, kernel: 1}]], repeat: 2}
        """
    graph = read_again(text)
    written = yaml(graph)
    assert [line for line in written.splitlines() if "repeat" in line] == [
        "  - {name: a, conv: 8, kernel: 3, padding: half, after: [relu], repeat: 12}",
        "  - {name: b, add: [[], [{conv: 8, kernel: 1}]], repeat: 2}",
    ]
    assert_same(graph, read_again(written))


def test_each_split_says_which_part_it_keeps() -> None:
    layer = "{name: %s, split: 2, part: 1, axis: height}"
    graph = read_again(f"{{input: 4x8x4, layers: [{layer % 'a'}, {layer % 'b'}]}}")
    assert "layers:\n  - {name: a, split: 2, part: 1}\n" in yaml(graph)
    assert_same(graph, read_again(yaml(graph)))


def test_equal_parts_are_blocks_and_what_differs_are_arguments() -> None:
    graph = read_again(
        """
        input: 16x8x8
        defaults: {conv: {kernel: 3, padding: 1, bias: false, after: [batchnorm, relu]}}
        blocks:
          residual:
            parameters: {width: }
            layers:
              - add:
                - []
                - - {name: thin, conv: =width / 4, kernel: 1, padding: 0}
                  - {name: wide, conv: =width, after: [batchnorm]}
              - relu
        layers:
          - {name: stage1, block: residual, repeat: 2, width: 16}
          - {name: widen, conv: 32}
          - {name: stage2, block: residual, for: width, in: [32, 32, 32]}
          - {name: last, linear: 10}
        """
    )
    assert yaml(graph) == dedent(
        """\
        name: written
        input: 16x8x8

        defaults:
          conv: {bias: false}

        blocks:
          residual:
            parameters: {filters: }
            layers:
              - {name: thin, conv: =filters, kernel: 1, after: [batchnorm, relu]}
              - {name: wide, conv: =4 * filters, kernel: 3, padding: 1, after: [batchnorm]}
              - {from: [input, wide], op: add}
              - relu

        layers:
          - {name: stage1, block: residual, filters: 4, repeat: 2}
          - {name: widen, conv: 32, kernel: 3, padding: 1, after: [batchnorm, relu]}
          - {name: stage2, block: residual, filters: 8, repeat: 3}
          - {name: last, linear: 10}
        """
    )


def test_resnet_reads_as_its_paper() -> None:
    text = yaml(archcalc.expand(archcalc.load("resnet50")))
    assert "  - {name: conv3_x, block: bottleneck" not in text  # its first block has a projection
    assert "      - {block: bottleneck, filters: 256, for: [name], in: [2, 3, 4, 5, 6]}" in text
    assert "      - {conv: =4 * filters, kernel: 1, after: [batchnorm]}" in text
    assert max(map(len, text.splitlines()[2:])) <= 100
    assert len(text.splitlines()) < 60  # for 50 layers with weights


def test_columns_that_follow_from_others_are_no_arguments() -> None:
    found = arguments([
        Column("filters", "conv1", (8, 16, 8)),
        Column("kernel", "conv1", (8, 16, 8)),  # of another kind, though the numbers are the same
        Column("filters", "conv 2", (24, 48, 24)),
        Column("stride", "conv 2", (1, 1, 1)),
        Column("filters", "conv 3", (12, 20, 12)),
    ])  # fmt: skip
    assert found.values == {
        "filters_conv1": (8, 16, 8),
        "kernel": (8, 16, 8),
        "filters_conv_3": (12, 20, 12),
    }
    assert [str(each) for each in found.columns] == [
        "filters_conv1", "kernel", "3 * filters_conv1", "1", "filters_conv_3",
    ]  # fmt: skip


@pytest.mark.parametrize("file", ["detector.cfg", "residual.pt2", "decomposed.pt2", "words.pt2"])
def test_files_of_other_tools_count_the_same(file: str) -> None:
    graph = archcalc.read(READERS / file)
    text = yaml(graph)
    one, other = (archcalc.count(each).total for each in (graph, read_again(text)))
    names = [
        name for name in one.__slots__
        if name != "uncounted" and getattr(one, name) != getattr(other, name)
    ]  # fmt: skip
    assert names == (["activations"] if graph.moved else [])
    assert ("# each `layout` moves what no layer of its own moved" in text) == bool(graph.moved)


def test_names_that_hide_others_give_way() -> None:
    net = Builder("hiding", "4x8x8")
    first = net.add("a/0", make("conv", filters=4, kernel=(1, 1)), net.input)
    relu = net.add("a/1", make("relu"), first)
    inner = net.add("b/a/0", make("relu"), relu)
    graph = net.graph(net.add("b/add", make("add", branches=2), inner, first))
    text = yaml(graph)
    assert "      - {name: add, from: [layer a, a/0], op: add}" in text
    again = read_again(text)
    assert [node.path for node in again.nodes] == ["a/0", "a/1", "b/layer a/0", "b/add"]
    assert archcalc.count(again).total == archcalc.count(graph).total


def test_what_is_only_stated_stays_so() -> None:
    net = Builder("capsules", "4x8x8")
    op = make("opaque", output=(16, 10), holds=(("w", (4, 16)), ("bias", (16,))))
    graph = net.graph(net.add("routing", op, net.input))
    net.leave_out("loss", "MarginLoss", "a loss")
    text = yaml(net.graph(net.here(0)))
    assert text == dedent(
        """\
        name: capsules
        input: 4x8x8
        # left out: loss (MarginLoss), a loss

        layers:
          - {name: routing, opaque: 16x10, holds: {w: 4x16, bias: 16}}
        """
    )
    assert archcalc.count(read_again(text)).total.unknown == archcalc.count(graph).total.unknown


def test_what_a_layer_is_stated_to_do_is_written_by_name() -> None:
    net = Builder("norm", "160")
    op = make("opaque", output=(160,), does=(("mul", 160), ("sqrt", 16)))
    graph = net.graph(net.add("squash", op, net.input))
    text = yaml(graph)
    assert "  - {name: squash, opaque: 160, does: {mul: 160, sqrt: 16}}\n" in text
    assert archcalc.count(read_again(text)).total == archcalc.count(graph).total


def test_inputs_have_names_that_a_spec_can_have() -> None:
    net = Builder("pair", {"input": "4", "out.1": "4", "sum": "4"})
    ends = [net.add(f"in/{n}", make("relu"), net.here(-n)) for n in (1, 2, 3)]
    graph = net.graph(net.add("sum", make("add", branches=3), *ends))
    again = read_again(yaml(graph))
    assert list(again.inputs) == ["input 2", "out 1", "sum"]
    assert archcalc.count(again).total == archcalc.count(graph).total


def test_what_is_only_stated_may_have_several_inputs() -> None:
    net = Builder("product", "4x3")
    one, other = (net.add(name, make("relu"), net.input) for name in ("one", "other"))
    op = make("opaque", output=(4, 4), does=(("mac", 48), ("interactions", 48)))  # 4·4·3
    graph = net.graph(net.add("both", op, one, other))
    text = yaml(graph)
    assert "from: [one, other], opaque: 4x4, does: {mac: 48, interactions: 48}}" in text
    assert archcalc.count(read_again(text)).total == archcalc.count(graph).total
