"""The bounds that keep a spec from exhausting the machine, each made small and passed."""

from __future__ import annotations

from io import StringIO
from threading import Thread

import pytest

import archcalc
from archcalc import limits

RELUS = "input: 1x4x4\nlayers: [relu, relu, relu]"
LOOP = "input: 1x4x4\nlayers: [{op: relu, repeat: 3}]"
BLOCKS = "input: 1x4x4\nblocks: {a: {layers: [block: b]}, b: {layers: [relu]}}\nlayers: [block: a]"

AFTER = "input: 1x4x4\nlayers: [{name: abcd, op: relu, after: [tanh]}]"
WIDE = "input: 9999x1x1\nlayers: [concat: [[], [], [], [], [], [], []]]"

PASSED = [
    ("file_bytes", 20, RELUS, "error[too-large]: spec is larger than 20 bytes"),
    (
        "values", 5, RELUS,
        ("spec:2:10: error[too-large]: the file has more than 5 values, aliases followed\n"
        "    2 | layers: [relu, relu, relu]\n"
        "      |          ^^^^"),
    ),
    (
        "text_length", 3, "name: Wide\ninput: 1x4x4\nlayers: [relu]",
        ("spec:1:7: error[too-large]: `name` has 4 characters; 3 are the most\n"
        "    1 | name: Wide\n"
        "      |       ^^^^"),
    ),
    (
        "expression_length", 4, "input: 1x4x4\nlayers: [{linear: =1 + 1}]",
        ("spec:2:19: error[too-large]: an expression of 5 characters; 4 are the most\n"
        "    2 | layers: [{linear: =1 + 1}]\n"
        "      |                   ^^^^^^"),
    ),
    (
        "expressions", 5, "input: 1x4x4\nlayers: [{linear: =1+2}, {linear: =1+2}, {linear: =3+3}]",
        ("spec:2:51: error[too-large]: expressions of more than 5 characters in one file\n"
        "    2 | layers: [{linear: =1+2}, {linear: =1+2}, {linear: =3+3}]\n"
        "      |                                                   ^^^^"),
    ),
    (
        "around", 1, "input: 1x4x4\nlayers: [{relu: , after: [tanh, tanh]}]",
        ("spec:2:26: error[too-large]: `after` lists 2 layers\n"
        "    2 | layers: [{relu: , after: [tanh, tanh]}]\n"
        "      |                          ^"),
    ),
    (
        "steps", 2, "input: 1x4x4\nparameters: {a: =1, b: =2, c: =3}\nlayers: []",
        ("spec:2:31: error[too-large]: the parameters take too long to evaluate\n"
        "    2 | parameters: {a: =1, b: =2, c: =3}\n"
        "      |                               ^^"),
    ),
    (
        "integer_bits", 8, "input: 1x4x4\nlayers: [{linear: =30 * 30}]",
        ("spec:2:19: error[too-large]: a number of 10 bits; a spec may have 8\n"
        "    2 | layers: [{linear: =30 * 30}]\n"
        "      |                   ^^^^^^^^"),
    ),
    (
        "layers", 2, RELUS,
        ("spec:2:22: error[too-large]: relu3: more than 2 layers after unrolling\n"
        "    2 | layers: [relu, relu, relu]\n"
        "      |                      ^^^^"),
    ),
    (
        "layers", 2, LOOP,
        ("spec:2:29: error[too-large]: `3` repetitions: a network may have 2 layers\n"
        "    2 | layers: [{op: relu, repeat: 3}]\n"
        "      |                             ^"),
    ),
    (
        "block_depth", 1, BLOCKS,
        ("spec:2:30: error[too-deep]: blocks within blocks, more than 1 deep\n"
        "    2 | blocks: {a: {layers: [block: b]}, b: {layers: [relu]}}\n"
        "      |                              ^"),
    ),
    (
        "path_length", 4, RELUS,
        ("spec:2:10: error[too-large]: relu1...: a path of 5 characters; 4 are the most\n"
        "    2 | layers: [relu, relu, relu]\n"
        "      |          ^^^^"),
    ),
    (
        "path_length", 8, AFTER,
        ("spec:2:41: error[too-large]: abcd.tanh...: a path of 9 characters; 8 are the most\n"
        "    2 | layers: [{name: abcd, op: relu, after: [tanh]}]\n"
        "      |                                         ^^^^"),
    ),
    (
        "integer_bits", 16, WIDE,
        ("spec:2:10: error[too-large]: concat1: a shape of 17 bits\n"
        "    2 | layers: [concat: [[], [], [], [], [], [], []]]\n"
        "      |          ^^^^^^"),
    ),
    (
        "items", 3, "input: 1x4x4\nparameters: {a: [1, 2, 3, 4]}\nlayers: [relu]",
        ("spec:2:13: error[too-large]: a list of more than 3 items, lists within it counted\n"
        "    2 | parameters: {a: [1, 2, 3, 4]}\n"
        "      |             ^"),
    ),
    (
        "variables", 5, "input: 1x4x4\nparameters: {a: 1, b: 2}\nlayers: [relu]",
        ("spec:2:13: error[too-large]: 8 parameters and columns can be seen here; 5 are the most\n"
        "    2 | parameters: {a: 1, b: 2}\n"
        "      |             ^"),
    ),
    (
        "steps", 2, RELUS,
        ("spec:2:22: error[too-large]: more than 2 layers, blocks, repetitions "
        "and expressions to unroll\n"
        "    2 | layers: [relu, relu, relu]\n"
        "      |                      ^^^^"),
    ),
    (
        "steps", 1, AFTER,
        ("spec:2:41: error[too-large]: more than 1 layers, blocks, repetitions "
        "and expressions to unroll\n"
        "    2 | layers: [{name: abcd, op: relu, after: [tanh]}]\n"
        "      |                                         ^^^^"),
    ),
    (  # a step for the join, and one for each branch
        "steps", 2, "input: 1x4x4\nlayers: [add: [[], []]]",
        ("spec:2:10: error[too-large]: more than 2 layers, blocks, repetitions "
        "and expressions to unroll\n"
        "    2 | layers: [add: [[], []]]\n"
        "      |          ^^^"),
    ),
    (  # two layers, the join, and two that it joins
        "steps", 4, "input: 1x4x4\nlayers: [relu, relu, {add: , from: [relu1, relu2]}]",
        ("spec:2:23: error[too-large]: more than 4 layers, blocks, repetitions "
        "and expressions to unroll\n"
        "    2 | layers: [relu, relu, {add: , from: [relu1, relu2]}]\n"
        "      |                       ^^^"),
    ),
    (  # a step for the item, and ten for the call
        "steps", 10, "input: 1x4x4\nblocks: {a: {layers: []}}\nlayers: [block: a]",
        ("spec:3:17: error[too-large]: more than 10 layers, blocks, repetitions "
        "and expressions to unroll\n"
        "    3 | layers: [block: a]\n"
        "      |                 ^"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "bound", "text", "message"), PASSED)
def test_a_bound_that_is_passed(name: str, bound: int, text: str, message: str) -> None:
    archcalc.count(archcalc.load(StringIO(text)))
    with limits.raised(**{name: bound}), pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(archcalc.load(StringIO(text)))

    hint = f"  hint: `--limit {name}=N` raises the bound of {bound:,}"
    assert str(caught.value) == f"{message}\n{hint}"


MOST = [
    ("layers", 3, RELUS),
    ("path_length", 9, AFTER),  # abcd.tanh
    ("integer_bits", 16, "input: 1x4x4\nlayers: [{linear: =255 * 257}]"),
    ("expressions", 6, "input: 1x4x4\nlayers: [{linear: =1+2}, {linear: =1+2}, {linear: =3+3}]"),
    ("around", 2, "input: 1x4x4\nlayers: [{relu: , after: [tanh, tanh]}]"),
    ("steps", 3, "input: 1x4x4\nparameters: {a: =1, b: =2, c: =3}\nlayers: []"),
    ("steps", 3, RELUS),
    ("steps", 2, AFTER),
    ("steps", 3, "input: 1x4x4\nlayers: [add: [[], []]]"),
    ("steps", 5, "input: 1x4x4\nlayers: [relu, relu, {add: , from: [relu1, relu2]}]"),
    ("steps", 11, "input: 1x4x4\nblocks: {a: {layers: []}}\nlayers: [block: a]"),
    # a table of 8 rows and 16 maps: 24 items, and 8 of them are a step
    ("steps", 4, f"input: 2x4x4\nlayers: [{{op: conv, kernel: 1, table: {[[0, 1]] * 8}}}]"),
]


@pytest.mark.parametrize(("name", "most", "text"), MOST)
def test_a_bound_is_the_most_that_there_may_be(name: str, most: int, text: str) -> None:
    with limits.raised(**{name: most}):
        archcalc.count(archcalc.load(StringIO(text)))
    with limits.raised(**{name: most - 1}), pytest.raises(archcalc.ArchcalcError):
        archcalc.count(archcalc.load(StringIO(text)))


def test_a_long_path_is_cut_where_it_is_told() -> None:
    with limits.raised(path_length=60), pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(
            archcalc.load(StringIO(f"input: 1x4x4\nlayers: [{{name: {'n' * 61}, op: relu}}]"))
        )

    assert caught.value.diagnostics[0].message == (
        f"{'n' * 57}...: a path of 61 characters; 60 are the most"
    )


def test_nesting_is_bounded_without_a_way_around() -> None:
    with limits.raised(nesting=1), pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(RELUS))

    assert str(caught.value) == (
        "spec:2:9: error[too-deep]: brackets and indents are nested more than 1 deep\n"
        "    2 | layers: [relu, relu, relu]\n"
        "      |         ^"
    )


def test_only_so_many_mistakes_are_told() -> None:
    text = "input: 1x4x4\nlayers: [conv, conv, conv, conv]"
    with limits.raised(mistakes=2), pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(text))

    assert len(caught.value.diagnostics) == 2


def test_a_raised_bound_lets_more_in() -> None:
    text = f"name: {'x' * 201}\ninput: 1x4x4\nlayers: [relu]"
    with pytest.raises(archcalc.ArchcalcError):
        archcalc.load(StringIO(text))
    with limits.raised(text_length=201):
        assert archcalc.load(StringIO(text)).name == "x" * 201


def test_bounds_hold_in_their_block_and_thread_alone() -> None:
    seen: list[int] = []
    usual = limits.now().layers
    with limits.raised(layers=7):
        thread = Thread(target=lambda: seen.append(limits.now().layers))
        thread.start()
        thread.join()
        assert limits.now().layers == 7

    assert seen == [usual]
    assert limits.now().layers == usual


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        (
            {"layer": 5},
            "error[not-a-choice]: there is no limit `layer`\n  hint: did you mean `layers`?",
        ),
        ({"layers": 0}, "error[wrong-type]: the limit `layers` is 1 or more, not 0"),
    ],
)
def test_wrong_bounds(bounds: dict[str, int], message: str) -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught, limits.raised(**bounds):
        pass

    assert str(caught.value) == message
