"""The names of layers: given, numbered as written, at every level, switched off or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def test_unnamed_layers_are_numbered_by_op(paths: Callable[..., list[str]]) -> None:
    layers = "[relu, {conv: 4, kernel: 1}, relu, {name: c, conv: 4, kernel: 1}, {op: relu}]"

    assert paths(layers) == [
        "relu1", "conv1", "relu2", "c", "relu3",
    ]  # fmt: skip


def test_a_written_name_is_left_out_wherever_it_stands(paths: Callable[..., list[str]]) -> None:
    layers = "[relu, {name: relu2, op: tanh}, relu, {add: [{name: relu4, op: tanh}, []]}, relu]"

    assert paths(layers) == ["relu1", "relu2", "relu3", "relu4", "add1", "relu5"]


def test_layers_keep_their_numbers_when_others_are_switched_off(
    nodes: Callable[..., list[str]],
) -> None:
    text = """
        input: 1x4x4
        parameters: {extra: true}
        defaults: {conv: {kernel: 1}}
        layers: [relu, {op: relu, when: =extra}, {conv: 1, when: =extra}, relu, {conv: 2}]
        """

    assert nodes(text) == [
        "relu1 1x4x4", "relu2 1x4x4", "conv1 1x4x4", "relu3 1x4x4", "conv2 2x4x4",
    ]  # fmt: skip
    assert nodes(text, extra=False) == ["relu1 1x4x4", "relu3 1x4x4", "conv2 2x4x4"]


def test_what_stands_before_and_after_a_layer_hangs_on_its_name(
    paths: Callable[..., list[str]],
) -> None:
    layers = """
        - name: C1
          op: conv
          filters: 4
          kernel: 1
          before: [batchnorm, relu]
          after: [relu, {dropout: 0.5}, relu]
        - {conv: 4, kernel: 1, after: [{name: squash, op: tanh}]}
        """

    assert paths(layers) == [
        "C1.batchnorm", "C1.relu", "C1", "C1.relu2", "C1.dropout", "C1.relu3",
        "conv1", "conv1.squash",
    ]  # fmt: skip


def test_groups_joins_and_blocks_add_a_segment_when_they_are_named(
    paths: Callable[..., list[str]],
) -> None:
    layers = """
        - layers: [relu, {name: a, op: tanh}]
        - {name: stem, layers: [relu, {name: a, op: tanh}]}
        - {add: [relu, []]}
        - {name: join, add: [relu, []]}
        - {block: pair}
        - {block: pair}
        - {name: p, block: pair}
        """
    before = "blocks: {pair: {layers: [relu, {name: b, op: tanh}]}}"

    assert paths(layers, before) == [
        "relu1", "a",
        "stem/relu1", "stem/a",
        "relu2", "add1",
        "join/relu1", "join",
        "pair1/relu1", "pair1/b", "pair2/relu1", "pair2/b", "p/relu1", "p/b",
    ]  # fmt: skip


def test_repetitions_are_numbered_and_rows_may_be_named(paths: Callable[..., list[str]]) -> None:
    layers = """
        - {name: r, op: relu, repeat: 2}
        - {op: relu, repeat: 2}
        - {name: g, layers: [tanh], repeat: 2}
        - {layers: [tanh], repeat: 2}
        - {op: tanh, for: name, in: [3a, 3b]}
        - {name: x, op: tanh, for: [name], in: [[3a], [3b]]}
        - {name: n, op: tanh, for: maps, in: [10, 20], when: =maps > 0}
        - {add: [{name: c, op: relu}, []], for: name, in: [y, z]}
        """

    assert paths(layers) == [
        "r/1", "r/2", "relu1/1", "relu1/2",
        "g/1/tanh1", "g/2/tanh1", "group1/1/tanh1", "group1/2/tanh1",
        "3a", "3b", "x/3a", "x/3b", "n/1", "n/2", "y/c", "y", "z/c", "z",
    ]  # fmt: skip


def test_repeated_joins_are_levels_of_their_own(paths: Callable[..., list[str]]) -> None:
    layers = """
        - {add: [{name: a, op: relu}, []], repeat: 2}
        - {name: a, op: relu}
        """

    assert paths(layers) == ["add1/1/a", "add1/1", "add1/2/a", "add1/2", "a"]


def test_blocks_by_expression_are_numbered_as_blocks(paths: Callable[..., list[str]]) -> None:
    before = "parameters: {kind: wide}\nblocks: {wide: {layers: [relu]}}"

    assert paths("[{block: =kind}, {block: wide}]", before) == ["block1/relu1", "wide1/relu1"]


def test_second_ones_take_no_name_that_is_written(paths: Callable[..., list[str]]) -> None:
    layers = "[{name: c, conv: 4, kernel: 1, after: [relu, {name: relu2, op: relu}, relu]}]"

    assert paths(layers) == ["c", "c.relu", "c.relu2", "c.relu3"]


def test_row_names_stand_as_they_are_written(paths: Callable[..., list[str]]) -> None:
    layers = """
        - {op: tanh, for: [name, n], in: [[010, 1], [1e3, 2], ["1:5", 3], [true, 4]], when: =n > 0}
        - {op: tanh, for: name, in: [3e1, "=1 + 1"]}
        - {op: tanh, for: [n, name], in: [[=1 + 1, 00], [2, 0x0]], when: =n > 0}
        """

    assert paths(layers) == ["010", "1e3", "1:5", "true", "3e1", "2", "00", "0x0"]


def test_a_name_within_a_repetition_is_left_out_there_alone(
    paths: Callable[..., list[str]],
) -> None:
    layers = """
        - {layers: [{name: relu1, op: tanh}, relu], repeat: 1}
        - {add: [{name: relu2, op: tanh}, []], for: [n], in: [1], when: =n > 0}
        - {layers: [{name: relu3, op: tanh}]}
        - relu
        - relu
        - relu
        """

    assert paths(layers) == [
        "group1/1/relu1", "group1/1/relu2", "add1/1/relu2", "add1/1", "relu3",
        "relu1", "relu2", "relu4",
    ]  # fmt: skip
