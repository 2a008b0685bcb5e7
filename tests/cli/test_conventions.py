"""`archcalc conventions`, `reconcile` and `show --convention`, as a user types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from archcalc.cli.reconcile import complete_side
from archcalc.convention.library import conventions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]


@pytest.fixture
def mine(tmp_path: Path) -> str:
    """Write a convention of one's own that does not know every op."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "unit: product\nrules: {conv: =mac, linear: =mac}\nzero: {free: [lecun_tanh]}\n"
    )
    return str(path)


def lines_of(output: str, beginning: str) -> list[list[str]]:
    return [line.split() for line in output.splitlines() if line.startswith(beginning)]


def test_the_conventions_are_listed_with_what_they_count(archcalc: Call) -> None:
    output = archcalc("conventions", "--wide").output

    assert lines_of(output, "macs")[0][:3] == ["macs", "operations", "multiply-accumulate"]
    assert lines_of(output, "lecun1998")[0][1] == "connections"
    assert lines_of(output, "keras")[0][1] == "parameters"
    assert f"{len(conventions())} conventions" in output


def test_a_network_has_a_figure_by_each(archcalc: Call) -> None:
    output = archcalc("conventions", "resnet50-v1.5").output

    figures = {name: lines_of(output, f"{name} ")[0][1] for name in ("macs", "thop", "onnx-tool")}
    assert figures == {
        "macs": "4,089,184,256",
        "thop": "4,133,742,592",
        "onnx-tool": "4,450,761,704",
    }


def test_conventions_may_be_chosen_and_be_ones_own(archcalc: Call, mine: str) -> None:
    output = archcalc("conventions", "lenet5", "-C", "thop", "--convention", mine).output

    assert lines_of(output, "thop")[0][1] == "327,256"
    assert lines_of(output, "mine")[0][:4] == ["mine", "(partial)", "≥", "325,680"]
    assert "at least this many by mine: no rule for `rbf`, `subsample` (S2, S4, OUTPUT)" in output
    assert not lines_of(output, "macs")


def test_conventions_are_given_as_json(archcalc: Call) -> None:
    listed = json.loads(archcalc("conventions", "-C", "thop", "--json").output)["conventions"]
    counted = json.loads(archcalc("conventions", "resnet20", "-C", "thop", "--json").output)

    assert (
        listed[0]["rules"]["batchnorm"]
        == "0 if function or custom else 4 * outputs if scaled and shifted else 2 * outputs"
    )
    assert (listed[0]["default"], listed[0]["each"]) == (None, None)
    everything = json.loads(archcalc("conventions", "-C", "memory", "--json").output)
    assert everything["conventions"][0]["default"] == (
        "4 * parameters + 4 * fixed + 4 * statistics + 4 * outputs"
    )
    assert counted["figures"] == [
        {
            "convention": "thop",
            "figures": "operations",
            "unit": "MAC",
            "figure": 41_308_864,
            "partial": False,
            "unknown": [],
        }
    ]


def test_one_convention_is_shown_rule_by_rule(archcalc: Call, mine: str) -> None:
    output = archcalc("conventions", "-C", "thop").output

    rule = "0 if function or custom else 4 * outputs if scaled and shifted else 2 * outputs"
    assert lines_of(output, "batchnorm")[0] == ["batchnorm", *rule.split()]
    assert lines_of(output, "relu")[0] == ["relu", "0", "registered", "as", "costing", "nothing"]
    assert "source: thop/vision/basic_hooks.py, rnn_hooks.py and calc_func.py\n" in output
    assert lines_of(archcalc("conventions", "-C", mine).output, "rbf") == [["rbf", "unknown"]]


def test_the_variables_of_rules_are_listed(archcalc: Call) -> None:
    output = archcalc("conventions", "--variables").output

    assert "window " in output
    assert "taps of one window of a pool; of a global pool the whole map" in output


def test_show_has_a_column_for_each_convention(archcalc: Call) -> None:
    output = archcalc(
        "show", "resnet50-v1.5", "-c", "parameters", "-C", "thop", "--convention", "macs", "-d", "2"
    ).output

    # two equal blocks on one line have the figures of both
    assert lines_of(output, "conv2_x/2..3")[0][1:] == ["140,800", "446,365,696", "436,731,904"]
    assert lines_of(output, "total")[0] == ["total", "25,557,032", "4,133,742,592", "4,089,184,256"]
    assert "thop (MAC): hooks on modules, which see no operators." in output


def test_figures_of_heads_stand_apart(archcalc: Call) -> None:
    output = archcalc("show", "googlenet", "--heads", "-c", "biases", "-C", "torch").output

    assert lines_of(output, "main path")[0][-1] == "6,998,552"
    assert lines_of(output, "head aux1")[0][-1] == "3,188,840"
    assert lines_of(output, "total")[0][-1] == "13,378,280"


def test_a_partial_figure_says_so(archcalc: Call, mine: str) -> None:
    output = archcalc("show", "lenet5", "-c", "parameters", "-C", mine).output

    assert "mine (partial)" in output
    assert "at least this many by mine: no rule for `rbf`, `subsample` (S2, S4, OUTPUT)" in output


def test_the_json_of_a_report_has_the_figures_of_every_layer(archcalc: Call) -> None:
    data = json.loads(archcalc("show", "lenet5", "-C", "lecun1998", "--json").output)

    (figure,) = data["figures"]
    assert figure["total"] == sum(figure["rows"].values()) == 340_908
    assert figure["rows"]["S2"] == 5_880
    assert data["convention"].endswith("; lecun1998 = connection")


def test_reconcile_lists_terms_that_add_up(archcalc: Call) -> None:
    status, output, errors = archcalc("reconcile", "resnet50", "resnet50-v1.5@thop")

    assert (status, errors) == (0, "")
    assert output == (
        "from resnet50@macs to resnet50-v1.5@thop\n"
        "      amount  reason                                        how\n"
        "-------------------------------------------------------------------------------------\n"
        " +77,070,336  stride of conv3_x/1/conv1: 1, not 2           1 layer, by macs\n"
        " +77,070,336  stride of conv4_x/1/conv1: 1, not 2           1 layer, by macs\n"
        " +77,070,336  stride of conv5_x/1/conv1: 1, not 2           1 layer, by macs\n"
        " +44,455,936  batch norm at 4 per element                   11,113,984 × 4, 53 layers\n"
        "    +102,400  global average pool at window + 1 per output  102,400 × 1, 1 layer\n"
        "-------------------------------------------------------------------------------------\n"
        "+275,769,344  resnet50-v1.5@thop less resnet50@macs\n"
        "resnet50@macs: 3,857,973,248 (multiply-accumulate)\n"
        "resnet50-v1.5@thop: 4,133,742,592 (MAC)\n"
    )


def test_reconcile_finds_what_prints_as_a_number(archcalc: Call) -> None:
    status, output, _ = archcalc("reconcile", "alexnet", "61.1M")

    assert status == 0
    assert "\nwhat prints as 61.1M\n" in output  # behind what is published of it
    assert lines_of(output, "alexnet-owt@parameters")[0][1:5] == [
        "61,100,840",
        "≈",
        "rounded,",
        "in",
    ]
    assert "from alexnet@parameters to alexnet-owt@parameters" in output


def test_reconcile_says_where_nothing_does(archcalc: Call) -> None:
    status, output, _ = archcalc("reconcile", "lenet5", "12,345")

    assert status == 1
    assert output.startswith("nothing prints as 12,345: the nearest\n")


def test_reconcile_of_equal_figures_says_so(archcalc: Call) -> None:
    output = archcalc("reconcile", "vgg16", "vgg16@torchvision").output

    assert [line.split() for line in output.splitlines() if "no difference" in line] == [
        ["0", "no", "difference"]
    ]


def test_reconcile_takes_the_convention_of_both_and_their_heads(archcalc: Call) -> None:
    output = archcalc(
        "reconcile", "googlenet", "googlenet-torchvision", "-C", "torch", "--heads"
    ).output

    assert "googlenet@torch with heads: 13,378,280 (parameter)" in output
    assert "googlenet-torchvision@torch with heads: 13,004,888 (parameter)" in output


def test_reconcile_takes_the_input_and_the_parameters_of_both(archcalc: Call) -> None:
    output = archcalc(
        "reconcile", "densenet121", "densenet121@torch-flop-counter",
        "--input", "3x160x160", "--set", "growth=24", "--set", "classes=10",
    ).output  # fmt: skip
    own = ("show", "densenet121", "-i", "3x160x160", "-s", "growth=24", "-s", "classes=10")
    macs = json.loads(archcalc(*own, "--json").output)["total"]["macs"]

    sides = "at 3x160x160, growth 24, classes 10"
    title, *_, before, after = output.splitlines()
    assert title == f"from densenet121@macs {sides} to densenet121@torch-flop-counter {sides}"
    assert before == f"densenet121@macs {sides}: {macs:,} (multiply-accumulate)"
    assert after == (f"densenet121@torch-flop-counter {sides}: {2 * macs:,} (FLOP, 2 per MAC)")


def test_reconcile_is_given_as_json(archcalc: Call) -> None:
    data = json.loads(archcalc("reconcile", "lenet5", "61,706", "--json").output)

    assert data["candidates"][0]["side"] == "lenet5-textbook@parameters"
    assert data["difference"] == sum(term["amount"] for term in data["terms"]) == 1_706


def test_a_misspelt_convention_is_answered_with_the_nearest(archcalc: Call) -> None:
    for arguments in (
        ("show", "lenet5", "-C", "topp"),
        ("conventions", "-C", "topp"),
        ("reconcile", "lenet5@topp", "lenet5"),
    ):
        status, _, errors = archcalc(*arguments)
        assert status == 2
        assert errors == (
            "error[unknown-convention]: there is no convention `topp`\n"
            "  hint: did you mean `thop`?\n"
        )


def test_a_convention_in_place_of_a_network_is_answered_with_its_option(archcalc: Call) -> None:
    status, _, errors = archcalc("conventions", "Thop")

    assert status == 2
    assert errors == (
        "error[unknown-network]: `Thop` is a convention, not a network\n"
        "  hint: `archcalc conventions -C thop`\n"
    )


def test_the_shell_is_offered_networks_and_then_conventions() -> None:
    assert "resnet50" in complete_side("resnet5")
    assert complete_side("resnet50@tho") == ["resnet50@thop", "resnet50@thop-functional"]


def test_at_80_columns_a_figure_has_its_unit_and_a_convention_what_it_counts(
    archcalc: Call,
) -> None:
    figures = archcalc("conventions", "resnet50", "--width", "80").output.splitlines()
    assert figures[0].split() == ["convention", "figure", "unit"]
    assert ["pycls", "3,857,974,248", "flop,", "1", "per", "MAC"] in [*map(str.split, figures)]
    notes = archcalc("conventions", "--width", "80").output.splitlines()
    assert notes[0].split() == ["convention", "unit", "in", "short"]
    shown = "ptflops-aten MAC convolutions and matrix products"
    assert shown in [" ".join(line.split()) for line in notes]
    assert len(notes) <= 2 * len(conventions()) + 3
    rules = archcalc("conventions", "-C", "thop", "--width", "80").output.splitlines()
    assert rules[1].split() == ["op", "counts", "why", "nothing"]
