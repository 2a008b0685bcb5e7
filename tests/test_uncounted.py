"""What is not counted: unknown is never zero, in whatever asks for a figure."""

from __future__ import annotations

from fractions import Fraction

import pytest

import archcalc
from archcalc import Builder, Report, count
from archcalc.convention.figure import apply
from archcalc.convention.library import find
from archcalc.errors import UsageError
from archcalc.ops import make
from archcalc.referee.budget import budget
from archcalc.referee.comparison import compare
from archcalc.referee.reconciliation import reconcile
from archcalc.referee.side import Side
from archcalc.render.export import export
from archcalc.render.layers import layers
from archcalc.render.rounding import rounded
from archcalc.uncounted import STORED, WORKED, Case, Uncounted, told


@pytest.fixture
def detector() -> Report:
    """Give a network with a layer behind an output without a shape, and a loss beside it."""
    net = Builder("detector", "1x8x8")
    conv = net.add("conv", make("conv", filters=4, kernel=(3, 3)), net.input)
    flat = net.add("flat", make("flatten"), conv)
    net.not_reached("fc", "linear", "behind `proposals`")
    net.leave_out("loss", "softmax", "it is used in training alone")
    return count(net.graph(flat))


def test_the_four_cases_are_told_apart(detector: Report) -> None:
    assert detector.uncounted == (
        Uncounted("fc", "linear", Case.NOT_REACHED, STORED + WORKED, "behind `proposals`"),
        Uncounted("loss", "softmax", Case.LEFT_OUT, (), "it is used in training alone"),
    )
    assert [(layer.path, layer.case) for layer in detector.free] == [("flat", Case.FREE)]
    assert told([*detector.uncounted, Uncounted("digits", "opaque", Case.UNKNOWN)]) == [
        "at least, since `linear` is not reached (behind `proposals`): fc",
        "left out, `softmax` (it is used in training alone): loss",
        "at least, since what `opaque` does is unknown: digits",
    ]
    assert told(detector.free) == [
        "free by rule, `flatten` (flattening only renames positions: nothing is computed): flat"
    ]


def test_what_is_left_out_makes_no_figure_partial() -> None:
    net = Builder("net", "1x8x8")
    conv = net.add("conv", make("conv", filters=4, kernel=(3, 3)), net.input)
    net.leave_out("loss", "softmax", "it is used in training alone")
    report = count(net.graph(conv))

    assert report.total.unknown == {}
    assert [layer.path for layer in report.uncounted] == ["loss"]


def test_totals_are_at_least_what_is_known_and_rows_exact(detector: Report) -> None:
    assert detector.total.parameters == 4 * (3 * 3 + 1)
    assert set(detector.total.unknown) == {*STORED, *WORKED}
    assert detector.total.unknown["macs"] == detector.main.unknown["macs"] == ("fc",)
    assert detector["conv"].unknown == {}

    table = layers(detector, columns=["parameters", "share", "memory_bytes"])
    assert [str(cell) for cell in table.totals[0]] == ["total", "≥40", "None", "≥1312"]
    assert [str(cell) for cell in table.rows[0]] == ["conv", "40", "None", "736"]


def test_it_stays_so_at_another_input(detector: Report) -> None:
    assert count(detector.graph, input="1x9x9").total.unknown["neurons"] == ("fc",)


def test_plain_values_name_what_is_partial(detector: Report) -> None:
    plain = detector.to_dict()

    assert plain["total"]["partial"]["connections"] == ["fc"]
    assert plain["rows"][0]["partial"] == {}
    assert plain["memory"]["partial"][:2] == ["parameters", "fixed"] or plain["memory"]["partial"]
    assert [layer["case"] for layer in plain["uncounted"]] == ["not reached", "left out"]


def test_a_budget_is_not_kept_by_what_is_known_alone(detector: Report) -> None:
    found = budget(detector, max_parameters=1000, max_macs=10)
    kept, passed = found.checks

    assert (kept.over, kept.within, kept.unknown) == (False, False, ("fc",))
    assert (passed.over, passed.within) == (True, False)
    assert not found.within
    assert found.to_dict()["within"] is False


def test_a_comparison_has_no_ratio_to_what_is_partial(detector: Report) -> None:
    found = compare("lenet5", detector)

    assert found.total.values("parameters") == (60_000, 40)
    assert found.total.ratios("parameters") == (Fraction(1), None)


@pytest.mark.parametrize("convention", ["macs", "thop", "parameters", "lecun1998"])
def test_figures_of_conventions_are_partial_too(detector: Report, convention: str) -> None:
    figure = apply(detector, convention)

    assert figure.partial
    assert figure.unknown == ("fc",)
    with pytest.raises(UsageError, match="partial-figure"):
        archcalc.count(detector.graph).figure(convention)


@pytest.mark.parametrize(
    ("format_name", "row"),
    [
        ("csv", "conv,40"),
        ("json", '"parameters": 40,\n          "partial": ['),
        ("html", "≥\u00a040"),
        ("plain", "total        ≥ 40\n"),
        ("md", "| total   |         ≥ 40 |"),
        ("latex", " total   &         \\ensuremath{\\geq} 40 \\\\"),
    ],
)
def test_exports_say_at_least(detector: Report, format_name: str, row: str) -> None:
    table = layers(detector, columns=["parameters"])

    assert row in export(format_name, [table], {})


def test_rounded_figures_say_at_least(detector: Report) -> None:
    assert rounded(layers(detector, columns=["parameters"])).totals == (("total", "≥ 40"),)


def test_a_number_is_not_sought_near_what_is_known_in_part(detector: Report) -> None:
    with pytest.raises(UsageError) as caught:
        reconcile(Side(detector, find("macs")), "199M")
    assert str(caught.value) == (
        "error[partial-figure]: macs counts what is not reached: fc\n"
        "  hint: the layers that it knows have 1,296"
    )
