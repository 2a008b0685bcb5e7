"""Rows as a tree: those below one add up to it, and equal repetitions stand together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archcalc import count, load
from archcalc.errors import UsageError
from archcalc.page import tree as trees
from archcalc.page.tree import Branch, tree

if TYPE_CHECKING:
    from archcalc.report import Report

NETWORKS = ["bert-base", "densenet121", "googlenet", "lenet5", "lstm-medium", "resnet50", "unet"]
LAYER = {"conv": "=f", "kernel": 1}
SUMMED = ("parameters", "statistics", "connections", "neurons", "macs", "flops", "activations")


def branches(report: Report) -> list[Branch]:
    return [branch for root in tree(report) for _, branch in root.walk()]


def spec(*layers: str) -> Report:
    text = {"input": "4x8x8", "layers": [{"name": name, "conv": 4, "kernel": 1} for name in layers]}
    return count(load(text))


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_below_a_row_adds_up_to_it(name: str) -> None:
    report = count(name, heads=True)

    assert {
        quantity: sum(getattr(b.row, quantity) for b in tree(report)) for quantity in SUMMED
    } == {quantity: getattr(report.total, quantity) for quantity in SUMMED}
    for branch in branches(report):
        for quantity in SUMMED if branch.below else ():
            below = sum(getattr(each.row, quantity) for each in branch.below)
            assert below == getattr(branch.row, quantity), (branch.name, quantity)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_node_stands_in_one_leaf(name: str) -> None:
    report = count(name)
    leaves = [b for b in branches(report) if not b.below]

    assert sorted(i for leaf in leaves for i in leaf.positions) == [*range(len(report.nodes))]


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_are_the_rows_of_the_report(name: str) -> None:
    report = count(name)
    layers = {branch.row.path: branch.row for branch in branches(report) if branch.kind == "layer"}

    assert layers == {row.path: row for row in report.rows}


def test_equal_blocks_in_a_row_are_repetitions() -> None:
    conv3 = next(branch for branch in tree(count("resnet50")) if branch.name == "conv3_x")

    assert [(b.name, b.kind, b.times) for b in conv3.below] == [
        ("1", "block", 1),  # it halves the maps
        ("2..4", "repeats", 3),
    ]
    repeats = conv3.below[1]
    assert [b.name for b in repeats.below] == ["2", "3", "4"]
    assert repeats.row.op == "bottleneck"
    assert repeats.row.parameters == 3 * repeats.below[0].row.parameters


def test_repetitions_begin_anew_where_one_differs() -> None:
    report = count(
        load(
            {
                "input": "4x8x8",
                "blocks": {"b": {"parameters": {"f": None}, "layers": [LAYER]}},
                "layers": [
                    {"name": "s", "for": ["name", "f"], "in": [[1, 4], [2, 4], [3, 5], [4, 5]],
                     "block": "b"},
                ],
            }
        )
    )  # fmt: skip
    names = [branch.name for branch in branches(report) if branch.kind != "layer"]

    # 4 → 4, 4 → 4, then 4 → 5 and 5 → 5, which differ
    assert "1..2" in names
    assert not [name for name in names if ".." in name and name != "1..2"]


def test_single_layers_are_no_repetitions_for_their_numbers() -> None:
    assert [branch.name for branch in tree(spec("conv1", "conv2"))] == ["conv1", "conv2"]
    assert [branch.name for branch in tree(spec("1", "2"))] == ["1..2"]


def test_a_join_stands_beside_its_branches() -> None:
    report = count(
        load({"input": "4x8x8", "layers": [{"name": "j", "add": [[{"conv": 4, "kernel": 1}], []]}]})
    )
    (join,) = tree(report)

    assert [(b.name, b.kind, b.row.op) for b in join.below] == [
        ("conv1", "layer", "conv"),
        ("add", "layer", "add"),
    ]


def test_a_layer_with_surroundings_opens_to_its_ops() -> None:
    conv1 = tree(count("resnet50"))[0]

    assert [(b.name, b.kind, b.row.parameters) for b in conv1.below] == [
        ("conv1", "op", 7 * 7 * 3 * 64),
        ("conv1.batchnorm", "op", 2 * 64),
        ("conv1.relu", "op", 0),
    ]


def test_more_rows_than_a_page_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "ROWS", 5)

    with pytest.raises(UsageError) as caught:
        tree(count("lenet5"))

    assert str(caught.value) == (
        "error[too-large]: LeNet-5 has 13 ops; a page shows 5 at most\n"
        "  hint: `archcalc show` folds them at any --depth"
    )
