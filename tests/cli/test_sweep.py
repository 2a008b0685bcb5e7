"""`archcalc sweep`: its table, its files, its chart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archcalc import count, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]


def test_a_table_of_variants(archcalc: Call) -> None:
    arguments = ("--vary", "growth=12,24", "--input", "64,96", "--max-parameters", "2M")
    status, output, errors = archcalc("sweep", "densenet121", *arguments)
    assert (status, errors) == (0, "")
    spec = load("densenet121", growth=12)
    small, large = (count(spec, input=f"3x{side}x{side}").total.macs for side in (64, 96))
    assert output == (
        "growth  input  parameters        MACs\n"
        "-------------------------------------\n"
        f"12      64      1,384,696  {small:,}\n"
        f"12      96      1,384,696  {large:,}\n"
        "4 variants of densenet121, 2 fit\n"
    )


def test_a_family_is_varied_as_its_file_is_written(archcalc: Call) -> None:
    depths = "depths=[6,12,24,16],[6,12,32,32]"
    output = archcalc("sweep", "densenet", "-v", depths, "--format", "csv").output

    totals = [count(f"densenet{depth}").total for depth in (121, 169)]  # Table 1 of the paper
    assert [line.rpartition('",')[2] for line in output.splitlines()[1:]] == [
        f"{total.parameters},{total.macs}" for total in totals
    ]


def test_what_is_no_network_and_no_family_is_unknown(archcalc: Call) -> None:
    hint = "`archcalc list` shows all networks; a file needs its suffix .yaml"
    said = f"error[unknown-network]: there is no network `gan`\n  hint: {hint}\n"

    assert archcalc("sweep", "gan", "-v", "growth=1") == (2, "", said)


def test_what_varies_are_numbers_to_programs(archcalc: Call, tmp_path: Path) -> None:
    """A text that begins with a sign has one more before it, for a spreadsheet would reckon."""
    spec = tmp_path / "net.yaml"
    layers = 'layers: [{conv: "=n + 2000", kernel: 1}]'
    spec.write_text(f"parameters: {{n: 1}}\ninput: 1x4x4\n{layers}\n", "utf-8")
    arguments = ("sweep", str(spec), "-v", "n=-1998,1000", "-c", "weights", "--format")
    assert archcalc(*arguments, "csv").output == "n,weights\n-1998,2\n1000,3000\n"
    assert archcalc(*arguments, "jsonl").output == (
        '{"n": -1998, "weights": 2}\n{"n": 1000, "weights": 3000}\n'
    )
    assert archcalc(*arguments, "table").output == (
        "n      weights\n--------------\n-1998        2\n1000     3,000\n2 variants of net\n"
    )


def test_how_it_is_spread_stands_below(archcalc: Call) -> None:
    found = archcalc(
        "sweep", "vit-b-16", "-v", "depth=1..12", "-c", "neurons", "--quartiles", "depth"
    )
    assert found.output.split("\n\n")[1] == (
        "quartiles of what fits\n"
        "of     variants  least  lower  median  upper  most\n"
        "--------------------------------------------------\n"
        "depth        12      1      3       6      9    12\n"
    )


def test_errors_stand_below(archcalc: Call) -> None:
    status, output, _ = archcalc("sweep", "lenet5", "-i", "32,10", "-c", "neurons")
    assert status == 0
    assert output.split("\n\n")[1] == (
        "1 variant cannot be\n"
        "input  why it cannot be\n"
        "---------------------------------------------------------------------------------------"
        "-----------------------\n"
        "10     C3: a window of 5 does not fit in the height 3; what enters `conv` is 6x3x3 "
        "(channels x height x width)\n"
    )


def test_nothing_that_can_be_counted_is_a_failed_check(archcalc: Call) -> None:
    assert archcalc("sweep", "lenet5", "-i", "8,10").status == 1


def test_json_has_all_of_it(archcalc: Call) -> None:
    arguments = ("sweep", "lenet5", "-i", "8..36", "--draw", "4", "--seed", "2", "--json")
    data = json.loads(archcalc(*arguments).output)
    assert (data["variants"], data["tried"], data["varied"]) == (4, 4, {"input": 29})
    assert data["fitting"] + data["failed"] == 4
    assert len(data["rows"]) == data["fitting"]
    assert data == json.loads(archcalc(*arguments).output)


def test_results_and_chart_are_files(archcalc: Call, tmp_path: Path) -> None:
    results, chart = tmp_path / "found.jsonl", tmp_path / "cloud.svg"
    arguments = ("sweep", "mobilenet-v1", "-v", "width=0.25..1..0.25", "-i", "64,96,128")
    front = ("--pareto", "-parameters,macs")
    said = archcalc(*arguments, *front, "--results", str(results), "--chart", str(chart))
    assert said.output.endswith("4 that none beats: large parameters, small macs\n")
    assert len(results.read_text("utf-8").splitlines()) == 12
    assert "4 that none beats" in chart.read_text("utf-8")


def test_a_chart_of_another_suffix_is_refused_before_all_is_counted(archcalc: Call) -> None:
    status, output, errors = archcalc("sweep", "lenet5", "-i", "32", "--chart", "cloud.gif")
    assert (status, output) == (2, "")
    assert errors == (
        "error[unknown-suffix]: no chart is written to `.gif`\n  hint: one of .svg, .png, .pdf\n"
    )


def test_a_chart_needs_a_point(archcalc: Call, tmp_path: Path) -> None:
    arguments = ("sweep", "lenet5", "-i", "32", "--max-macs", "1k")
    status, _, errors = archcalc(*arguments, "--chart", str(tmp_path / "cloud.svg"))
    assert status == 2
    assert errors == "error[nothing-to-chart]: no variant fits: there is nothing to chart\n"


def test_a_chart_shows_what_floats_can(archcalc: Call, tmp_path: Path) -> None:
    """10^134 maps of 10^134 are some 10^270 parameters, 10^150 of 10^150 are 10^302."""
    chart = tmp_path / "cloud.svg"
    arguments = ("sweep", "wrn-28-10", "--chart", str(chart), "--draw", "2", "-v")
    assert archcalc(*arguments, f"k=1..1{'0' * 134}").status == 0
    found = archcalc(*arguments, f"k=1..1{'0' * 150}")
    assert found.status == 2
    assert found.errors == "error[too-large]: a figure is larger than what a chart can show\n"


def test_a_table_does_not_go_where_the_results_go(
    archcalc: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ("sweep", "lenet5", "-i", "32", "--results", "found.csv", "-o")
    found = archcalc(*arguments, str(tmp_path / "found.csv"))
    assert found.status == 2
    assert found.errors == (
        f"error[conflict]: `{tmp_path / 'found.csv'}` would be both the results and the table\n"
        "  hint: name another file after -o\n"
    )
    assert archcalc(*arguments, "table.csv").status == 0
    assert (tmp_path / "found.csv").read_text("utf-8").startswith("sweep,variant,input,")


def test_what_varies_is_not_set_besides(archcalc: Call) -> None:
    found = archcalc("sweep", "densenet121", "-v", "growth=12,24", "--set", "growth=32")
    assert found.status == 2
    assert found.errors == (
        "error[duplicate-name]: `growth` varies, and `--set` sets it\n"
        "  hint: leave one of them out\n"
    )
