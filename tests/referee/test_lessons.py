"""Lessons: their figures worked out by hand, and silence where there is nothing to learn."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.referee.lessons import ratio

if TYPE_CHECKING:
    from pathlib import Path

    from archcalc.referee.lessons import Lesson

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
    assert "sharing their weights leaves 1,068 parameters for these, 1/18.7." in found.text


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
        ("lenet5", "C3"),  # does not see all maps
        ("alexnet", "conv2"),  # nor does this
        ("alexnet", "conv1"),  # 11x11
    ],
)
def test_no_stack_is_offered_where_none_sees_the_same(network: str, layer: str) -> None:
    titles = {each.title for each in archcalc.explain(network, layer).lessons}
    assert titles == {FULL}


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
    found = lesson("lenet5", "S2", FULL).to_dict()
    assert found["figures"][0]["value"] == 5_533_080
    assert found["title"] == FULL
