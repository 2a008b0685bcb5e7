"""Results at a prompt and in a notebook: their tables, never the insides of a dataclass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.referee.published.ledger import Findings

if TYPE_CHECKING:
    from collections.abc import Callable

MADE: dict[str, Callable[[], object]] = {
    "report": lambda: archcalc.count("lenet5"),
    "explanation": lambda: archcalc.explain("lenet5", "C3"),
    "explanation of a network": lambda: archcalc.explain("lenet5"),
    "part": lambda: archcalc.explain("lenet5")["C3"],
    "confirmation": lambda: archcalc.confirm("lenet1"),
    "difference": lambda: archcalc.diff("lenet5", "lenet5-textbook"),
    "published": lambda: archcalc.published("lenet5"),
    "comparison": lambda: archcalc.compare("lenet5", "lenet1", by="op"),
    "reconciliation": lambda: archcalc.reconcile("lenet5", "lenet5-textbook"),
    "budget": lambda: archcalc.budget("lenet5", max_parameters="1M", max_memory="1M"),
    "gradients": lambda: archcalc.gradients("lenet1"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_result_shows_as_its_tables(name: str) -> None:
    result = MADE[name]()
    text, page = str(result), getattr(result, "_repr_html_")()  # noqa: B009
    assert "----" in text
    assert "(path=" not in text
    assert page.count("<table>") == page.count("</table>") >= 1
    assert "<html" not in page
    assert "None" not in text + page
    said = repr(result)
    assert said.startswith("<")
    assert len(said) < 250
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("confirmation", "<Confirmation: lenet1: rule and witness agree>"),
        ("difference", "<Difference: from lenet5 to lenet5-textbook>"),
        ("comparison", "<Comparison: lenet5 lenet1 / lenet5>"),
    ],
)
def test_a_result_says_in_one_line_what_it_is(name: str, said: str) -> None:
    assert repr(MADE[name]()) == said


def test_a_report_says_its_totals() -> None:
    figures = "60,000 parameters, 340,908 connections, 325,680 multiply-accumulates"
    assert repr(MADE["report"]()) == f"<Report of LeNet-5: {figures}>"


def test_the_text_is_what_the_command_line_prints(capsys: pytest.CaptureFixture[str]) -> None:
    from archcalc.cli.run import run  # noqa: PLC0415

    assert run(["show", "lenet5"]) == 0
    assert capsys.readouterr().out == f"{archcalc.count('lenet5')}\n"


def test_a_prompt_of_ipython_shows_the_tables() -> None:
    class Printer:
        text = staticmethod(print)

    budget = archcalc.budget("lenet5", max_macs="1M")
    getattr(budget, "_repr_pretty_")(Printer, cycle=False)  # noqa: B009


def test_comparisons_say_by_what_they_go() -> None:
    found = archcalc.compare("lenet5", "lenet1", by="op")
    assert found.by == "op"
    assert "MACs by op" in str(found)


def test_published_figures_are_still_a_tuple() -> None:
    found = archcalc.published("lenet5")
    assert isinstance(found, Findings)
    assert found == tuple(found)
    assert found[0].holds


def test_a_report_has_its_rows() -> None:
    report = archcalc.count("resnet18")
    assert len(report) == len(report.rows)
    assert [row.path for row in report][:2] == ["conv1", "pool1"]
    assert "conv2_x" in report
    assert "conv2_x/1/conv1" in report
    assert "conv9" not in report
    assert 3 not in report


def test_rows_make_a_data_frame() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(archcalc.count("lenet5").rows).set_index("path")
    # C3 of 1998: 1,516 parameters; 1,500 weights at 10·10 places
    assert frame.loc["C3", ["parameters", "macs"]].tolist() == [1_516, 150_000]
    assert frame["parameters"].sum() == 60_000
    assert frame["macs"].sum() == 325_680
    assert frame["flops"].sum() == archcalc.count("lenet5").total.flops


def test_a_row_has_its_sums_among_its_fields() -> None:
    from dataclasses import asdict, replace  # noqa: PLC0415

    row = archcalc.count("lenet5")["C3"]
    assert {"parameters", "macs", "flops"} <= asdict(row).keys()
    assert replace(row, weights=0).parameters == 16
    assert replace(row, path="x") != row
