"""What a page holds of a network: the figures, derivations and verdicts that archcalc gives."""

from __future__ import annotations

from json import loads
from typing import Any

import pytest

from archcalc import count, explain, load
from archcalc.convention.figure import apply
from archcalc.convention.library import conventions
from archcalc.page.document import json
from archcalc.page.figures import plain
from archcalc.page.network import network
from archcalc.referee.derivations.explanation import parts_of
from archcalc.referee.published.ledger import published
from archcalc.render.table import AtLeast
from tests.steps import steps

CONVENTIONS = [convention.name for convention in conventions()]
PARTIAL = {
    "input": "3x8x8",
    "layers": [
        {"name": "a", "conv": 4, "kernel": 3, "bias": False},
        {"name": "x", "opaque": "4x6x6", "holds": {"w": 7}},
        {"name": "b", "linear": 10},
    ],
}


def rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    found = [dict(zip(data["fields"], row, strict=True)) for row in data["rows"]]
    names = [each["name"] for each in (*data["columns"], *data["conventions"])]
    for row in found:
        row["counted"] = dict(zip(names, data["figures"][row["figures"]], strict=True))
    return found


def layers(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in rows(data) if row["kind"] == "layer"}


def test_a_network_four_times_as_deep_takes_four_times_as_long() -> None:
    norm = {"bias": False, "after": ["batchnorm", "relu"]}
    block = [
        {"name": "thin", "conv": 4, "kernel": 1, **norm},
        {"name": "apart", "depthwise": 3, "padding": 1, **norm},
        {"name": "wide", "conv": 8, "kernel": 1, **norm},
    ]

    def taken(times: int) -> int:
        layers = [{"name": "stage", "repeat": times, "layers": block}]
        report = count(load({"input": "8x6x6", "layers": layers}))
        return steps(lambda: network(report))

    taken(5)  # what is found once for all
    assert taken(100) < 4.6 * taken(25)


def test_layers_and_blocks_teach_what_explain_does() -> None:
    data = network(count("resnet50"))
    found = rows(data)
    for path in ("conv1", "conv2_x", "conv2_x/1/conv2", "fc"):
        row = next(each for each in found if each["path"] == path and each["kind"] != "op")
        taught = [data["lessons"][place] for place in row["lessons"]]
        assert [(each["title"], each["notes"]) for each in taught] == [
            (each.title, [each.text]) for each in explain("resnet50", path).lessons
        ]
    assert any("Without it these layers" in each["notes"][0] for each in data["lessons"])
    assert not any(row["lessons"] for row in found if row["kind"] in {"op", "repeats"})


@pytest.mark.parametrize("name", ["bert-base", "lenet5", "resnet18"])
def test_every_convention_recounts_every_row(name: str) -> None:
    report = count(name)
    data = loads(json(network(report)))
    known = [each["name"] for each in data["conventions"]]

    assert known == CONVENTIONS
    for convention in CONVENTIONS:
        figure = apply(report, convention)
        for row in rows(data):
            if row["kind"] not in {"layer", "block"}:
                continue
            total, whole = figure.known(row["path"])
            expected = total if whole else [total] if total else None
            assert row["counted"][convention] == expected, (convention, row["path"])


def test_the_figures_of_lenet5() -> None:
    found = layers(network(count("lenet5")))

    assert {path: row["counted"]["parameters"] for path, row in found.items()} == {
        "C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48120, "F6": 10164, "OUTPUT": 0,
    }  # fmt: skip
    assert found["C3"]["counted"]["lecun1998"] == 151600
    assert (found["C3"]["input"], found["C3"]["output"], found["C3"]["kernel"]) == (
        "6x14x14", "16x10x10", "5x5",
    )  # fmt: skip
    assert found["C3"]["reads"] == ["S2"]
    assert found["C1"]["reads"] == ["input"]


def test_what_is_not_known_is_never_zero() -> None:
    data = loads(json(network(count(load(PARTIAL)))))
    found = layers(data)

    assert found["a"]["counted"]["macs"] == 4 * 6 * 6 * 27
    assert found["x"]["counted"]["macs"] is None
    assert found["x"]["counted"]["parameters"] == 7
    names = [each["name"] for each in (*data["columns"], *data["conventions"])]
    total = dict(zip(names, data["total"], strict=True))
    assert total["macs"] == [4 * 6 * 6 * 27 + 144 * 10]
    assert total["thop"][0] == 4 * 6 * 6 * 27 + 144 * 10
    reasons = {each["name"]: each["reasons"] for each in data["conventions"]}
    assert reasons["thop"] == ["no rule for `opaque` (x)"]


def test_figures_that_no_browser_can_hold_are_texts() -> None:
    assert plain(2**53 - 1) == 2**53 - 1
    assert plain(2**53) == "9007199254740992"
    assert plain(AtLeast(2**53)) == ["9007199254740992"]


def test_derivations_are_those_of_explain() -> None:
    data = network(count("lenet5"))
    found = layers(data)["C3"]
    tables = data["details"][found["detail"]]
    parameters = next(row for table in tables for row in table["rows"] if row[0] == "parameters")

    assert parameters[1] == str(explain("lenet5", "C3")["C3"]["parameters"])
    assert tables[0]["columns"][:3] == ["", "0", "1"]  # Table I of 1998


@pytest.mark.parametrize("name", ["bert-base", "densenet121", "googlenet", "resnet18"])
def test_every_layer_has_a_derivation_of_its_own(name: str) -> None:
    data, report = network(count(name)), count(name)
    found = layers(data)

    for layer in parts_of(report, range(len(report.nodes))):
        row = found[layer.path]
        tables = data["details"][row["detail"]]
        said = {
            (table["title"].partition(":")[0], *line[:2])
            for table in tables
            for line in table["rows"]
        }
        for step in layer.steps:
            own = step.path.removeprefix(layer.path)
            counts = step.derivation.counts
            macs = {(own, "MACs", str(figure)) for figure in counts if figure.quantity == "macs"}
            parameters = {
                (own, "parameters", str(figure))
                for figure in counts
                if figure.quantity == "parameters"
            }
            assert said >= macs | parameters
        written = [str(f) for step in layer.steps for f in step.derivation.field]
        grown = [] if row["growth"] is None else data["growths"][row["growth"]]
        assert {text for _, text, *_ in grown} == {*written}


def test_blocks_have_sums_and_repetitions_those_of_all() -> None:
    data = network(count("resnet18"))
    repeats = next(row for row in rows(data) if row["name"] == "1..2")
    sums = dict(row[:2] for row in data["details"][repeats["detail"]][0]["rows"])

    assert sums["parameters"] == "4·36,992 = 147,968"  # 3·3·64·64 + 2·64, four times
    assert repeats["times"] == 2


def test_receptive_fields_lie_on_the_image() -> None:
    data = network(count("lenet5"))
    field = data["receptive"][layers(data)["S2"]["field"]]

    assert data["image"] == [32, 32]
    assert field == {"size": [6, 6], "stride": [2, 2], "offset": [0, 0]}


def test_inputs_of_unlike_sizes_are_no_one_image() -> None:
    text = {
        "input": {"left": "1x8x8", "right": "1x4x4"},
        "layers": [
            {"name": "l", "conv": 1, "kernel": 5, "from": "left"},
            {"name": "r", "conv": 1, "kernel": 1, "from": "right"},
            {"op": "add", "from": ["l", "r"]},
        ],
    }

    assert network(count(load(text)))["image"] is None


def test_published_figures_stand_with_their_verdicts() -> None:
    data = network(count("resnet50"), published("resnet50"))
    first = data["published"][0]

    keys = ("figure", "printed", "exact", "verdict", "holds")
    assert [first[key] for key in keys] == [
        "macs", "3.8 × 10^9", "3,857,973,248", "≈ cut off", True,
    ]  # fmt: skip
    assert {each["layer"] for each in data["published"]} >= {"", "conv1", "conv5_x"}


def test_the_spec_is_there_to_be_copied() -> None:
    data = network(count("lenet5"))

    assert data["text"].startswith("name: LeNet-5") or "name: LeNet-5" in data["text"]
    assert count(load({"input": "1x4x4", "layers": ["relu"]})).graph.origin.kind == "spec"
