"""`archcalc explain`, as a user types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def test_c3_shows_the_sum_over_its_table(archcalc: Callable[..., Outcome]) -> None:
    outcome = archcalc("explain", "lenet5", "C3")
    assert outcome.status == 0
    lines = [" ".join(line.split()) for line in outcome.output.splitlines()]
    assert "parameters 6·(5·5·3 + 1) + 9·(5·5·4 + 1) + 1·(5·5·6 + 1) = 1,516" in lines
    assert "connections 1,516·10·10 = 151,600" in lines
    assert "60 of 96 pairs of maps are connected" in lines


def test_without_a_layer_there_is_a_line_for_each_and_the_sums(
    archcalc: Callable[..., Outcome],
) -> None:
    outcome = archcalc("explain", "lenet5")
    assert outcome.status == 0
    assert "6·(5·5·1 + 1) = 156" in outcome.output
    assert "156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000" in outcome.output


def test_several_layers_follow_each_other(archcalc: Callable[..., Outcome]) -> None:
    output = archcalc("explain", "lenet5", "C1", "S2").output
    assert output.index("C1: conv") < output.index("S2: subsample")


def test_an_op_in_letters(archcalc: Callable[..., Outcome]) -> None:
    outcome = archcalc("explain", "--op", "conv")
    assert outcome.status == 0
    assert "filters·(kh·kw·C/groups + 1)" in outcome.output
    assert "with bias: untied" in outcome.output


def test_the_word_of_another_tool_leads_to_ours(archcalc: Callable[..., Outcome]) -> None:
    message = "error[unknown-op]: there is no op `dense`\n  hint: it is called `linear` here\n"
    assert archcalc("explain", "--op", "dense") == (2, "", message)


def test_json_has_text_value_and_note(archcalc: Callable[..., Outcome]) -> None:
    found = json.loads(archcalc("explain", "resnet50", "pool1", "--json").output)
    height = found["layers"][0]["steps"][0]["shape"][1]
    assert height == {
        "quantity": "height",
        "expression": "⌊(112 + 1 + 1 − 3)/2⌋ + 1",
        "value": 56,
        "note": "111/2 rounded down: no window reads the last row of padding",
        "partial": False,
    }


def test_json_of_several_layers_is_a_list(archcalc: Callable[..., Outcome]) -> None:
    found = json.loads(archcalc("explain", "lenet5", "C1", "S2", "--json").output)
    assert [each["path"] for each in found["explanations"]] == ["C1", "S2"]


def test_letters_have_no_value_in_json(archcalc: Callable[..., Outcome]) -> None:
    found = json.loads(archcalc("explain", "--op", "linear", "--json").output)
    assert found["figures"][0] == {
        "quantity": "parameters",
        "expression": "units·(C·H·W + 1)",
        "value": None,
        "note": "",
        "partial": False,
    }


def test_latex(archcalc: Callable[..., Outcome]) -> None:
    output = archcalc("explain", "lenet5", "C1", "--format", "latex").output
    assert r"$156 \cdot 28 \cdot 28 = 122{,}304$" in output


def test_a_network_without_layers_has_nothing_to_explain(
    archcalc: Callable[..., Outcome], tmp_path: Path
) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("input: 1x8x8\nlayers: []\n", encoding="utf-8")
    assert archcalc("explain", str(path)).status == 0


EITHER = """\
error[usage]: `explain` takes either a network or an --op
  hint: `archcalc explain lenet5 C3`, or `archcalc explain --op conv`
"""
NO_OP = """\
error[unknown-op]: there is no op `covn`
  hint: did you mean `conv`?
"""
NO_LAYER = """\
error[unknown-layer]: LeNet-5 has no layer `C2`
  hint: `archcalc show` lists the layers, `--depth` unfolds blocks
"""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), EITHER),
        (("lenet5", "--op", "conv"), EITHER),
        (("--op", "covn"), NO_OP),
        (("lenet5", "C2"), NO_LAYER),
    ],
)
def test_a_wrong_call_says_what_is_right(
    archcalc: Callable[..., Outcome], arguments: tuple[str, ...], message: str
) -> None:
    outcome = archcalc("explain", *arguments)
    assert (outcome.status, outcome.output, outcome.errors) == (2, "", message)


def test_columns_ask_for_the_formulas_of_quantities(archcalc: Callable[..., Outcome]) -> None:
    words = archcalc("explain", "lenet5", "C3", "weights", "biases")
    assert archcalc("explain", "lenet5", "C3", "--columns", "weights,biases") == words

    status, output, errors = archcalc("explain", "lenet5", "C3", "-c", "weihgts")
    assert (status, output) == (2, "")
    assert errors == (
        "error[unknown-column]: there is no quantity `weihgts`\n  hint: did you mean `weights`?\n"
    )


def test_a_linear_layer_says_what_it_flattens(archcalc: Callable[..., Outcome]) -> None:
    output = archcalc("explain", "alexnet", "fc6").output
    assert output.startswith("fc6: linear, 256x6x6 = 9,216 → 4096\n")
