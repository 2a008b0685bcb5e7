"""Lessons: their figures worked out by hand, and silence where there is nothing to learn."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.jsonable import jsonable
from archcalc.referee.derivations.lesson import ratio

if TYPE_CHECKING:
    from pathlib import Path

    from archcalc.referee.derivations.lesson import Lesson

FULL = "A fully connected layer between the same maps"
REDUCED = "The same without 1x1 reduction"


def lesson(network: str | Path, layer: str, title: str) -> Lesson:
    """Find a lesson by its title."""
    found = {each.title: each for each in archcalc.explain(network, layer).lessons}
    return found[title]


def spec(folder: Path, text: str) -> Path:
    """Write a spec."""
    path = folder / "net.yaml"
    path.write_text(f"input: 8x12x12\nlayers:\n{text}", encoding="utf-8")
    return path


def test_weight_sharing_and_local_connection_of_c1() -> None:
    found = lesson("lenet5", "C1", FULL)
    assert [str(figure) for figure in found.figures] == ["4,704·(1·32·32 + 1) = 4,821,600"]
    assert found.text == (
        "Local windows leave 122,304 of 4,821,600 connections, 1/39.4; "
        "sharing their weights leaves 156 parameters for these, 1/784."
    )


def test_untied_biases_are_not_shared() -> None:
    found = lesson("zip1989", "H1", FULL)
    # in bounds are 12 maps times the taps 3 + 6·5 + 4 = 37 of 40, squared, and 768 biases
    assert found.text == (
        "Local windows leave 17,196 of 197,376 connections (19,968 with those to padding), 1/11.5; "
        "sharing their weights leaves 1,068 parameters for all these, 1/18.7."
    )


def test_windows_that_see_all_there_is_leave_all_connections() -> None:
    explained = archcalc.explain("vgg16", "conv5_3", input="3x32x32")  # 3x3 on 2x2
    assert [each.title for each in explained.lessons] == ["Three 3x3 windows against one 7x7"]


def test_fewer_connections_than_weights_are_not_shared(tmp_path: Path) -> None:
    text = (
        "  - {maxpool: 6}\n"
        "  - {name: far, conv: 1, kernel: 3, dilation: 2, padding: 2, bias: false}"
    )
    found = lesson(spec(tmp_path, text), "far", FULL)
    # 8 maps, 4 units that see themselves alone: 32 of 4·32, beside 9·4·8 with those to padding
    assert found.text == (
        "Local windows leave 32 of 128 connections (288 with those to padding), 1/4; "
        "sharing their weights leaves 72 parameters for all these, 1/4."
    )


def test_an_even_window_larger_than_its_map_is_no_crash(tmp_path: Path) -> None:
    text = "  - {maxpool: 12}\n  - {name: even, conv: 1, kernel: 2, padding: 1}"
    found = lesson(spec(tmp_path, text), "even", "An even window cannot keep a map centred")
    assert [str(figure) for figure in found.figures] == [
        "2 − 1 = 1",
        "⌊1/2⌋ = 0",
        "⌈1/2⌉ = 1",
    ]


def test_why_the_table_of_c3_is_sparse() -> None:
    found = lesson("lenet5", "C3", "Why not every map sees every map")
    assert [str(figure) for figure in found.figures] == [
        "2,416·10·10 = 241,600",
        "16·(5·5·6 + 1) = 2,416",
    ]
    assert found.text == (
        "The table leaves 151,600 of 241,600 connections and 1,516 of 2,416 parameters. "
        "Of the 16 maps 6 see 3, 9 see 4 and 1 sees 6 of the 6 before them; each of these is seen "
        "by 10. No two see the same ones, so that none can learn what another learns."
    )


def test_maps_that_see_the_same_are_not_said_to_differ(tmp_path: Path) -> None:
    text = "  - {name: T, op: conv, kernel: 3, table: [[0, 1], [1, 0], [2]]}"
    found = lesson(spec(tmp_path, text), "T", "Why not every map sees every map")
    assert found.text == (
        "The table leaves 4,800 of 21,900 connections and 48 of 219 parameters. "
        "Of the 3 maps 1 sees 1 and 2 see 2 of the 8 before them; "
        "seen are 5 by 0, 1 by 1 and 2 by 2."
    )


SQUARE = "A square window as a row and a column"


def test_rows_and_columns_of_inception_v3() -> None:
    found = lesson("inception-v3", "6c", SQUARE)
    # 160 maps between, 192 at the end of each branch: a pair in one branch, two in the other
    pairs = 7 * (160 * 160 + 160 * 192) + 7 * (2 * 160 * 160 + 160 * 160 + 160 * 192)
    squares = 49 * (160 * 192 + 160 * 160 + 160 * 192)
    assert [figure.value for figure in found.figures[:2]] == [pairs, squares]
    assert [figure.value for figure in found.figures[2:4]] == [17**2 * pairs, 17**2 * squares]
    assert [figure.written() for figure in found.figures[4:]] == ["2·C·n·C", "C·n·n·C"]
    assert "0.269 times its weights and 0.269 times its MACs" in found.text
    assert found.text.endswith("2/n of both: 2/7 for 7x7.")


def test_at_equal_width_a_row_and_a_column_have_two_of_n(tmp_path: Path) -> None:
    text = (
        "  - {conv: 8, kernel: 1x3, padding: half, after: [relu]}\n"
        "  - {name: column, conv: 8, kernel: 3x1, padding: half}\n"
        "  - {name: again, conv: 8, kernel: 1x3, padding: half}\n"
        "  - {name: apart, conv: 8, kernel: 3x1, stride: 2}\n"
    )
    found = lesson(spec(tmp_path, text), "column", SQUARE)
    assert [figure.value for figure in found.figures[:2]] == [2 * 3 * 64, 9 * 64]
    assert found.text.endswith("2/n of both: 2/3 for 3x3.")
    assert SQUARE not in {
        each.title for each in archcalc.explain(tmp_path / "net.yaml", "apart").lessons
    }


def test_a_window_as_large_as_the_map_is_fully_connected_already() -> None:
    assert FULL not in {each.title for each in archcalc.explain("lenet5", "C5").lessons}


def test_two_3x3_windows_stand_for_one_5x5() -> None:
    found = lesson("lenet5", "C1", "Two 3x3 windows against one 5x5")
    assert [str(figure) for figure in found.figures] == [
        "6·3·3·1 + 6·3·3·6 = 378",
        "6·5·5·1 = 150",
    ]
    assert "The two have more weights, 2.52 times those of the one" in found.text


def test_three_3x3_windows_of_equal_width_have_27_for_49(tmp_path: Path) -> None:
    path = spec(
        tmp_path,
        "  - {conv: 8, kernel: 3, padding: half, after: [batchnorm, relu]}\n"
        "  - {conv: 8, kernel: 3, padding: half, after: [relu]}\n"
        "  - {name: third, conv: 8, kernel: 3, padding: half}\n",
    )
    found = lesson(path, "third", "Three 3x3 windows against one 7x7")
    assert [str(figure) for figure in found.figures] == [
        "3·8·3·3·8 = 1,728",
        "8·7·7·8 = 3,136",
    ]
    assert f"{27 / 49:.3f} times those of the one" in found.text


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        ("resnet50", "conv1"),  # moves by two
        ("vgg16", "conv1_1"),  # nothing before it
        ("alexnet", "conv2"),  # nor does this
        ("alexnet", "conv1"),  # 11x11
    ],
)
def test_no_stack_is_offered_where_none_sees_the_same(network: str, layer: str) -> None:
    titles = {each.title for each in archcalc.explain(network, layer).lessons}
    assert titles - {"Groups against all pairs"} == {FULL}


def test_no_stack_is_offered_where_a_table_leaves_maps_out() -> None:
    titles = [each.title for each in archcalc.explain("lenet5", "C3").lessons]
    assert titles == [FULL, "Why not every map sees every map"]


def test_an_inception_block_without_its_reductions() -> None:
    found = lesson("googlenet", "3a", REDUCED)
    weights = 96 * 192 + 128 * 9 * 96 + 16 * 192 + 32 * 25 * 16
    without = 128 * 9 * 192 + 32 * 25 * 192
    assert [figure.value for figure in found.figures] == [
        weights, without, weights * 28 * 28, without * 28 * 28,
    ]  # fmt: skip
    assert "192 maps to 96 and 192 maps to 16" in found.text
    assert "2.59 times as many weights and 2.59 times as many MACs" in found.text


def test_a_bottleneck_without_its_reduction_keeps_its_width_and_stride() -> None:
    found = lesson("resnet50", "conv3_x/1", REDUCED)
    assert [str(figure) for figure in found.figures[:2]] == [
        "128·1·1·256 + 128·3·3·128 + 512·1·1·128 = 245,760",
        "512·3·3·256 = 1,179,648",
    ]
    assert found.figures[3].value == 512 * 9 * 256 * 28 * 28
    inner = lesson("resnet50", "conv3_x/1/conv2", REDUCED)
    assert inner.figures == found.figures


def test_the_first_bottleneck_reduces_nothing() -> None:
    assert archcalc.explain("resnet50", "conv2_x/1").lessons == ()


@pytest.mark.parametrize(("block", "layers"), [("block1", 6), ("block2", 12), ("block3", 24)])
def test_a_dense_block_connects_every_layer_with_all_that_follow(block: str, layers: int) -> None:
    found = lesson("densenet121", block, "A dense block connects every layer with all that follow")
    report = archcalc.count("densenet121")
    first = report[f"{block}/1"].input.channels
    sources = [
        (report[f"{block}/{index}"].input.channels - first) // 32 + 1
        for index in range(1, layers + 1)
    ]
    assert found.figures[0].value == sum(sources)
    assert found.figures[0].expression == f"{layers}·({layers} + 1)/2"


def test_a_dense_layer_alone_is_no_dense_block() -> None:
    titles = [each.title for each in archcalc.explain("densenet121", "block1/2").lessons]
    assert all("dense block" not in title for title in titles)


def test_an_even_window_cannot_keep_a_map_centred(tmp_path: Path) -> None:
    path = spec(tmp_path, "  - {name: even, conv: 8, kernel: 4, padding: same}\n")
    found = lesson(path, "even", "An even window cannot keep a map centred")
    assert [str(figure) for figure in found.figures] == ["4 − 1 = 3", "⌊3/2⌋ = 1", "⌈3/2⌉ = 2"]
    assert "the map moves by half a unit" in found.text
    assert archcalc.count(path)["even"].output[1:] == (12, 12)
    half = spec(tmp_path, "  - {name: even, conv: 8, kernel: 4, padding: half}\n")
    assert archcalc.count(half)["even"].output[1:] == (13, 13)


def test_a_layer_that_is_not_trained_shares_nothing(tmp_path: Path) -> None:
    path = spec(tmp_path, "  - {name: frozen, conv: 8, kernel: 2, trainable: false}\n")
    titles = [each.title for each in archcalc.explain(path, "frozen").lessons]
    assert titles == ["An even window cannot keep a map centred"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(784), "784"),
        (Fraction(1, 3), "0.333"),
        (Fraction(1, 10), "0.100"),
        (Fraction(1, 11), "0.0909"),
        (Fraction(100, 99), "1.01"),
        (Fraction(1999, 2), "1,000"),
        (Fraction(12345, 2), "6,170"),
        (Fraction(10**400, 3), f"{333 * 10**397:,}"),
    ],
)
def test_a_ratio_has_three_figures(value: Fraction, written: str) -> None:
    assert ratio(value) == written


def test_lessons_are_plain_values_too() -> None:
    found = jsonable(lesson("lenet5", "S2", FULL))
    assert found["figures"][0]["value"] == 5_533_080
    assert found["title"] == FULL
