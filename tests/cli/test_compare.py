"""`archcalc compare`, `diff` and `budget`, as a user types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]


def row(output: str, label: str) -> list[str]:
    """Give the cells of the first row of this label."""
    return next(line for line in output.splitlines() if line.startswith(f"{label} ")).split()


def test_totals_stand_side_by_side_with_ratios(archcalc: Call) -> None:
    status, output, errors = archcalc("compare", "lenet5", "lenet5-textbook", "lenet-caffe")

    assert (status, errors) == (0, "")
    assert row(output, "parameters") == [
        "parameters",
        "60,000",
        "61,706",
        "1.03",
        "431,080",
        "7.18",
    ]
    assert "/ lenet5" in output
    assert "lenet-caffe: input 1x28x28, whole network" in output


def test_lines_by_op_of_the_quantities_asked_for(archcalc: Call) -> None:
    output = archcalc("compare", "vgg16", "resnet50", "--by", "op", "-c", "macs").output

    assert row(output, "conv") == ["conv", "15,346,630,656", "3,855,925,248", "0.25"]
    assert row(output, "batchnorm") == ["batchnorm", "0"]
    assert "parameters by stage" not in output


def test_lines_by_stage_come_for_parameters_and_macs(archcalc: Call) -> None:
    output = archcalc("compare", "resnet18", "resnet34", "--by", "stage").output

    assert "parameters by stage" in output
    assert "MACs by stage" in output
    assert row(output, "conv2_x")[0] == "conv2_x"


def test_comparison_as_json(archcalc: Call) -> None:
    data = json.loads(archcalc("compare", "lenet5", "alexnet", "--by", "op", "--json").output)

    assert data["networks"] == ["lenet5", "alexnet"]
    assert [counts["parameters"] for counts in data["total"]["counts"]] == [60_000, 60_965_224]
    assert data["lines"][0]["label"] == "conv"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "lenet5"], "a comparison needs two networks or more"),
        (["compare", "lenet5", "vgg16", "--by", "layer"], "networks are not compared by `layer`"),
        (["compare", "lenet5", "vgg16", "-c", "macz"], "there is no quantity `macz`"),
        (["compare", "lenet5", "vg16"], "there is no network `vg16`"),
        (["diff", "lenet5"], "missing argument `AFTER`"),
        (["budget", "lenet5"], "a budget needs a limit"),
        (["budget", "lenet5", "--max-macs", "many"], "expected an amount such as 5M"),
        (["budget", "lenet5", "--max-macs", "5MB"], "expected an amount such as 5M"),
    ],
)
def test_a_wrong_call_is_told(archcalc: Call, arguments: list[str], message: str) -> None:
    status, output, errors = archcalc(*arguments)

    assert (status, output) == (2, "")
    assert message in errors


def test_a_difference_says_what_changed_and_by_how_much(archcalc: Call) -> None:
    status, output, errors = archcalc("diff", "lenet5", "lenet5-textbook")

    assert (status, errors) == (0, "")
    assert "op maxpool, not subsample; not followed by lecun_tanh" in output
    assert "without table; followed by relu, not lecun_tanh" in output
    assert row(output, "C3")[-3:] == ["+900", "+90,000", "+90,000"]
    assert row(output, "total") == ["total", "+1,706", "+82,130", "+90,840"]
    assert "layers that are the same: 0" in output


def test_blocks_that_were_added_alike_are_one_line(archcalc: Call) -> None:
    output = archcalc("diff", "resnet50", "resnet101", "--depth", "2").output

    assert row(output, "conv4_x/7..23")[1:4] == ["85", "added", "+18,992,128"]
    assert len(archcalc("diff", "resnet50", "resnet101").output.splitlines()) > 85


def test_renamed_layers_say_what_they_were(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "input: 1x8x8\nparameters: {name_of: a}\nvariants: {old: {}, new: {layers: "
        "[{name: b, conv: 2, kernel: 3, padding: 0x1}, tanh]}}\n"
        "layers: [{name: a, conv: 2, kernel: 3, padding: 0x1}, relu]\n",
        "utf-8",
    )
    output = archcalc("diff", f"{path}#old", f"{path}#new").output

    assert "layers that are the same: 0, and under other names: 1 (`--names` lists them)" in output
    assert "renamed" not in output
    output = archcalc("diff", f"{path}#old", f"{path}#new", "--names").output
    assert row(output, "b") == ["b", "renamed", "was", "a", "0", "0", "0"]
    assert row(output, "relu1")[1:4] == ["removed", "relu", "2x6x8"]
    assert row(output, "tanh1")[1:4] == ["added", "tanh", "2x6x8"]


def test_a_difference_as_json(archcalc: Call) -> None:
    data = json.loads(archcalc("diff", "resnet50", "resnet50-v1.5", "--json").output)
    change = data["changes"][0]

    assert data["total"]["macs"] == sum(one["change"]["macs"] for one in data["changes"])
    assert (change["kind"], change["after"]) == ("changed", "conv3_x/1/conv1")
    assert change["details"][0] == {"name": "stride", "before": "2", "after": "1"}


def test_a_budget_that_is_kept(archcalc: Call) -> None:
    status, output, errors = archcalc(
        "budget", "lenet5", "--max-parameters", "60k", "--max-memory", "1MiB"
    )

    assert (status, errors) == (0, "")
    assert row(output, "parameters") == ["parameters", "60,000", "60,000", "within"]
    assert row(output, "memory") == ["memory", "1,048,576", "280,992", "within"]
    assert "cost most" not in output


def test_a_budget_that_is_passed_fails_and_names_the_layers(archcalc: Call) -> None:
    status, output, _ = archcalc(
        "budget", "vgg16", "--max-parameters", "5M", "--max-macs", "600M", "--max-memory", "1GB"
    )

    assert status == 1
    assert row(output, "MACs")[-3:] == ["over", "by", "14,870,264,320"]
    assert row(output, "fc6") == ["fc6", "102,764,544", "74.3%"]
    assert "layers that cost most memory" not in output


def test_a_budget_as_json(archcalc: Call) -> None:
    outcome = archcalc("budget", "lenet5", "--max-macs", "1k", "--set", "x=1", "--json")
    assert outcome.status == 2

    status, output, _ = archcalc("budget", "lenet5", "--max-macs", "1k", "--json")
    data = json.loads(output)
    assert (status, data["over"], data["checks"][0]["used"]) == (1, True, 325_680)
    assert data["checks"][0]["costliest"][0] == {"path": "C3", "used": 150_000}


def test_shapes_are_said_as_show_says_them(archcalc: Callable[..., Outcome]) -> None:
    output = archcalc("diff", "lenet5", "lenet5-textbook").output
    assert "x1x1" not in output
    output = archcalc("diff", "lenet5", "lenet1").output
    assert "removed  conv 120 " in output
    assert "x1x1" not in output


def test_networks_that_are_the_same_have_no_rows(archcalc: Callable[..., Outcome]) -> None:
    said = [
        "from lenet5 to lenet5",
        "no layer differs",
        "layers that are the same: 7",
        "lenet5: input 1x32x32, whole network",
    ]
    assert archcalc("diff", "lenet5", "lenet5").output.splitlines() == said


def test_what_differs_is_said_at_80_columns(archcalc: Callable[..., Outcome]) -> None:
    output = archcalc("diff", "resnet50", "resnet50-v1.5", "--width", "80").output
    assert "stride 1, not 2" in output
    assert "+77,070,336" in output
    assert "connections" not in output


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("diff", "from net (Caffe prototxt) to net (spec)"),
        ("reconcile", "from net@macs (Caffe prototxt) to net@macs (spec)"),
        ("compare", "net (Caffe prototxt)  net (spec)  / net (Caffe prototxt)"),
        ("table", "net (Caffe prototxt)  8x1x1          36    32"),
    ],
)
def test_networks_of_one_name_are_told_apart(
    archcalc: Call, tmp_path: Path, command: str, said: str
) -> None:
    (tmp_path / "net.prototxt").write_text(
        'input: "x" input_dim: 1 input_dim: 8 layer { name: "fc" type: "InnerProduct" '
        'bottom: "x" top: "fc" inner_product_param { num_output: 4 } }'
    )
    (tmp_path / "net.yaml").write_text("input: 8\nlayers: [{linear: 4, name: fc}]\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "net.yaml").write_text("input: 8\nlayers: [{linear: 4, name: fc}]\n")
    files = [str(tmp_path / name) for name in ("net.prototxt", "net.yaml", "b/net.yaml")]

    assert said in archcalc(command, *files[:2]).output
    assert "net (spec)" not in archcalc(command, *files[1:]).output


def test_networks_of_one_name_and_kind_are_numbered(archcalc: Call, tmp_path: Path) -> None:
    for folder, units in (("a", 4), ("b", 5)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "net.yaml").write_text(
            f"input: 8\nlayers: [{{linear: {units}, name: fc}}]\n"
        )
    files = [str(tmp_path / folder / "net.yaml") for folder in "ab"]

    assert "from net (1) to net (2)" in archcalc("diff", *files).output
    assert "from net@macs (1) to net@macs (2)" in archcalc("reconcile", *files).output
