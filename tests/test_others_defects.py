"""Mistakes that counting tools have been found to make, one by one: archcalc does not make them."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import archcalc
from archcalc import ArchcalcError
from archcalc.counts import QUANTITIES

if TYPE_CHECKING:
    from archcalc import Report

PACKAGE = Path(archcalc.__file__).parent


def count(layers: str, entering: str = "8x30x30") -> Report:
    """Count a list of layers."""
    return archcalc.count(archcalc.load(StringIO(f"input: {entering}\nlayers: [{layers}]\n")))


# -- An activation or a pool counted twice, because two hooks see it


def test_an_activation_is_counted_once() -> None:
    assert count("relu").total.work.cmp == 8 * 30 * 30 == 7_200
    assert count("{conv: 8, kernel: 1, after: [relu]}").total.work.cmp == 7_200


# -- A failure that leaves something changed, so that later counts are too large


def test_a_failure_changes_nothing_that_comes_after() -> None:
    before = count("{conv: 4, kernel: 3}, relu").to_dict()
    for wrong in ("{conv: 4, kernel: 99}", "{conf: 4}", "{conv: =4 // 0, kernel: 3}") * 13:
        with pytest.raises(ArchcalcError):
            count(f"{{conv: 4, kernel: 3}}, relu, {wrong}")
    assert count("{conv: 4, kernel: 3}, relu").to_dict() == before


def test_a_network_without_parameters_is_counted() -> None:
    report = count("relu, {maxpool: 2}")
    assert (report.total.parameters, report.total.work.cmp) == (0, 7_200 + 5_400)


# -- A pool whose cost depends on how its size is written


@pytest.mark.parametrize("size", ["2", "2x2", "[2, 2]", "=1 + 1", '"=[2, 2]"', '"2"'])
def test_a_pool_costs_the_same_however_its_size_is_written(size: str) -> None:
    report = count(f"{{maxpool: {size}}}")
    assert report.rows[0].output == (8, 15, 15)
    assert report.total.work.cmp == 8 * 15 * 15 * (2 * 2 - 1) == 5_400


def test_a_pool_with_a_stride_of_its_own() -> None:
    report = count("{maxpool: 3, stride: 2}")  # (30 - 3) // 2 + 1 = 14
    assert report.total.work.cmp == 8 * 14 * 14 * (3 * 3 - 1) == 12_544


def test_pools_round_down_unless_told_to_round_up() -> None:
    assert count("{maxpool: 3, stride: 2}", "1x112x112").rows[0].output == (1, 55, 55)
    assert count("{maxpool: 3, stride: 2, ceil: true}", "1x112x112").rows[0].output == (1, 56, 56)


# -- Running statistics among the parameters; a column that is not its total


def test_statistics_are_never_parameters() -> None:
    report = count("batchnorm, {name: bare, op: batchnorm, scale: false, shift: false}")
    assert [(row.parameters, row.statistics) for row in report.rows] == [(16, 16), (0, 16)]
    assert (report.total.parameters, report.total.statistics) == (16, 32)


@pytest.mark.parametrize("name", ["googlenet", "resnet50", "densenet121", "lenet5"])
def test_every_column_adds_up_to_its_total(name: str) -> None:
    report = archcalc.count(name)
    for quantity in QUANTITIES:
        column = [getattr(row, quantity) for row in report.rows]
        assert sum(column) == getattr(report.total, quantity), quantity


# -- Parameters that grow by training


def test_training_adds_no_parameters() -> None:
    layers = "{conv: 3, kernel: 3, after: [batchnorm, relu]}, {linear: 4}"
    report = count(layers, "2x6x6")
    model = archcalc.build(report.graph)

    def size() -> int:
        return sum(a.size for arrays in model.parameters.values() for a in arrays.values())

    assert size() == report.total.parameters
    for _ in range(3):
        model.backward(np.ones_like(model.forward(np.ones((2, 2, 6, 6)), training=True)))
        model.step(0.1, momentum=0.9, weight_decay=0.01)
    assert size() == report.total.parameters


# -- A layer by itself, or one that nobody reads, that counts for nothing


def test_a_layer_by_itself_is_counted() -> None:
    report = count("{linear: 84}", "120")
    assert (report.total.parameters, report.total.macs) == (10_164, 10_080)


def test_a_layer_that_nothing_reads_is_counted() -> None:
    report = count("{name: a, relu: }, {name: dead, conv: 4, kernel: 1}, {tanh: , from: a}")
    assert report["dead"].parameters == report.total.parameters == 4 * (8 + 1)


# -- Unknown ops: guessed, or nothing


@pytest.mark.parametrize("word", ["transposed_conv", "fourier", "Conv2d"])
def test_an_unknown_op_stops_the_count(word: str) -> None:
    with pytest.raises(ArchcalcError, match=rf"error\[unknown-op\]: there is no op `{word}`"):
        count(f"{{conv: 4, kernel: 3}}, {{{word}: 8}}")


def test_a_layer_without_a_rule_stops_the_figure(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("unit: product\nrules: {conv: =mac}\n", "utf-8")
    with pytest.raises(ArchcalcError) as caught:
        archcalc.count("lenet5").figure(mine)
    assert str(caught.value) == (
        "error[partial-figure]: mine: no rule for `lecun_tanh`, `linear`, `rbf`, `subsample` "
        "(C1.lecun_tanh, S2, S2.lecun_tanh, C3.lecun_tanh, S4 and 5 more)\n"
        "  hint: the layers that it knows have 315,600; a rule, or a zero with its reason"
    )


# -- Sums that are not sums


def test_joins_are_not_all_sums() -> None:
    added, stacked = count("{add: [[], relu]}"), count("{concat: [[], relu]}")
    assert (added.total.work.add, added.rows[-1].output) == (7_200, (8, 30, 30))
    assert (stacked.total.work.add, stacked.rows[-1].output) == (0, (16, 30, 30))
    assert count("{scale: 2}").total.work.mul == 7_200


# -- Layers that do not fit their predecessors


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ("{add: [[], {conv: 4, kernel: 1}]}", "unlike-shapes"),
        ("{concat: [[], {maxpool: 2}]}", "unlike-shapes"),
        ("{op: conv, kernel: 1, table: [[8]]}", "bad-table"),
        ("{conv: 4, kernel: 31}", "window-does-not-fit"),
        ("{conv: 4, kernel: 1, groups: 3}", "groups-do-not-divide"),
    ],
)
def test_layers_must_fit_together(layers: str, code: str) -> None:
    with pytest.raises(ArchcalcError, match=rf"error\[{code}\]"):
        count(layers)


# -- Pools of a fixed output size whose every window is the whole map


@pytest.mark.parametrize(("size", "output"), [(6, 6), (7, 7), (13, 6), (7, 3), (5, 1)])
def test_windows_of_a_fixed_output_size_are_their_own(size: int, output: int) -> None:
    windows = [
        range(i * size // output, -(-(i + 1) * size // output)) for i in range(output)
    ]  # from floor(i·H/H') to ceil((i + 1)·H/H')
    taps = sum(map(len, windows)) ** 2
    report = count(f"{{avgpool: , output: {output}}}", f"256x{size}x{size}")
    assert report.total.work.add == 256 * (taps - output**2)
    assert report.total.work.div == 256 * output**2


# -- A dependency that is used and not declared


EXTRAS = ("plot", "torch", "parquet", "dask", "serve")
"""What users may install beside; the others are for those who test."""


def test_everything_imported_is_declared() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    extras = (project["optional-dependencies"][name] for name in EXTRAS)
    requirements = [*project["dependencies"], *chain.from_iterable(extras)]
    declared = {re.split(r"[<>=\[; ]", word)[0].lower() for word in requirements}
    imported = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    packages = {"yaml": "pyyaml"}
    others = imported - sys.stdlib_module_names - {"archcalc"}
    assert {packages.get(name, name) for name in others} <= declared
