"""Networks side by side: totals, ratios, stages and ops."""

from __future__ import annotations

from fractions import Fraction

import pytest

import archcalc
from archcalc.counts import QUANTITIES
from archcalc.errors import UsageError
from archcalc.referee.comparisons.comparison import compare
from tests.exactly import exactly

NETWORKS = ("resnet18", "vgg16", "googlenet")


def test_totals_and_ratios_by_hand() -> None:
    found = compare("lenet5", "lenet5-textbook", "lenet-caffe")

    assert found.lines == ()
    assert found.total.values("parameters") == (60_000, 61_706, 431_080)
    assert found.total.ratios("parameters") == (
        Fraction(1),
        Fraction(61_706, 60_000),
        Fraction(43_108, 6_000),
    )


@pytest.mark.parametrize("by", ["stage", "op"])
def test_the_lines_of_each_network_add_up_to_its_total(by: str) -> None:
    found = compare(*NETWORKS, by=by, heads=True)  # type: ignore[arg-type]

    for quantity in QUANTITIES:
        columns = zip(*(line.values(quantity) for line in found.lines), strict=True)
        sums = tuple(sum(value or 0 for value in column) for column in columns)
        assert sums == found.total.values(quantity)


def test_a_line_is_missing_where_a_network_has_no_such_thing() -> None:
    lines = {line.label: line for line in compare("lenet5", "lenet-caffe", by="op").lines}

    assert lines["maxpool"].values("neurons") == (None, 0)
    assert lines["maxpool"].ratios("neurons") == (None, None)
    assert lines["rbf"].values("connections") == (840, None)
    assert lines["rbf"].ratios("connections") == (Fraction(1), None)


def test_stages_keep_the_order_of_each_network() -> None:
    labels = [line.label for line in compare("vgg11", "vgg13", by="stage").lines]

    for name in ("vgg11", "vgg13"):
        paths = [row.path for row in archcalc.count(name).fold(1)]
        assert [label for label in labels if label in paths] == paths


def test_reports_are_taken_as_they_are() -> None:
    report = archcalc.count("lenet5", batch=7)
    found = compare(report, archcalc.load("densenet121", growth=24), batch=2)

    assert found.reports[0] is report
    assert found.reports[1].batch == 2
    assert found.total.values("macs")[0] == 7 * 325_680


def test_input_and_heads_are_for_all() -> None:
    found = compare("googlenet", "inception-v3", input="3x299x299", heads=True)

    assert [str(report.input) for report in found.reports] == ["3x299x299", "3x299x299"]
    assert all(report.heads for report in found.reports)


def test_one_network_is_no_comparison() -> None:
    with pytest.raises(
        UsageError, match=exactly("error[too-few]: a comparison needs two networks or more")
    ):
        compare("lenet5")


def test_an_unknown_line_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        compare("lenet5", "alexnet", by="stages")  # type: ignore[arg-type]

    assert str(caught.value) == (
        "error[not-a-choice]: networks are not compared by `stages`\n  hint: did you mean `stage`?"
    )
