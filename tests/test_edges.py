"""What lies just at an edge: the last that fits, the first that does not, the nearest name."""

from __future__ import annotations

from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import ArchcalcError
from archcalc.errors import Reason
from archcalc.ops.fields import number, shown
from archcalc.spec.expression import Expression
from tests.exactly import exactly

if TYPE_CHECKING:
    from archcalc import Graph, Report


def graph(layers: str, before: str = "") -> Graph:
    """Unroll a list of layers over 4 maps of 8 x 8."""
    return archcalc.expand(archcalc.load(StringIO(f"input: 4x8x8\n{before}layers: [{layers}]\n")))


def report(layers: str, before: str = "") -> Report:
    """Count it."""
    return archcalc.count(graph(layers, before))


def mistake(layers: str, before: str = "") -> str:
    """Give the first line of what is wrong with it."""
    with pytest.raises(ArchcalcError) as caught:
        report(layers, before)
    return str(caught.value).partition("\n")[0]


# -- Origins given by a path


@pytest.mark.parametrize(
    ("origin", "maps"),
    [("g/a", 1), ("g/b", 2), ("g/h/c", 3), ("g/h", 3), ("g", 5), ("before", 6), ("input", 4)],
)
def test_a_path_leads_to_its_layer(origin: str, maps: int) -> None:
    inner = "{name: h, layers: [{name: c, conv: 3, kernel: 1}]}, {conv: 5, kernel: 1}"
    group = f"{{name: a, conv: 1, kernel: 1}}, {{name: b, conv: 2, kernel: 1}}, {inner}"
    layers = (
        f"{{name: before, conv: 6, kernel: 1}}, {{name: g, layers: [{group}]}}, {{relu: , from: X}}"
    )
    assert graph(layers.replace("X", origin)).nodes[-1].y.channels == maps


def test_a_path_leads_to_the_very_first_and_the_last_layer() -> None:
    first = "{name: g, layers: [{name: a, conv: 7, kernel: 1}]}"
    assert graph(f"{first}, {{relu: , from: g/a}}").nodes[-1].inputs == (0,)
    assert graph(f"{first}, tanh, {{relu: , from: g/a}}").nodes[-1].inputs == (0,)


def test_a_path_to_nothing_is_said() -> None:
    layers = "{name: g, layers: [{name: a, relu: }]}, {relu: , from: g/b}"
    assert mistake(layers) == "spec:2:65: error[unknown-name]: no earlier layer has the path `g/b`"
    layers = "{name: g, layers: [{name: a, relu: }]}, {relu: , from: f/a}"
    assert mistake(layers) == "spec:2:65: error[unknown-name]: no earlier layer is called `f/a`"


# -- What a row is called


def test_what_repeats_is_called_by_its_op_its_block_or_a_group() -> None:
    before = "blocks: {wide: {layers: [relu]}, deep: {layers: [tanh]}}\nparameters: {word: deep}\n"
    rows = report(
        "{name: a, repeat: 2, relu: }, {name: b, repeat: 3, layers: [relu]}, "
        "{name: c, repeat: 4, block: wide}, {name: d, repeat: 5, block: =word}",
        before,
    ).fold(1)
    assert [(row.path, row.op, row.repeats) for row in rows] == [
        ("a", "relu", 2), ("b", "group", 3), ("c", "wide", 4), ("d", "deep", 5),
    ]  # fmt: skip


def test_which_block_repeats_may_not_depend_on_the_size() -> None:
    before = "blocks: {wide: {layers: [relu]}}\n"
    layers = "{repeat: 2, block: =height}"
    assert mistake(layers, before) == (
        "spec:3:29: error[structure-depends-on-size]: `block` may not depend on height or width: "
        "the layers are the same at every size"
    )


def test_a_fold_keeps_the_path_as_far_as_it_goes() -> None:
    inner = "{name: a, layers: [{name: b, layers: [{name: c, layers: [relu, tanh]}]}]}"
    found = report(f"{inner}, {{name: d, relu: }}")
    folds = [[row.path for row in found.fold(depth)] for depth in (1, 2, 3, 4)]
    assert folds == [["a", "d"], ["a/b", "d"], ["a/b/c", "d"], ["a/b/c/relu1", "a/b/c/tanh1", "d"]]
    assert [row.path for row in report(inner).fold(1)] == ["a/b/c/relu1", "a/b/c/tanh1"]


# -- Where a mistake is


def test_the_place_is_the_field_that_is_to_blame() -> None:
    assert mistake("{name: p, op: pad_channels, stride: 1, filters: 3}") == (
        "spec:2:58: error[too-many-channels]: p: 4 maps cannot be padded to 3: "
        "there are more already; what enters `pad_channels` is 4x8x8"
    )


def test_long_values_are_cut_short() -> None:
    assert shown("x" * 60) == f"`{'x' * 60}`"
    assert shown("x" * 61) == f"`{'x' * 57}...`"
    assert shown((1,) * 8) == "`[1, 1, 1, 1, 1, 1, 1, 1]`"
    assert shown((1,) * 9) == "`[1, 1, 1, 1, 1, 1, 1, 1, ...]`"
    assert shown(2**1023).startswith("`8988")
    assert shown(2**1024) == "a number of 1,025 bits"


def test_long_paths_are_cut_short() -> None:
    message = (
        f"error[unknown-layer]: spec has no layer `{'x' * 80}`\n"
        "  hint: `archcalc show` lists the layers, `--depth` unfolds blocks"
    )
    with pytest.raises(ArchcalcError, match=exactly(message)):
        _ = report("relu")["x" * 90]


# -- Sizes


def test_numbers_of_just_the_length_that_is_allowed() -> None:
    assert number("0" * 255 + "7") == 7
    with pytest.raises(
        Reason,
        match=exactly(
            "expected a number, not `000000000000000000000000000000000000000000000000000000000...`"
        ),
    ):
        number("0" * 256 + "7")


def test_texts_of_just_the_length_that_is_allowed() -> None:
    half = "'" + "x" * 100 + "'"
    assert Expression(f"{half} + {half}").evaluate({}) == "x" * 200
    with pytest.raises(Reason, match=exactly("a text of 201 characters")):
        Expression(f"{half} + {half} + 'y'").evaluate({})


def test_what_is_too_deep_is_said_in_short() -> None:
    with pytest.raises(Reason) as caught:
        Expression("-" * 900 + "1").evaluate({})
    assert caught.value.message == f"`={'-' * 57}...` is nested too deeply"


# -- Expressions


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1 + (2 is 2)", "2 is 2"),
        ("1 + ~2", "~2"),
        ("1 + k[0:1]", "k[0:1]"),
        ("1 + (2 ** 3)", "2 ** 3"),
        ("1 + k._x", "k._x"),
        ("1 + k(2)", "k(2)"),
        (f"1 + {'9' * 40} ** {'9' * 40}", f"{'9' * 40} ** {'9' * 16}"),
    ],
)
def test_the_part_that_is_not_allowed_is_named(text: str, part: str) -> None:
    with pytest.raises(Reason) as caught:
        Expression(text)
    assert caught.value.message == f"`{part}` is not part of the expression language"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7 // 2", 3), ("7 / 2", Fraction(7, 2)), ("6 / 2", 3), ("7 // 2.0", 3), ("-7 // 2", -4),
        ("7 % 4", 3), ("7.5 % 4", Fraction(7, 2)), ("1 < 2 < 3", True), ("1 < 2 < 2", False),
        ("3 > 2 > 2", False), ("len([true, false])", 2), ("len('ab')", 2), ("[1, 2][1]", 2),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    found = Expression(text).evaluate({})
    assert (found, type(found)) == (value, type(value))
