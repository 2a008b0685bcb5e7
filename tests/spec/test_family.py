"""Parameters, variants, choices, defaults, blocks, loops, branches: what the language means."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from io import StringIO
from textwrap import dedent
from typing import TYPE_CHECKING

import numpy as np
import pytest

import archcalc
from archcalc.arithmetic import Derived
from archcalc.ops.given import read_shape
from archcalc.ops.op import Shape
from archcalc.spec.family import interpret
from archcalc.spec.names import loose
from archcalc.spec.reader import Source, read
from archcalc.spec.variants import variants

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.spec.spec import Spec

FAMILY = """
    name: Family
    source: a paper
    input: 3x32x32
    parameters: {maps: 16, double: =2 * maps, option: B, ratio: 0.5, list: [1, =maps], flag: true}
    choices: {option: [A, B], maps: [16, 24, 32]}
    variants:
      base: {aliases: [first, 1st]}
      wide: {maps: 32}
      wide-A: {like: wide, option: A, name: Wide with A, input: 3x64x64}
      other: {like: wide-A, source: another, layers: [relu], defaults: {}}
      narrow: {like: wide-A, maps: 24, name: Narrow, input: 1x8x8}
    layers:
      - {name: c, conv: =double, kernel: 3,
         when: "=flag or ratio == 0 or option == 'C' or len(list) == 0"}
    """


def variant(name: str | None, **parameters: object) -> Spec:
    return interpret(
        read(Source("family.yaml", dedent(FAMILY))), name or "family", name, parameters
    )


def mistake(text: str, **parameters: object) -> str:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(dedent(text)), **parameters)
    return str(caught.value)


def test_parameters_are_computed_from_earlier_ones() -> None:
    assert variant(None).parameters == {
        "maps": 16,
        "double": 32,
        "option": "B",
        "ratio": Fraction(1, 2),
        "list": (1, 16),
        "flag": True,
    }


def test_a_variant_sets_parameters_and_what_follows_from_them() -> None:
    assert variant("wide").parameters["double"] == 64
    assert variant("wide").input == Shape(3, 32, 32)
    assert (variant("base").id, variant("base").name) == ("base", "Family")


def test_a_variant_inherits_and_replaces_sections() -> None:
    spec, other = variant("wide-A"), variant("other")

    assert (spec.name, spec.source, spec.input) == ("Wide with A", "a paper", Shape(3, 64, 64))
    assert (spec.parameters["maps"], spec.parameters["option"]) == (32, "A")
    assert (other.name, other.source, other.input) == ("Wide with A", "another", Shape(3, 64, 64))
    assert [item.name for item in other.items] == ["relu1"]


def test_a_variant_wins_over_what_it_is_like() -> None:
    spec = variant("narrow")

    assert (spec.name, spec.input, spec.parameters["maps"]) == ("Narrow", Shape(1, 8, 8), 24)
    assert spec.parameters["option"] == "A"


def test_a_call_overrides_last() -> None:
    spec = variant("wide-A", maps=24, ratio=0.1, list=[2, 3], flag=False, option="B")

    assert spec.parameters == {
        "maps": 24,
        "double": 48,
        "option": "B",
        "ratio": Fraction(1, 10),
        "list": (2, 3),
        "flag": False,
    }


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (24.0, 24),
        (Fraction(48, 2), 24),
        (Decimal("24.00"), 24),
        (Derived(24), 24),
        (np.int64(24), 24),
        (np.float32(24), 24),
        (0.1, Fraction(1, 10)),
        (np.float64(0.1), Fraction(1, 10)),
    ],
)
def test_numbers_of_a_call_are_exact_and_whole_ones_integers(given: object, taken: object) -> None:
    found = variant(None, ratio=given).parameters["ratio"]

    assert (found, type(found)) == (taken, type(taken))


def test_lists_of_a_call() -> None:
    for given in ([1, 2.0], (Fraction(1), 2), np.array([1, 2]), np.array([1.0, 2.0])):
        assert repr(variant(None, list=given).parameters["list"]) == "(1, 2)"
    assert variant(None, flag=np.bool_(False)).parameters["flag"] is False  # noqa: FBT003


WRONG_CALLS = [
    ({"maps": 17}, "error[not-a-choice]: `maps` is one of 16, 24, 32, not `17`"),
    (
        {"option": "b"},
        "error[not-a-choice]: `option` is one of A, B, not `b`\n  hint: did you mean `B`?",
    ),
    ({"double": "x"}, "error[wrong-type]: parameter `double` is a number such as `32`, not `x`"),
    ({"double": True}, "error[wrong-type]: parameter `double` is a number such as `32`, not true"),
    ({"option": 3}, "error[wrong-type]: parameter `option` is a word such as `B`, not `3`"),
    ({"maps": "x"}, "error[wrong-type]: parameter `maps` is a number such as `16`, not `x`"),
    ({"maps": True}, "error[wrong-type]: parameter `maps` is a number such as `16`, not true"),
    ({"flag": 1}, "error[wrong-type]: parameter `flag` is true or false such as true, not `1`"),
    ({"list": 3}, "error[wrong-type]: parameter `list` is a list such as `[1, 16]`, not `3`"),
    (
        {"ratio": float("nan")},
        "error[wrong-type]: parameter `ratio`: `nan` is not a number to count with",
    ),
    (
        {"ratio": Decimal("Infinity")},
        "error[wrong-type]: parameter `ratio`: `Infinity` is not a number to count with",
    ),
    (
        {"option": {}},
        "error[wrong-type]: parameter `option`: `{}` is not a number to count with",
    ),
    (
        {"option": None},
        "error[wrong-type]: parameter `option`: expected a value, not nothing",
    ),
    (
        {"option": "=A"},
        "error[wrong-type]: parameter `option`: expected a value, not the expression `=A`",
    ),
    (
        {"list": [1, "=maps"]},
        "error[wrong-type]: parameter `list`: expected a value, not the expression `=maps`",
    ),
    (
        {"maps": 2**1024},
        (
            "error[too-large]: parameter `maps`: a number of 1,025 bits; a spec may have 1,024\n"
            "  hint: `--limit integer_bits=N` raises the bound of 1,024"
        ),
    ),
    (
        {"mops": 3},
        (
            "error[unknown-parameter]: family.yaml has no parameter `mops`\n"
            "  hint: did you mean `maps`?"
        ),
    ),
    (
        {"zebra": 3},
        (
            "error[unknown-parameter]: family.yaml has no parameter `zebra`\n"
            "  hint: its parameters: maps, double, option, ratio, list, flag"
        ),
    ),
    (
        {"input": "3x8x8"},
        (
            "error[unknown-parameter]: family.yaml has no parameter `input`\n"
            "  hint: the input is set by itself: `--input`, or `count(..., input=...)`"
        ),
    ),
]


@pytest.mark.parametrize(("parameters", "message"), WRONG_CALLS)
def test_wrong_overrides(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        variant(None, **parameters)

    assert str(caught.value) == message


LINEAGES = [
    (
        "a: {like: b}, b: {like: a}",
        (
            "family.yaml:2:36: error[endless]: `a` is like itself\n"
            "    2 | variants: {a: {like: b}, b: {like: a}}\n"
            "      |                                    ^"
        ),
    ),
    (
        "a: {like: bee}, bees: {}",
        (
            "family.yaml:2:22: error[unknown-variant]: there is no variant `bee`\n"
            "    2 | variants: {a: {like: bee}, bees: {}}\n"
            "      |                      ^^^\n"
            "  hint: did you mean `bees`?"
        ),
    ),
    (
        "a: {like: [b]}",
        (
            "family.yaml:2:22: error[wrong-type]: `like` is a word, not a collection\n"
            "    2 | variants: {a: {like: [b]}}\n"
            "      |                      ^"
        ),
    ),
]


@pytest.mark.parametrize(("lineage", "message"), LINEAGES)
def test_wrong_lineages(lineage: str, message: str) -> None:
    text = f"input: 1x4x4\nvariants: {{{lineage}}}\nlayers: [relu]"
    with pytest.raises(archcalc.ArchcalcError) as caught:
        interpret(read(Source("family.yaml", text)), "a", "a")

    assert str(caught.value) == message


def test_variants_are_listed_with_their_aliases() -> None:
    tree = read(Source("family.yaml", dedent(FAMILY))).tree

    assert variants(tree) == {
        "base": ("first", "1st"),
        "wide": (),
        "wide-A": (),
        "other": (),
        "narrow": (),
    }


@pytest.mark.parametrize("name", ["LeNet-5", "lenet_5", "lenet5", "LENET 5", "le-net-5"])
def test_loose_names(name: str) -> None:
    assert loose(name) == "lenet5"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3x224x224", Shape(3, 224, 224)),
        ("3×224×112", Shape(3, 224, 112)),
        (" 3 x 4 x 5 ", Shape(3, 4, 5)),
        ((3, 4, 5), Shape(3, 4, 5)),
        ("784", Shape(784, 1, 1)),
        (784, Shape(784, 1, 1)),
        (["1", "8", "8"], Shape(1, 8, 8)),
    ],
)
def test_inputs(value: object, expected: Shape) -> None:
    assert read_shape(value) == expected


def test_an_input_may_be_computed() -> None:
    spec = archcalc.load(
        StringIO("parameters: {side: 8}\ninput: [1, =side, =2 * side]\nlayers: [relu]")
    )

    assert spec.input == Shape(1, 8, 16)


def test_published_figures_are_not_read_by_counting() -> None:
    text = "input: 1x4x4\nlayers: [{linear: 2}]\n---\nthis: [is not: even YAML"

    assert archcalc.count(archcalc.load(StringIO(text))).total.parameters == 34  # 2·(16 + 1)


def test_defaults_give_fields_and_neighbours(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 1x8x8
        defaults:
          conv: {kernel: 3, padding: half, before: [batchnorm], after: [relu]}
          maxpool: {stride: 2}
        layers:
          - {name: a, conv: 2}
          - {name: b, conv: 2, kernel: 1, before: [], after: [tanh, {conv: 3}]}
          - {name: c, maxpool: 3}
        """

    assert nodes(text) == [
        "a.batchnorm 1x8x8", "a 2x8x8", "a.relu 2x8x8",
        "b 2x8x8", "b.tanh 2x8x8", "b.conv 3x8x8",  # with the default's kernel, without its relu
        "c 3x3x3",
    ]  # fmt: skip


def test_conditions_hold_around_layers_and_branches(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 2x4x4
        parameters: {on: true}
        defaults: {conv: {kernel: 1, after: [{op: batchnorm, when: =on}, relu]}}
        layers:
          - {name: a, conv: 2}
          - name: b
            add: [{branch: [{conv: 2}], when: =on}, []]
          - {name: c, when: =on, layers: [tanh]}
        """

    assert [line.split()[0] for line in nodes(text)] == [
        "a", "a.batchnorm", "a.relu",
        "b/conv1", "b/conv1.batchnorm", "b/conv1.relu", "b",
        "c/tanh1",
    ]  # fmt: skip
    assert [line.split()[0] for line in nodes(text, on=False)] == ["a", "a.relu"]


def test_branches_are_layers_lists_or_nothing(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 2x4x4
        layers:
          - concat: [relu, [tanh, {conv: 3, kernel: 1}], [], {branch: sigmoid}]
            before: [dropout]
            after: [relu]
          - {op: add, branches: [[], []]}
        """

    assert nodes(text) == [
        "concat1.dropout 2x4x4", "relu1 2x4x4", "tanh1 2x4x4", "conv1 3x4x4", "sigmoid1 2x4x4",
        "concat1 9x4x4", "concat1.relu 9x4x4", "add1 9x4x4",
    ]  # fmt: skip


def test_from_reads_any_earlier_output(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 2x4x4
        blocks:
          b: {layers: [{name: x, conv: 5, kernel: 1}, {name: y, conv: 6, kernel: 1, from: input}]}
        defaults: {conv: {kernel: 1}}
        layers:
          - {name: a, conv: 3, after: [relu]}
          - {name: g, layers: [{name: c, conv: 4}, {name: d, conv: 7, from: a}]}
          - {name: e, concat: , from: [a, g/c, g, input]}
          - {name: f, block: b, from: g/c}
          - {name: h, concat: , from: [f/x, f]}
        """

    assert nodes(text) == [
        "a 3x4x4", "a.relu 3x4x4", "g/c 4x4x4", "g/d 7x4x4",
        "e 16x4x4",            # 3 + 4 + 7 + 2
        "f/x 5x4x4", "f/y 6x4x4",
        "h 11x4x4",            # 5 + 6
    ]  # fmt: skip


def test_from_reads_what_comes_after_a_layer() -> None:
    text = (
        "input: 1x4x4\nlayers: [{name: a, conv: 1, kernel: 1, after: [relu]}, {op: tanh, from: a}]"
    )
    graph = archcalc.expand(archcalc.load(StringIO(text)))

    assert graph.nodes[graph.nodes[-1].inputs[0]].path == "a.relu"


def test_a_switched_off_layer_passes_on_what_entered(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 2x4x4
        layers: [{name: a, conv: 3, kernel: 1}, {name: b, conv: 9, kernel: 1, when: false},
                 relu, {name: c, conv: 4, kernel: 1, from: b}]
        """

    assert nodes(text) == ["a 3x4x4", "relu1 3x4x4", "c 4x4x4"]


def test_a_loop_knows_its_last_turn(nodes: Callable[..., list[str]]) -> None:
    text = "input: 1x4x4\nlayers: [{name: s, linear: =10 * index if last else index, repeat: 3}]"

    assert nodes(text) == ["s/1 1x1x1", "s/2 2x1x1", "s/3 30x1x1"]


def test_loops_know_their_turn(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 1x16x16
        layers:
          - {name: s, conv: =8 * index, kernel: 3, padding: 1, repeat: 3,
             stride: =1 if first else 2}
          - {name: t, for: [w, k], in: [[2, 1], [4, 3]], layers: [
              {name: c, conv: =w, kernel: =k, padding: half, bias: =not last}]}
        """

    assert nodes(text) == [
        "s/1 8x16x16", "s/2 16x8x8", "s/3 24x4x4", "t/1/c 2x4x4", "t/2/c 4x4x4",
    ]  # fmt: skip


def test_columns_called_like_parameters_become_arguments(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 1x8x8
        blocks:
          b: {parameters: {w: , k: 1, d: =2 * w}, layers: [{name: x, conv: =d, kernel: =k}]}
        layers:
          - {block: b, for: [name, w, extra], in: [[p, 3, 1], [q, 5, 3]], k: =extra}
          - {name: r, block: b, for: [w], in: [7], d: =w}
          - {name: s, block: b, w: =channels + 1}
          - {name: t, block: b, for: [w], in: [5], w: =w + 2}
        """

    assert nodes(text) == [
        "p/x 6x8x8", "q/x 10x6x6", "r/1/x 7x6x6",
        "s/x 16x6x6",      # 2·(7 + 1)
        "t/1/x 14x6x6",    # what is written as argument wins over the column: 2·(5 + 2)
    ]  # fmt: skip


def test_a_block_sees_the_family_and_itself_but_not_its_caller() -> None:
    text = """\
        input: 1x8x8
        parameters: {family: 3}
        blocks:
          inner: {layers: [{conv: =family * index, kernel: 1}]}
        layers:
          - {block: inner, repeat: 2}
        """

    assert mistake(text) == (
        "spec:4:27: error[unknown-name]: nothing is called `index` here\n"
        "    4 |   inner: {layers: [{conv: =family * index, kernel: 1}]}\n"
        "      |                           ^^^^^^^^^^^^^^^"
    )


def test_blocks_know_what_enters_them(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 2x8x8
        blocks:
          double:
            parameters: {was: =channels}
            layers:
              - relu
              - {conv: 7, kernel: 1}
              - {name: out, conv: =2 * was + input.channels, kernel: 1}
        layers: [{name: a, block: double}, {name: b, block: double}]
        """

    assert nodes(text) == [
        "a/relu1 2x8x8", "a/conv1 7x8x8", "a/out 6x8x8",
        "b/relu1 6x8x8", "b/conv1 7x8x8", "b/out 18x8x8",
    ]  # fmt: skip


def test_fields_may_depend_on_height_and_width(nodes: Callable[..., list[str]]) -> None:
    text = "input: 1x7x9\nlayers: [{name: p, avgpool: [=height, =input.width]}]"

    assert nodes(text) == ["p 1x1x1"]


def test_the_same_layer_four_ways(nodes: Callable[..., list[str]]) -> None:
    for layer in (
        "conv: 6, kernel: 5",
        "op: conv, filters: 6, kernel: 5",
        "conv: , filters: 6, kernel: 5",
        "conv: =2 * 3, kernel: 5x5",
    ):
        assert nodes(f"input: 1x8x8\nlayers: [{{{layer}}}]") == ["conv1 6x4x4"]


def test_a_field_called_like_an_op_is_a_field(nodes: Callable[..., list[str]]) -> None:
    assert nodes("input: 1x2x2\nlayers: [{op: batchnorm, scale: false}]") == ["batchnorm1 1x2x2"]
    assert nodes("input: 1x2x2\nlayers: [{batchnorm: , scale: false}]") == ["batchnorm1 1x2x2"]


def test_heads_hang_off_an_earlier_output(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 1x8x8
        blocks: {classifier: {parameters: {n: 3}, layers: [{linear: =n}]}}
        layers: [{name: a, conv: 2, kernel: 1, after: [relu]}, {name: b, conv: 4, kernel: 1}]
        heads:
          one: {from: a, block: classifier, n: 5}
          two: {from: b, layers: [{linear: 2}]}
        """

    assert nodes(text) == [
        "a 2x8x8", "a.relu 2x8x8", "b 4x8x8", "one/linear1 5x1x1", "two/linear1 2x1x1",
    ]  # fmt: skip


def test_a_column_hides_a_parameter_that_depends_on_the_size(
    nodes: Callable[..., list[str]],
) -> None:
    text = """
        input: 1x8x8
        blocks:
          b:
            parameters: {s: }
            layers: [{name: c, op: relu, for: [s], in: [1, 2], when: =s == 2}]
        layers: [{block: b, s: =height}]
        """

    assert nodes(text) == ["b1/c/2 1x8x8"]


def test_a_file_of_variants_alone_names_them() -> None:
    text = """
        variants:
          small: {input: 1x8x8, layers: [relu]}
          large: {input: 3x8x8, layers: [relu]}
        """
    assert mistake(text) == (
        "error[unknown-variant]: spec is no network by itself: say which variant\n"
        "  hint: as in `spec#small`: small, large"
    )


def test_a_call_sets_nothing_that_nothing_reads() -> None:
    text = "input: 1x8x8\nparameters: {filters: 16}\nlayers: [{conv: 4, kernel: 3}]"
    assert archcalc.count(archcalc.load(StringIO(text))).total.parameters == 40
    assert mistake(text, filters=32) == (
        "spec:2:14: error[unread]: nothing reads the parameter `filters`: "
        "to set it changes nothing\n"
        "    2 | parameters: {filters: 16}\n"
        "      |              ^^^^^^^"
    )


def test_an_input_may_be_all_that_reads_a_parameter() -> None:
    text = "input: [3, =side, =side]\nparameters: {side: 8}\nlayers: [relu]"

    assert str(archcalc.load(StringIO(text), side=6).inputs["input"]) == "3x6x6"
    assert str(archcalc.load("vit-b-16", resolution=384).inputs["input"]) == "3x384x384"


def test_what_only_another_variant_reads_may_be_set() -> None:
    text = """
        input: 1x8x8
        parameters: {n: 3}
        variants: {other: {layers: [{conv: =n, kernel: 1}]}}
        layers: [relu]
        """
    assert archcalc.load(StringIO(dedent(text)), n=4).parameters == {"n": 4}
