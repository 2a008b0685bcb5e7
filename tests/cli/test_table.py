"""The table that papers print, and the list of the library with counts."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from archcalc.render.export import WRITERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]


def test_settings_follow_their_network(archcalc: Call) -> None:
    arguments = ("densenet121", "growth=24", "input=3x64x64", "densenet121", "--input", "3x32x32")
    status, output, errors = archcalc("table", *arguments)
    assert (status, errors) == (0, "")
    rows = [line.split() for line in output.splitlines()[2:4]]
    assert rows[0][:4] == ["densenet121,", "growth=24", "3x64x64", "4,697,992"]
    assert rows[1][:3] == ["densenet121", "3x32x32", "7,978,856"]


def test_settings_for_all_and_several_inputs(archcalc: Call) -> None:
    arguments = ("table", "resnet18", "resnet34", "--set", "option=C", "-i", "3x64x64")
    records = json.loads(archcalc(*arguments, "-i", "3x96x96", "--json").output)["networks"]
    assert [(r["network"], r["changed"], r["input"][1]) for r in records] == [
        ("resnet18", {"option": "C"}, 64),
        ("resnet18", {"option": "C"}, 96),
        ("resnet34", {"option": "C"}, 64),
        ("resnet34", {"option": "C"}, 96),
    ]


def test_a_setting_before_any_network(archcalc: Call) -> None:
    status, output, errors = archcalc("table", "growth=24", "densenet121")
    assert (status, output) == (2, "")
    assert errors == (
        "error[usage]: `growth=24` stands before any network\n"
        "  hint: such as `archcalc table densenet121 growth=24`\n"
    )


@pytest.mark.parametrize("format_name", WRITERS)
def test_in_every_format(archcalc: Call, format_name: str) -> None:
    status, output, _ = archcalc("table", "lenet5", "lenet1", "-f", format_name)
    assert status == 0
    assert "lenet1" in output


def test_figures_for_people_are_rounded(archcalc: Call) -> None:
    assert "25.6 M  3.86 G" in archcalc("table", "resnet50", "--human").output


def test_the_list_counts_at_an_input_by_a_convention(archcalc: Call) -> None:
    arguments = ("list", "vgg", "--input", "3x256x256", "-c", "parameters,flops", "-C", "fvcore")
    rows = list(csv.DictReader(archcalc(*arguments, "-f", "csv").output.splitlines()))
    (vgg16,) = [row for row in rows if row["network"] == "vgg16"]
    found = json.loads(archcalc("table", "vgg16", *arguments[2:], "--json").output)["networks"][0]
    assert vgg16["input"] == "3x256x256"
    assert int(vgg16["parameters"]) == found["parameters"]
    assert int(vgg16["flops"]) == found["flops"]
    assert int(vgg16["fvcore"]) == found["figures"]["fvcore"]["figure"]


def test_a_network_that_does_not_take_the_input_is_listed_without_a_count(archcalc: Call) -> None:
    status, output, _ = archcalc("list", "lenet", "--input", "1x20x20")
    assert status == 0
    assert "without a count, for the input does not fit: " in output
    assert archcalc("list", "alexnet-224", "--input", "3x8x8").status == 2
