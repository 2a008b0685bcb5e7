"""What a call says in cases that are easily lost: one of two, a default, a colour, a caption."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]

GREEN, RED, DIM = "\x1b[32m", "\x1b[31m", "\x1b[2m"


@pytest.mark.parametrize("command", ["gradients", "backprop"])
def test_a_seed_below_nothing_is_refused(archcalc: Call, command: str) -> None:
    status, output, errors = archcalc(command, "lenet5", "--seed", "-1")
    said, hint = errors.splitlines()  # the sentence itself is of the library that reads options
    assert (status, output, hint) == (2, "", f"  hint: `archcalc {command} --help`")
    assert said.startswith("error[usage]: ")
    assert "`--seed`" in said


def test_a_budget_holds_for_a_batch(archcalc: Call) -> None:
    limit = ("budget", "lenet5", "--max-macs", "400k")
    one, two = archcalc(*limit), archcalc(*limit, "--batch", "2")
    assert (one.status, two.status) == (0, 1)
    assert "651,360  over by 251,360" in two.output  # 2·325,680


def test_verdicts_have_a_colour_beside_their_words(archcalc: Call) -> None:
    within, over = (
        archcalc("budget", "lenet5", "--max-macs", most, "--color", "always").output
        for most in ("1M", "1k")
    )
    assert f"{GREEN}MACs      1,000,000  325,680  within" in within
    assert f"{RED}MACs      1,000  325,680  over by 324,680" in over


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (100, "1 column hidden for want of room (share of parameters): --wide shows all"),
        (86, "2 columns hidden for want of room (kernel, share of parameters): --wide shows all"),
    ],
)
def test_columns_without_room_are_counted(archcalc: Call, width: int, said: str) -> None:
    assert said in archcalc("show", "resnet50", "--width", str(width)).errors


def test_two_networks_are_two(archcalc: Call) -> None:
    assert archcalc("list", "sigmoid").output.endswith("\n2 networks\n")
    assert archcalc("list", "xception").output.endswith("\n1 network\n")
    assert json.loads(archcalc("list", "sigmoid", "--json").output)["schema"] == 1


def test_one_network_is_charted_with_its_parameters_set_and_with_its_heads(
    archcalc: Call, tmp_path: Path
) -> None:
    grown, heads = tmp_path / "grown.svg", tmp_path / "heads.svg"
    assert archcalc("plot", "densenet-40-12", "-s", "growth=24", "-o", str(grown)).status == 0
    assert archcalc("plot", "googlenet", "--heads", "-o", str(heads)).status == 0
    assert ">aux1<" in heads.read_text("utf-8")


def test_heads_count_in_a_table_where_they_are_asked_for(archcalc: Call) -> None:
    main, whole = archcalc("table", "googlenet"), archcalc("table", "googlenet", "--heads")
    assert ("6,998,552" in main.output, "13,378,280" in whole.output) == (True, True)


@pytest.mark.parametrize("to", ["lenet5@thop", "60k"])
def test_a_reconciliation_names_both_sides_in_a_file(archcalc: Call, to: str) -> None:
    first, *_ = archcalc("reconcile", "lenet5", to, "-f", "csv", "--remarks").output.splitlines()
    assert first.startswith(f"# from: lenet5@{'parameters' if to == '60k' else 'macs'}; to: {to}; ")


def test_a_rule_for_every_layer_is_told_with_the_others(archcalc: Call) -> None:
    output = archcalc("conventions", "-C", "torchsummary-memory").output
    assert re.search(r"^every layer +also 4 \* entering$", output, re.MULTILINE)


def test_gradients_of_two_networks_stand_in_the_order_of_their_layers(archcalc: Call) -> None:
    output = archcalc("gradients", "lenet5-textbook", "lenet5").output
    layers = [line.split()[0] for line in output.splitlines()[2:7]]
    assert layers == ["C1", "C3", "C5", "F6", "OUTPUT"]
    assert archcalc("gradients", "lenet5", "lenet5-textbook").output.splitlines()[6].split()[0] == (
        "OUTPUT"  # which the second has alone: behind F6, which it follows there
    )


SMALL = "input: 1x32x32\nlayers: [{{name: C1, conv: 6, kernel: 5}}, {{name: F, linear: {}}}]\n"


@pytest.mark.parametrize(
    ("number", "row"),
    [
        ("141120", "net@macs 141,120 = equal nothing calflops-macs"),  # 784·150 + 5·4,704
        ("117600", "net@macs-conv 117,600 = equal convention macs-conv"),
    ],
)
def test_what_was_changed_to_meet_a_number_is_said(
    archcalc: Call, tmp_path: Path, number: str, row: str
) -> None:
    (tmp_path / "net.yaml").write_text(SMALL.format(5), "utf-8")
    output = archcalc("reconcile", str(tmp_path / "net.yaml"), number).output
    assert " ".join(output.splitlines()[3].split()).startswith(row)


def test_a_vector_is_said_by_its_length_in_a_difference(archcalc: Call, tmp_path: Path) -> None:
    paths = [tmp_path / f"{units}.yaml" for units in (5, 6)]
    for path in paths:
        path.write_text(SMALL.format(path.stem), "utf-8")
    output = archcalc("diff", *map(str, paths)).output
    assert "units 6, not 5; output 6, not 5  " in output


def test_ratios_are_to_the_first_network(archcalc: Call) -> None:
    output = archcalc("table", "lenet1", "lenet5", "--ratios").output
    assert [line.split()[2:] for line in output.splitlines()[2:4]] == [
        ["2,578", "1.00", "91,520", "1.00"],
        ["60,000", "23.27", "325,680", "3.56"],  # 60,000/2,578, 325,680/91,520
    ]


def test_memory_is_told_in_the_parts_that_there_are(archcalc: Call) -> None:
    lines = archcalc("budget", "lenet1", "--max-memory", "1MB").output.splitlines()
    assert lines[-1] == (
        "memory in bytes: 10,312 of parameters + 18,432 of the largest set of outputs alive at once"
    )


def test_a_batch_of_two_is_said(archcalc: Call) -> None:
    first, *_ = archcalc("show", "lenet5", "--batch", "2").output.splitlines()
    assert first == "LeNet-5 (lenet5), input 1x32x32, batch 2"


@pytest.mark.parametrize("networks", [["lenet5"], ["lenet1", "lenet5"]], ids=["one", "two"])
def test_a_chart_says_the_batch_whose_operations_it_shows(
    archcalc: Call, tmp_path: Path, networks: list[str]
) -> None:
    one, two = (tmp_path / f"{batch}.svg" for batch in (1, 2))
    for path in (one, two):
        assert archcalc("plot", *networks, "--batch", path.stem, "-o", str(path)).status == 0
    assert ", batch 2" in two.read_text("utf-8")
    assert "batch" not in one.read_text("utf-8")


def test_a_file_of_several_networks_says_their_batch(archcalc: Call) -> None:
    arguments = ("compare", "lenet1", "lenet5", "--batch", "2", "-f", "csv", "--remarks")
    first, *_ = archcalc(*arguments).output.splitlines()
    assert first.startswith("# networks: lenet1 (input 1x28x28, batch 2, sha256:")


def test_a_sum_names_its_network(archcalc: Call) -> None:
    output = archcalc("explain", "lenet5", "parameters").output
    assert "LeNet-5  parameters  156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000" in output


def test_a_chart_is_of_the_input_that_is_given(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "larger.svg"
    assert archcalc("plot", "lenet5", "-i", "1x36x36", "-o", str(path)).status == 0
    assert "input 1x36x36" in path.read_text("utf-8")


def test_heads_are_explained_where_they_are_asked_for(archcalc: Call) -> None:
    sums = [
        [
            line
            for line in archcalc("explain", "googlenet", *heads).output.splitlines()
            if "aux1/" in line
        ]
        for heads in ([], ["--heads"])
    ]
    assert (bool(sums[0]), bool(sums[1])) == (False, True)


def test_what_is_known_in_part_has_no_ratio(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "part.yaml"
    path.write_text("input: 1x8x8\nlayers: [{opaque: 10, holds: {w: 120000}}]\n", "utf-8")
    rows = archcalc("compare", "lenet5", str(path)).output.splitlines()
    assert rows[2].split() == ["parameters", "60,000", "120,000", "2.00"]
    assert rows[3].split() == ["connections", "340,908", "unknown"]


def test_each_schema_is_of_what_it_is_asked_for(archcalc: Call) -> None:
    spec, report = (json.loads(archcalc("schema", of).output) for of in ("spec", "report"))
    assert ("blocks" in spec["properties"], "rows" in spec["properties"]) == (True, False)
    assert ("blocks" in report["properties"], "rows" in report["properties"]) == (False, True)


def test_nothing_is_red_where_rule_and_witness_agree(archcalc: Call) -> None:
    output = archcalc("confirm", "lenet1", "--color", "always").output
    assert "\x1b[" in output
    assert RED not in output


def test_heads_stand_back(archcalc: Call) -> None:
    output = archcalc("show", "googlenet", "--heads", "--color", "always").output
    quiet = [line.split()[0] for line in output.splitlines() if line.startswith(DIM)]
    assert {f"{DIM}aux1", f"{DIM}aux2"} <= {*quiet}


def test_a_column_of_outputs_brings_the_memory_of_all(archcalc: Call) -> None:
    assert "\nmemory at 4 bytes each: " in archcalc("show", "lenet5", "-c", "activations").output
    assert "memory" not in archcalc("show", "lenet5", "-c", "macs").output


def test_of_no_parameters_every_layer_has_no_share(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "pools.yaml"
    path.write_text("input: 1x8x8\nlayers: [{maxpool: 2}, relu]\n", "utf-8")
    rows = archcalc("show", str(path)).output.splitlines()[3:6]
    assert [row.split()[-1] for row in rows if row[0] != "-"] == ["0%", "0%"]


def test_a_mistake_of_no_file_has_no_line(archcalc: Call) -> None:
    found = json.loads(archcalc("show", "nonsense", "--error-format", "json").errors)
    (mistake,) = found["errors"]
    assert found["schema"] == 1
    assert {mistake[key] for key in ("file", "line", "column", "length")} == {None}


def test_a_spec_is_begun_under_its_own_suffix(archcalc: Call) -> None:
    assert archcalc("init", "net.txt").errors == (
        "error[unknown-suffix]: `net.txt` is not a spec's name\n  hint: such as mine.yaml\n"
    )


def test_a_layer_that_is_called_as_a_quantity_is_explained(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "named.yaml"
    path.write_text("input: 1x8x8\nlayers: [{name: macs, linear: 2}]\n", "utf-8")
    output = archcalc("explain", str(path), "macs").output
    assert output.startswith("macs: linear, 1x8x8 = 64 → 2\n")


@pytest.mark.parametrize(("bias", "said"), [("true", ["weights", "biases"]), ("false", [])])
def test_weights_are_told_where_they_are_not_all_parameters(
    archcalc: Call, tmp_path: Path, bias: str, said: list[str]
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"input: 8\nlayers: [{{name: f, linear: 2, bias: {bias}}}]\n", "utf-8")
    told = [line.split()[0] for line in archcalc("explain", str(path)).output.splitlines()]
    assert [word for word in told if word in {"weights", "biases"}] == said


def test_nothing_is_summed_where_there_is_no_layer(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("input: 1x8x8\nlayers: []\n", "utf-8")
    assert archcalc("explain", str(path)).output == (
        "empty\nno layers: none are written, or all of them are switched off\n"
    )


def test_a_sweep_has_a_column_for_each_convention(archcalc: Call) -> None:
    first, _, row, *_ = archcalc(
        "sweep", "densenet-40-12", "--vary", "growth=12", "-c", "macs", "-C", "thop"
    ).output.splitlines()
    assert first.split() == ["growth", "MACs", "thop"]
    assert (row.split()[0], row.split()[-1]) == ("12", "273,928,000")


def test_of_a_convention_nothing_is_said_that_it_has_not(archcalc: Call) -> None:
    lines = archcalc("conventions", "-C", "macs").output.splitlines()
    assert [line.partition(":")[0] for line in lines[-4:]] == ["unit", "per", "notes", "source"]


def test_no_zero_is_explained_where_there_is_none(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("input: 4x8x8\nlayers: [{opaque: 4x8x8, holds: {w: 9, mean: 4}}]\n", "utf-8")
    output = archcalc("explain", str(path)).output
    assert [line.split() for line in output.splitlines() if "statistics" in line] == [
        ["statistics", "4"]
    ]
    assert "zero:" not in output
