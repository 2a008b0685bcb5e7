"""`archcalc show` and `archcalc list`, as a user types them."""

from __future__ import annotations

import csv
import io
import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from archcalc import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]

TINY = "input: 1x8x8\nparameters: {maps: 2}\nvariants: {tiny: {}, small: {maps: 3}}\n"
TINY += "layers: [{conv: =maps, kernel: 3}]\n"


def total(output: str) -> str:
    """Read the parameters of the last row."""
    return next(line.split()[1] for line in output.splitlines() if line.startswith("total"))


def test_lenet5_shows_the_figures_of_1998(archcalc: Call) -> None:
    status, output, errors = archcalc("show", "lenet5")
    assert (status, errors) == (0, "")
    for figure in ("156", "1,516", "48,120", "10,164", "60,000", "340,908", "325,680"):
        assert re.search(rf"(?<![\d,]){figure}(?![\d,])", output), figure


def test_settings_are_read_as_a_spec_reads_them(archcalc: Call) -> None:
    assert "44,549,160" in archcalc("show", "resnet50", "--set", "depths=[3,4,23,3]").output
    assert "× 23" in archcalc("show", "resnet50", "--set", "depths=[3,4,23,3]").output


def test_what_was_set_is_said_wherever_it_counts(archcalc: Call) -> None:
    arguments = ["show", "resnet50", "--set", "depths=[3,4,23,3]", "--set", "option=C"]
    said = "ResNet (resnet50), depths=[3, 4, 23, 3], option=C, input 3x224x224"
    assert archcalc(*arguments).output.startswith(said)
    assert (
        "variant: resnet50, depths=[3, 4, 23, 3]"
        in archcalc(*arguments, "-f", "csv", "--remarks").output
    )


def test_list_gives_records_to_programs(archcalc: Call) -> None:
    records = json.loads(archcalc("list", "vgg", "16", "--json").output)["networks"]
    vgg16 = {"network": "vgg16", "aliases": ["vgg-d"], "family": "VGG", "year": 2014}
    assert records[0] == vgg16
    status, _, errors = archcalc("list", "resnt")
    assert status == 2
    assert errors.startswith("error[unknown-network]: no network has `resnt` in its name")
    said = (
        "error[unknown-network]: no network has `efficientdet` in its name\n"
        "  hint: `archcalc list` shows all of them\n"
    )
    assert archcalc("list", "efficientdet") == (2, "", said)


def test_another_input_is_said_and_its_consequence(archcalc: Call) -> None:
    output = archcalc("show", "vgg16", "--input", "3x64x64").output
    assert "input 3x64x64" in output
    assert "43,985,704 parameters, not 138,357,544" in output


def test_depth_unfolds_blocks(archcalc: Call) -> None:
    assert "conv4_x/2..6" in archcalc("show", "resnet50", "--depth", "2").output
    everything = archcalc("show", "resnet50", "--all").output
    assert "conv4_x/2..6/conv2" in archcalc("show", "resnet50", "--depth", "0").output
    assert "conv4_x/2..6/conv2.batchnorm" in everything


def test_all_shows_every_op_with_its_field(archcalc: Call) -> None:
    found = archcalc("show", "lenet5", "--all", "-C", "macs", "--format", "csv").output
    rows = {row["layer"]: row for row in csv.DictReader(io.StringIO(found))}

    assert list(rows)[:4] == ["C1", "C1.lecun_tanh", "S2", "S2.lecun_tanh"]
    assert rows["C1.lecun_tanh"]["field"] == rows["C1"]["field"] == "5"
    assert (rows["C1"]["macs"], rows["C1.lecun_tanh"]["macs"]) == ("117600", "0")


def test_json_is_the_report(archcalc: Call) -> None:
    data = json.loads(archcalc("show", "lenet5", "--json").output)
    assert (data["schema"], data["network"], data["total"]["parameters"]) == (1, "lenet5", 60000)


def test_a_file_and_its_variant(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(TINY, "utf-8")
    assert total(archcalc("show", str(path)).output) == "20"
    assert total(archcalc("show", f"{path}#small").output) == "30"


def test_standard_input(archcalc: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(TINY.encode()))
    monkeypatch.setattr("sys.stdin", piped)
    assert total(archcalc("show", "-").output) == "20"


@pytest.mark.parametrize("before", [[], ["--json"], ["--"]])
def test_a_variant_of_standard_input_is_no_option(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch, before: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TINY.encode())))
    status, output, errors = archcalc("show", *before, "-#small")
    assert (status, errors) == (0, "")
    assert "small" in output


def test_nothing_is_piped_in(archcalc: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    said = (
        "error[no-input]: `-` reads a spec from standard input, and nothing is piped in\n"
        "  hint: `archcalc show - < mine.yaml`, or `cat mine.yaml | archcalc show -`\n"
    )
    assert archcalc("show", "-") == (2, "", said)
    assert archcalc("show", "-#small") == (2, "", said)


def test_the_list_tells_the_families_by_their_years(archcalc: Call) -> None:
    lines = archcalc("list", "--width", "100").output.splitlines()
    rows = [line for line in lines[2:] if not line.startswith(" ")][:-1]
    years = [re.search(r"  (\d{4})  ", row) for row in rows]

    assert all(years)
    assert years == sorted(years, key=lambda found: found.group(1) if found else "")
    assert lines[2].startswith("LeNet-5 ")
    assert len(rows) == len({row.partition("  ")[0] for row in rows})
    assert lines[-1].endswith(f" networks of {len(rows)} families")


def test_the_list_in_a_pipe_has_a_line_for_each_network(archcalc: Call) -> None:
    lines = archcalc("list").output.splitlines()
    families = archcalc("list", "--width", "100").output.splitlines()

    assert "yolo-v2-tiny" in {line.split()[0] for line in lines}
    assert lines[-1] == families[-1]
    assert lines[-1].startswith(f"{len(lines) - 3} networks of ")
    assert max(map(len, lines)) <= 120
    assert archcalc("list", "-f", "csv").output.splitlines()[0] == "network,aliases,family,year"


def test_the_list_of_a_word_has_a_row_for_each_network(archcalc: Call) -> None:
    found = archcalc("list", "unet").output
    assert found == (
        "network  also called  family  year\n"
        "----------------------------------\n"
        "unet                  U-Net   2015\n"
        "1 network\n"
    )


@pytest.mark.parametrize(
    ("words", "found", "not_found"),
    [
        (("lenet",), {"lenet5", "zip1989", "lenet-caffe"}, {"mobilenet-v1", "googlenet"}),
        (("mobile",), {"mobilenet-v1", "mobilenet-v3-small"}, {"lenet5"}),
        (("resnet", "v1.5"), {"resnet50-v1.5", "resnet18"}, {"resnet50", "preact-resnet110"}),
        (("preact",), {"preact-resnet110"}, {"resnet50"}),
        (("etnet",), set(), {"lenet5"}),
        (("pretextb",), set(), set()),
        (("extbook",), {"lenet5-textbook"}, {"lenet5"}),
    ],
)
def test_a_word_begins_a_part_of_a_name(
    archcalc: Call, words: tuple[str, ...], found: set[str], not_found: set[str]
) -> None:
    status, output, _ = archcalc("list", *words, "--json")
    names = {row["network"] for row in json.loads(output)["networks"]} if status == 0 else set()

    assert found <= names
    assert not not_found & names
    assert bool(names) == bool(found)


def test_a_network_of_another_source_has_its_year(archcalc: Call) -> None:
    networks = json.loads(archcalc("list", "--json").output)["networks"]
    years = {network["network"]: network["year"] for network in networks}

    assert (years["lenet5"], years["zip1989"]) == (1998, 1989)
    assert years["deit-ti"] == years["deit-s-distilled"] == 2020


def test_list_knows_names_and_aliases(archcalc: Call) -> None:
    status, output, _ = archcalc("list")
    assert status == 0
    assert "lenet5-textbook" in output
    assert re.search(r"^vgg16 +vgg-d +VGG +2014$", output, re.MULTILINE)
    assert (
        archcalc("list", "--counts", "lenet", "caffe").output.splitlines()[2].endswith("2,293,000")
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["show", "lenet-55"],
            "error[unknown-network]: there is no network `lenet-55`\n  hint: did you",
        ),
        (["sho"], "error[usage]: no such command `sho`\n  hint: did you mean `show`?\n"),
        (["--sho"], "error[usage]: no such option: --sho\n  hint: "),
        (
            ["show"],
            "error[usage]: missing argument `NETWORK`\n  hint: `archcalc show --help`\n",
        ),
        (
            ["show", "lenet5", "--formt"],
            "error[usage]: no such option: --formt\n  hint: did you mean `--format`?\n",
        ),
        (
            ["show", "lenet5", "--batch", "x"],
            "error[usage]: invalid value for `--batch` / `-b`: ",
        ),
        (
            ["show", "lenet5", "--bytes", "0"],
            "error[usage]: invalid value for `--bytes`: ",
        ),
        (["show", "lenet5", "--set", "a"], "error[wrong-type]: `--set a` is not NAME=VALUE"),
        (
            ["show", "lenet5", "--color", "alway"],
            "error[not-a-choice]: there is no `--color alway`",
        ),
        (["show", "no.yaml"], "error[no-such-file]: there is no file `no.yaml`"),
    ],
)
def test_mistakes_end_in_two_and_a_sentence(
    archcalc: Call, arguments: list[str], message: str
) -> None:
    status, output, errors = archcalc(*arguments)
    assert (status, output) == (2, "")
    assert errors.startswith(message)


def test_help_alone_shows_examples(archcalc: Call) -> None:
    status, output, _ = archcalc()
    assert status == 0
    assert "archcalc show lenet5" in output
    assert "archcalc show resnet50 --depth 2" in archcalc("show", "--help").output


def test_no_escape_without_colour(archcalc: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in archcalc("show", "googlenet", "--heads").output
    assert "\x1b" not in archcalc("show", "lenet5", "--color", "never").output
    assert "\x1b[1m" in archcalc("show", "lenet5", "--color", "always").output


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_totals_are_whole_at_every_width(archcalc: Call, width: int) -> None:
    output = archcalc("show", "resnet50", "--width", str(width)).output
    assert re.search(r"(?<![\d,])25,557,032(?![\d,])", output)


def test_hidden_columns_are_said(archcalc: Call) -> None:
    errors = archcalc("show", "resnet50", "--width", "60").errors
    assert errors == (
        "4 columns hidden for want of room (op, kernel, connections, share of parameters): "
        "--wide shows all\n"
    )


def test_a_pipe_is_never_cut_whatever_columns_says(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = archcalc("show", "resnet50").output
    monkeypatch.setenv("COLUMNS", "20")
    assert archcalc("show", "resnet50").output == whole


def test_memory_is_shown_for_another_size_of_numbers(archcalc: Call) -> None:
    arguments = ("show", "lenet5", "--columns", "memory_bytes", "--bytes", "2", "--batch", "3")
    output = archcalc(*arguments).output
    memory = json.loads(archcalc(*arguments, "--json").output)["memory"]

    assert total(output) == "218,748"  # 2·(60,000 + 840 + 3·16,178)
    assert memory == {
        "bytes_each": 2,
        "partial": [],
        "parameters": 120_000,
        "fixed": 1_680,
        "statistics": 0,
        "outputs": 97_068,
        "live": 56_448,
        "stored": 121_680,
        "total": 218_748,
        "running": 178_128,
    }


def test_figures_are_rounded_for_people_who_ask(archcalc: Call) -> None:
    output = archcalc("show", "resnet50", "--human").output
    assert "25.6 M" in output
    assert "rounded: k = 10^3, M = 10^6, G = 10^9" in output
    status, _, errors = archcalc("show", "resnet50", "--human", "--json")
    assert (status, errors.splitlines()[0]) == (2, "error[conflict]: figures in json are exact")


@pytest.mark.parametrize("path", [".", "/", "/no/such/folder/a.csv"])
def test_what_cannot_be_written_is_said(archcalc: Call, path: str) -> None:
    status, _, errors = archcalc("show", "lenet5", "-o", path, "--format", "csv")
    assert status == 2
    assert errors.startswith(f"error[unwritable]: `{path}` cannot be written: ")


def test_a_link_stays_a_link_and_a_device_a_device(archcalc: Call, tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real.csv")
    assert archcalc("show", "lenet5", "-o", str(link)).status == 0
    assert link.is_symlink()
    assert (tmp_path / "real.csv").is_file()
    assert archcalc("show", "lenet5", "-o", "/dev/null", "--format", "csv").status == 0


def test_the_version_is_said(archcalc: Call) -> None:
    assert archcalc("--version").output == f"archcalc {__version__}\n"


def test_nothing_is_waited_for_on_a_terminal(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    status, _, errors = archcalc("show", "-")
    assert status == 2
    assert errors.startswith("error[no-input]: `-` reads a spec from standard input")


def test_an_interruption_is_no_mistake(archcalc: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("archcalc.report.Report.fold", interrupt)
    assert archcalc("show", "lenet5")[::2] == (130, "")


OFF = "input: 1x2x2\nlayers: [{relu: , when: false}]\n"
NOTHING = "no layers: none are written, or all of them are switched off"


@pytest.mark.parametrize("text", [OFF, "input: 1x2x2\nlayers: []\n"])
@pytest.mark.parametrize("command", ["show", "explain"])
def test_a_network_without_layers_says_so(
    archcalc: Call, tmp_path: Path, command: str, text: str
) -> None:
    (tmp_path / "off.yaml").write_text(text)
    status, output, errors = archcalc(command, str(tmp_path / "off.yaml"))
    assert (status, errors) == (0, "")
    assert output.splitlines()[1] == NOTHING
    assert "layer " not in output
    for format_name in ("md", "html", "latex", "plain"):
        written = archcalc(command, str(tmp_path / "off.yaml"), "-f", format_name)
        assert (written.status, NOTHING in written.output) == (0, True)
    assert len(archcalc(command, str(tmp_path / "off.yaml"), "-f", "csv").output.splitlines()) == 1
