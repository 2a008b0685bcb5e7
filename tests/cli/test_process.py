"""Whole processes: imports, closed pipes, poor terminals, terminals of every width."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("pty")

ARCHCALC = [sys.executable, "-m", "archcalc"]
PLAIN = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR"}}


def test_show_imports_neither_numpy_nor_tabulate_nor_rich() -> None:
    program = (
        "import sys; from archcalc.cli.run import run; status = run(['show', 'resnet50']);"
        "print([m for m in ('numpy', 'tabulate', 'rich') if m in sys.modules], status)"
    )
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "[] 0"


def test_a_reader_that_leaves_early_hears_nothing() -> None:
    with subprocess.Popen(  # noqa: S603
        [*ARCHCALC, "show", "preact-resnet1001", "--all", "--format", "jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("call", ["show lenet5", "explain densenet121", "show resnet50 -a --json"])
def test_a_reader_that_has_left_before_is_no_failure(call: str) -> None:
    """A long answer meets the closed pipe while it is printed, a short one when it is flushed."""
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(  # noqa: S603
        [*ARCHCALC, *call.split()], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("redirection", "status", "message"),
    [
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("> /dev/full", 2, "error[unwritable]: the output cannot be written: No space left"),
    ],
)
def test_closed_and_full_outputs(redirection: str, status: int, message: str) -> None:
    run = subprocess.run(  # noqa: S602 - our own command
        f"'{sys.executable}' -m archcalc show lenet5 {redirection}",
        shell=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert run.returncode == status
    assert run.stderr.startswith(message)
    assert "Traceback" not in run.stderr


def test_ascii_is_enough() -> None:
    run = subprocess.run(  # noqa: S603
        [*ARCHCALC, "show", "resnet50"],
        capture_output=True,
        check=True,
        env=PLAIN | {"PYTHONIOENCODING": "ascii"},
    )
    assert b"bottleneck x 3" in run.stdout
    assert run.stderr == b""


@pytest.mark.parametrize("format_name", ["json", "jsonl"])
def test_ascii_changes_no_value_for_programs(tmp_path: Path, format_name: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("input: 1x8x8\nlayers: [{name: Höhe → 𝄞, op: relu}]\n", "utf-8")
    outputs = [
        subprocess.run(  # noqa: S603
            [*ARCHCALC, "show", str(path), "-f", format_name],
            env=PLAIN | {"PYTHONIOENCODING": encoding},
            capture_output=True,
            check=True,
        ).stdout.decode(encoding)
        for encoding in ("ascii", "utf-8")
    ]
    assert "Höhe → 𝄞" in outputs[1]
    assert json.loads(outputs[0]) == json.loads(outputs[1])


def test_ascii_changes_no_mistake_for_programs() -> None:
    run = subprocess.run(  # noqa: S603
        [*ARCHCALC, "show", "Höhe", "--error-format", "json"],
        env=PLAIN | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert json.loads(run.stderr)["errors"][0]["message"] == "there is no network `Höhe`"


def test_ascii_may_be_asked_for() -> None:
    run = subprocess.run(  # noqa: S603
        [*ARCHCALC, "published", "alexnet", "--ascii"], capture_output=True, text=True, check=True
    )
    assert run.stdout.isascii()
    lines = run.stdout.splitlines()
    places = {line.index("krizhevsky2012, Figure 2") for line in lines if "Figure 2" in line}
    assert places == {next(line.index("source") for line in lines if line.startswith("network"))}


def terminal(
    width: int, *arguments: str, piped: str = "", ends: int = 0, **environment: str
) -> str:
    """Run a command on a terminal of a width, by default `show resnet50`; give what it shows."""
    import fcntl  # noqa: PLC0415 - not on every system
    import pty  # noqa: PLC0415
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    process = subprocess.Popen(  # noqa: S603
        [*ARCHCALC, *(arguments or ("show", "resnet50"))],
        stdout=writer,
        stderr=writer,
        stdin=subprocess.PIPE if piped else writer,
        env=PLAIN | {"TERM": "xterm"} | environment,
    )
    os.close(writer)
    if process.stdin:
        process.stdin.write(piped.encode())
        process.stdin.close()
    shown = b""
    try:
        while part := os.read(reader, 65536):
            shown += part
    except OSError:  # what Linux says at the end
        pass
    os.close(reader)
    assert process.wait() == ends
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_terminal_shows_every_digit_and_a_hint(width: int) -> None:
    shown = terminal(width)
    assert re.search(r"(?<![\d,])25,557,032(?![\d,])", shown)
    assert "hint: archcalc show resnet50 --depth 2" in shown
    assert "\x1b[1m" in shown


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colour_gets_no_escape(environment: dict[str, str]) -> None:
    assert "\x1b" not in terminal(100, ends=0, **environment)


@pytest.mark.parametrize("call", ["show lenet5 -o", "draw lenet5 -o"])
def test_that_a_file_was_written_is_said_in_the_colour_that_was_asked_for(
    tmp_path: Path, call: str
) -> None:
    path = str(tmp_path / "lenet5.svg")
    of_kind = ["-f", "html"] if "show" in call else []
    shown = terminal(100, *call.split(), path, *of_kind, "--color", "never")
    assert shown == f"wrote {path}\n"


def test_a_network_without_layers_says_so_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "off.yaml").write_text("input: 1x2x2\nlayers: [{relu: , when: false}]\n")
    assert terminal(80, "show", str(tmp_path / "off.yaml"), NO_COLOR="1") == (
        "off, input 1x2x2\n"
        "no layers: none are written, or all of them are switched off\n"
        "scope: whole network\n"
    )


def test_what_found_no_room_is_said_within_the_width() -> None:
    shown = terminal(40, NO_COLOR="1").splitlines()
    assert shown[-4:] == [
        "5 columns hidden for want of room (op,",
        "output, kernel, connections, share of",
        "parameters): --wide shows all",
        "hint: archcalc show resnet50 --depth 2",
    ]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("show -", "input 1x8x8"),
        ("show -#small", "input 1x8x8"),
        ("explain -", "connections  720 + 146"),
        ("conventions -", "thop (pytorch-OpCounter)"),
        ("compare - lenet5", "input 1x8x8"),
    ],
)
def test_no_hint_tells_to_read_again_what_was_piped_in(call: str, said: str) -> None:
    layers = "[{name: A, conv: 2, kernel: 3}, {name: B, linear: 2}]"
    text = f"input: 1x8x8\nvariants: {{small: {{}}}}\nlayers: {layers}\n"
    shown = terminal(200, *call.split(), piped=text, NO_COLOR="1")
    assert said in shown
    assert "hint" not in shown


PASSED = "budget lenet5 --max-parameters 1k"


@pytest.mark.parametrize(
    "call", [PASSED, f"{PASSED} --json", "reconcile lenet5 123456789", f"{PASSED} -o /dev/stdout"]
)
def test_a_reader_that_leaves_changes_no_verdict(call: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    kind = ["-f", "csv"] if "-o" in call else []
    run = subprocess.run(  # noqa: S603
        [*ARCHCALC, *call.split(), *kind], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (run.returncode, run.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("show lenet5", 0),
        ("show lenet55", 2),
        ("show lenet5 --nonsense", 2),
        ("show lenet5 -o {}/net.csv", 0),
        (f"{PASSED} -o {{}}/net.csv", 1),
    ],
)
@pytest.mark.parametrize("lost", ["/dev/full", "a pipe without a reader"])
def test_nothing_that_becomes_of_standard_error_changes_the_verdict(
    call: str, status: int, lost: str, tmp_path: Path
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    full = os.open("/dev/full", os.O_WRONLY)
    run = subprocess.run(  # noqa: S603
        [*ARCHCALC, *call.format(tmp_path).split()],
        stdout=subprocess.DEVNULL,
        stderr=full if lost == "/dev/full" else writer,
        check=False,
    )
    os.close(writer)
    os.close(full)
    assert run.returncode == status


@pytest.mark.parametrize("module", ["archcalc.cli.run", "typer", "archcalc.cli.show"])
def test_an_interrupt_while_it_starts_is_quiet(module: str) -> None:
    program = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "sys.argv = ['archcalc', 'show', 'lenet5']\n"
        "from archcalc.cli import main; main()"
    )
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, b"", b"")


def test_help_needs_no_docstrings() -> None:
    helps = [
        subprocess.run(  # noqa: S603
            [sys.executable, *optimised, "-m", "archcalc", "budget", "--help"],
            capture_output=True,
            check=True,
        ).stdout
        for optimised in ([], ["-OO"])
    ]
    assert b"Examples:" in helps[0]
    assert helps[0] == helps[1]


def test_a_mistake_keeps_within_a_terminal(tmp_path: Path) -> None:
    filler = "relu, " * 20
    (tmp_path / "a.yaml").write_text(f"input: 1x8x8\nlayers: [{filler}{{conv: 2, kernal: 3}}]\n")
    shown = terminal(60, "show", str(tmp_path / "a.yaml"), ends=2, NO_COLOR="1")
    path, *lines = shown.splitlines()
    assert path == f"{tmp_path / 'a.yaml'}:2:140:"
    row, caret = (line for line in lines if line[5:8] == " | ")
    assert row[caret.index("^") : caret.rindex("^") + 1] == "kernal"
    assert max(map(len, lines)) <= 60
