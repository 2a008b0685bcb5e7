"""Help, completion, and the commands around specs: export, init, schema, watch."""

from __future__ import annotations

import io
import shlex
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import typer

from archcalc import cli
from archcalc.cli import completion
from archcalc.cli.app import COMMANDS, app, load
from archcalc.cli.run import run
from archcalc.cli.watching import named_files, stamp, wait_for_change

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]

UNNAMED = {"list", "init", "schema", "explain-error", "serve"}
"""Commands that take no network."""
MINE = ["list", "show", "export", "init", "schema", "explain-error"]


def examples(name: str) -> list[str]:
    """Find the examples in the help of a command."""
    lines = [line.strip() for line in (load(name).help or "").splitlines()]
    return [line for line in lines if line.startswith(f"archcalc {name}")]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_three_examples_and_the_summary_of_its_help(name: str) -> None:
    assert len(examples(name)) >= 3
    assert COMMANDS[name].summary.endswith(".")


@pytest.mark.parametrize("line", [line for name in MINE for line in examples(name)])
def test_every_example_runs(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, errors = archcalc(*shlex.split(line)[1:])
    assert status == 0, errors


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_keeps_to_the_width_of_a_screen(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch, name: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    arguments = [name, "--help"] if name else ["--help"]
    output = archcalc(*arguments).output
    assert max(map(len, output.splitlines())) <= width
    assert "\x1b" not in output


def test_the_starter_runs_and_is_not_overwritten(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert archcalc("init").output == "wrote mine.yaml; now: archcalc show mine.yaml\n"
    said = "wrote my net.yaml; now: archcalc show 'my net.yaml'\n"
    assert archcalc("init", "my net.yaml").output == said
    said = "wrote other.yaml; now: archcalc show other.yaml\n"
    assert archcalc("init", "-o", "other.yaml").output == said
    two = archcalc("init", "one.yaml", "-o", "two.yaml")
    assert two.errors == "error[conflict]: `one.yaml` and `-o two.yaml` name two files\n"
    assert Path("other.yaml").read_text() == Path("mine.yaml").read_text().replace("mine", "other")
    assert archcalc("show", "mine.yaml#wide", "--set", "maps=8").status == 0
    status, _, errors = archcalc("init")
    assert status == 2
    assert errors.startswith("error[already-there]: there is a file `mine.yaml` already")


def test_an_exported_spec_counts_the_same(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert archcalc("export", "resnet101", "-o", str(path)).status == 0
    rows = [
        archcalc("show", name).output.splitlines()[1:]
        for name in ("resnet101", f"{path}#resnet101")
    ]
    assert rows[0] == rows[1]
    assert "published:" not in path.read_text("utf-8")
    assert "published:" in archcalc("export", "resnet101", "--published").output


def test_a_file_is_written_in_the_format_of_its_suffix(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    status, output, errors = archcalc("show", "lenet5", "-o", str(path))
    assert (status, output, errors) == (0, "", f"wrote {path}\n")
    rows = path.read_text("utf-8")
    assert rows.startswith("layer,op,output,kernel,parameters,connections,macs,share\nC1,conv,")
    archcalc("show", "lenet5", "-o", str(path), "--remarks")
    remarks = path.read_text("utf-8").removesuffix(rows)
    assert remarks.startswith("# network: LeNet-5; variant: lenet5; ")
    assert [file.name for file in tmp_path.iterdir()] == ["net.csv"]


def offered_after(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> list[str]:
    """Ask as a shell does for what may stand in place of the last word."""
    monkeypatch.setenv("_ARCHCALC_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    with pytest.raises(SystemExit):
        typer.main.get_command(app).main([], prog_name="archcalc", standalone_mode=False)
    return capsys.readouterr().out.split()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in UNNAMED])
def test_the_shell_completes_networks_of_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    words = f"archcalc {name} lenet5-t"
    assert offered_after(monkeypatch, capsys, words) == ["lenet5-textbook"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("show lenet5 --columns par", ["parameters", "parameter_bytes"]),
        ("compare lenet5 lenet1 --columns par", ["parameters"]),
        ("compare lenet5 lenet1 --columns macs,fl", ["macs,flops"]),
        ("compare lenet5 lenet1 --by s", ["stage"]),
        ("published lenet5 densenet20", ["densenet201"]),
        ("show densenet-40-12 --set gro", ["growth="]),
        ("plot densenet-40-12 --set gro", ["growth="]),
        ("published lenet5 resnet-ci", ["resnet-cifar"]),
    ],
)
def test_the_shell_completes_what_an_option_takes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    offered: list[str],
) -> None:
    assert offered_after(monkeypatch, capsys, f"archcalc {words}") == offered


def test_nothing_is_offered_behind_a_command_that_there_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert offered_after(monkeypatch, capsys, "archcalc shwo lenet5-t") == []


@pytest.mark.parametrize(
    ("complete", "incomplete", "offered"),
    [
        (completion.complete_networks, "lenet5", ["lenet5", "lenet5-textbook"]),
        (completion.complete_columns, "par", ["parameters", "parameter_bytes"]),
        (completion.complete_columns, "macs,+fl", ["macs,+flops"]),
        (completion.complete_formats, "j", ["json", "jsonl"]),
        (completion.complete_codes, "two-o", ["two-ops"]),
        (completion.complete_conventions, "tho", ["thop", "thop-functional"]),
        (completion.complete_families, "vgg-d", ["vgg-d", "vgg-d-bn"]),
        (completion.complete_networks, "no/such/folder/", []),
    ],
)
def test_completion_offers(
    complete: Callable[[str], list[str]], incomplete: str, offered: list[str]
) -> None:
    assert complete(incomplete) == offered


def test_files_and_their_variants_are_completed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("~mine.yaml").write_text("variants: {small: {}, large: {}}", "utf-8")
    Path("~nets").mkdir()
    Path("~.txt").touch()
    for name in ("~.prototxt", "~.cfg", "~.ONNX"):
        Path(name).touch()
    offered = set(completion.complete_networks("~"))
    assert offered == {"~mine.yaml", "~nets/", "~.prototxt", "~.cfg", "~.ONNX"}
    assert completion.complete_networks("zip") == ["zip1989", "zipnet1989"]
    assert completion.complete_files("~mine.yaml#s") == ["~mine.yaml#small"]


def test_layers_of_the_named_network_are_completed() -> None:
    context = SimpleNamespace(params={"network": "lenet5"})
    assert completion.complete_layers(context, "C") == ["C1", "C3", "C5"]
    assert completion.complete_layers(SimpleNamespace(params={"network": "no"}), "C") == []


def test_layers_of_a_file_are_completed_and_code_is_not_run_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "[net]\nwidth=8\nheight=8\nchannels=3\n[convolutional]\nfilters=4\nsize=3\n"
    Path("net.cfg").write_text(text, "utf-8")
    Path("net.py").write_text("raise SystemExit", "utf-8")
    of_file, of_code = (
        completion.complete_layers(SimpleNamespace(params={"network": network}), "")
        for network in ("net.cfg", "net.py:Net")
    )
    assert (of_file, of_code) == (["0_convolutional"], [])


def test_parameters_of_the_named_network_are_completed() -> None:
    for params in ({"network": "densenet121"}, {"networks": ["densenet121", "lenet5"]}):
        context = SimpleNamespace(params=params, args=[])
        assert completion.complete_settings(context, "gr") == ["growth="]
    assert completion.complete_settings(SimpleNamespace(params={}, args=[]), "gr") == []


def test_watching_sees_the_files_among_arguments() -> None:
    values = ["mine.yaml#small", ["a.yml", "lenet5", "net.prototxt"], None, 3]
    assert list(named_files(values)) == [Path("mine.yaml"), Path("a.yml"), Path("net.prototxt")]
    assert set(named_files(["net.yaml@macs", "net.yaml#b@ours.yml", "us@home/own.yaml"])) >= {
        Path("net.yaml"), Path("ours.yml"), Path("us@home/own.yaml")
    }  # fmt: skip


def test_watching_waits_for_a_save(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("a", "utf-8")
    writer = threading.Timer(0.1, path.write_text, ["longer", "utf-8"])
    writer.start()
    wait_for_change([path], [stamp(path)])
    writer.join()
    assert path.read_text("utf-8") == "longer"


def test_watching_goes_on_after_a_mistake_and_ends_when_interrupted(
    archcalc: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("input: 1x8x8\nlayers: [foo]\n", "utf-8")
    rounds = iter(["input: 1x8x8\nlayers: [{conv: 2, kernel: 3}]\n"])

    def save(*_: object) -> None:
        try:
            path.write_text(next(rounds), "utf-8")
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("archcalc.cli.watching.wait_for_change", save)
    status, output, errors = archcalc("show", str(path), "--watch")
    assert status == 130
    assert "error[unknown-op]" in errors
    assert "total" in output


class Terminal(io.StringIO):
    """A stream that says somebody watches."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.mark.parametrize(
    ("environment", "options", "escapes"),
    [
        ({}, [], True),
        ({}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, [], False),
        ({"TERM": "dumb"}, [], False),
    ],
)
def test_watching_clears_the_screen_where_escapes_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    environment: dict[str, str],
    options: list[str],
    escapes: bool,  # noqa: FBT001
) -> None:
    (tmp_path / "mine.yaml").write_text("input: 1x8x8\nlayers: [foo]\n", "utf-8")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in ({"TERM": "xterm"} | environment).items():
        monkeypatch.setenv(name, value)
    output, errors = Terminal(), Terminal()
    monkeypatch.setattr("sys.stdout", output)
    monkeypatch.setattr("sys.stderr", errors)
    monkeypatch.setattr("archcalc.cli.watching.wait_for_change", interrupt)
    assert run(["show", str(tmp_path / "mine.yaml"), "--watch", *options]) == 130
    assert "error[unknown-op]" in errors.getvalue()
    assert ("\x1b" in output.getvalue(), "\x1b" in errors.getvalue()) == (escapes, escapes)


def interrupt(*_: object) -> None:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


def test_main_leaves_with_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["archcalc", "show", "--formt"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
