"""Whatever a spec is made of, archcalc ends soon, in little memory, with a sentence and a place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hostile.cases import CASES, RELU
from tests.library_words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.conftest import Run

    Call = Callable[..., Run]

EXPECTED = dict(
    line.split(" → ", 1)
    for line in Path(__file__).with_name("expected.txt").read_text("utf-8").splitlines()
)
LOOPS, MEGABYTES = 200, 500
"""Two and a half seconds where a loop takes an eightieth of one; more where it takes more."""


def well_behaved(run: Run) -> None:
    """Assert what holds for every run: soon, in little memory, nothing that acts on a terminal."""
    assert run.loops < LOOPS
    assert run.megabytes < MEGABYTES
    assert all(line.isprintable() for line in re.split(r"[\n\t\xa0]", run.output + run.errors))


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_spec_is_refused(name: str, archcalc: Call, folder: Path) -> None:
    (folder / "mine.yaml").write_text(CASES[name], "utf-8")
    run = archcalc("show", "mine.yaml")
    first = said(run.errors).partition("\n")[0]
    assert (first, run.status, run.output) == (EXPECTED[name], 2, "")
    assert len(run.errors) < 50_000
    well_behaved(run)


def test_every_expectation_has_its_case() -> None:
    assert EXPECTED.keys() == CASES.keys()


def test_all_mistakes_carry_their_place_in_every_format(archcalc: Call, folder: Path) -> None:
    (folder / "mine.yaml").write_text(CASES["a right-to-left mark in a key"], "utf-8")
    run = archcalc("show", "mine.yaml", "--error-format", "json")
    (error,) = json.loads(run.errors)["errors"]
    assert (error["file"], error["line"], error["column"]) == ("mine.yaml", 2, 19)
    assert "s\u202etrid" in error["message"]
    well_behaved(run)
    run = archcalc("show", "mine.yaml", "--error-format", "github")
    assert run.errors.startswith("::error file=mine.yaml,line=2,col=19,")
    well_behaved(run)


FORMATS = ["table", "plain", "csv", "tsv", "json", "jsonl", "md", "latex", "html"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_a_spec_may_say_never_acts_on_a_terminal(
    format_name: str, archcalc: Call, folder: Path
) -> None:
    text = 'input: 1x8x8\nparameters: {p: "\\e[31m\\u202e\\n"}\nname: "a\\n\n\\\\input{b}"\n' + RELU
    (folder / "mine.yaml").write_text(text, "utf-8")
    run = archcalc("show", "mine.yaml", "--format", format_name)
    assert run.status == 0
    well_behaved(run)


@pytest.mark.parametrize("field", ["name", "source"])
def test_what_is_printed_can_be_seen(field: str, archcalc: Call, folder: Path) -> None:
    (folder / "mine.yaml").write_text(f'input: 1x8x8\n{field}: "\\e[31m"\n{RELU}', "utf-8")
    run = archcalc("show", "mine.yaml")
    column = len(field) + 3
    assert run.errors.partition("\n")[0] == (
        f"mine.yaml:2:{column}: error[odd-character]: "
        f"`{field}` has characters that cannot be seen: `\\x1b[31m`"
    )


def test_an_escape_in_the_names_of_rows(archcalc: Call, folder: Path) -> None:
    spec = 'input: 1x8x8\nlayers: [{relu: , for: name, in: ["\\e[31m"]}]'
    (folder / "mine.yaml").write_text(spec, "utf-8")
    assert archcalc("show", "mine.yaml").errors.partition("\n")[0] == (
        "mine.yaml:2:30: error[bad-name]: `\\x1b[31m` cannot be a name"
    )


def test_strides_that_double_end_the_receptive_field(archcalc: Call, folder: Path) -> None:
    spec = "input: 1x8x8\nlayers: [{repeat: 50000, maxpool: 1, stride: 2}]"
    (folder / "mine.yaml").write_text(spec, "utf-8")
    run = archcalc("show", "mine.yaml")
    assert run.status == 0
    well_behaved(run)


def test_a_chain_of_100_000_layers_is_counted_in_little_memory(
    archcalc: Call, folder: Path
) -> None:
    spec = "input: 1x8x8\nlayers: [{repeat: 100000, conv: 1, kernel: 1}]"
    (folder / "mine.yaml").write_text(spec, "utf-8")
    run = archcalc("show", "mine.yaml", "--columns", "parameters")
    assert re.search("^total +200,000$", run.output, re.MULTILINE)
    assert run.megabytes < MEGABYTES


# -- What is no spec at all


def named(folder: Path, kind: str) -> str:
    """Make something that is no regular file."""
    path = folder / f"{kind}.yaml"
    path.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    return path.name


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/dev/zero", "error[not-a-file]: `/dev/zero` is not a regular file"),
        ("/", "error[not-a-file]: `/` is not a regular file"),
        ("fifo", "error[not-a-file]: `fifo.yaml` is not a regular file"),
        ("loop", "error[no-such-file]: there is no file `loop.yaml`"),
        ("x" * 5000 + ".yaml", "error[unreadable]: "),
        ("a\x1b[31m.yaml", r"error[no-such-file]: there is no file `a\x1b[31m.yaml`"),
        ("a\nb.yaml", r"error[no-such-file]: there is no file `a\nb.yaml`"),
        ("mine.yaml/mine.yaml", "error[no-such-file]: there is no file `mine.yaml/mine.yaml`"),
        ("", "error[unknown-network]: there is no network ``"),
        ("#", "error[unknown-network]: there is no network `#`"),
        ("x" * 5000, "error[unknown-network]: there is no network `" + "x" * 80 + "`"),
        ("mine.yaml#\x1b", r"error[unknown-variant]: mine.yaml has no variant `\x1b`"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_spec_is_refused(path: str, message: str, archcalc: Call, folder: Path) -> None:
    (folder / "mine.yaml").write_text("input: 1x8x8\nlayers: [relu]\n", "utf-8")
    run = archcalc("show", named(folder, path) if path in {"fifo", "loop"} else path)
    assert run.status == 2
    assert run.errors.startswith(message)
    well_behaved(run)


def test_another_encoding_is_refused_with_its_place(archcalc: Call, folder: Path) -> None:
    (folder / "mine.yaml").write_bytes(b"input: 1x8x8\nname: \xff\n")
    run = archcalc("show", "mine.yaml")
    assert run.status == 2
    assert run.errors == "mine.yaml:2:7: error[not-utf-8]: byte 0xff is not UTF-8\n"


def test_a_file_that_is_too_large_is_not_read(archcalc: Call, folder: Path) -> None:
    with (folder / "large.yaml").open("wb") as file:
        file.truncate(10_000_000_000)
    run = archcalc("show", "large.yaml")
    assert run.errors == (
        "error[too-large]: large.yaml is larger than 16,000,000 bytes\n"
        "  hint: `--limit file_bytes=N` raises the bound of 16,000,000\n"
    )
    well_behaved(run)


def from_shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `archcalc` is archcalc."""
    command = ["sh", "-c", line.replace("archcalc", f"{sys.executable} -m archcalc")]
    return subprocess.run(  # noqa: S603 - lines of this file
        command, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "archcalc show - </dev/zero",
            "error[too-large]: <stdin> is larger than 16,000,000 bytes\n",
        ),
        (
            "archcalc show - <&-",
            "error[no-input]: `-` reads a spec from standard input, and nothing is piped in\n",
        ),
        (
            "archcalc show /dev/stdin <&-",
            "error[no-such-file]: there is no file `/dev/stdin`\n",
        ),
        (
            "echo | archcalc show /dev/stdin",
            "error[not-a-file]: `/dev/stdin` is not a regular file\n",
        ),
    ],
)
def test_inputs_that_are_closed_or_endless(line: str, message: str) -> None:
    run = from_shell(line)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(message)


# -- Limits can be raised


def test_a_limit_is_raised_by_an_option(archcalc: Call, folder: Path) -> None:
    (folder / "mine.yaml").write_text(f"input: 1x8x8\nname: {'x' * 201}\n{RELU}", "utf-8")
    run = archcalc("show", "mine.yaml")
    assert run.errors.endswith("  hint: `--limit text_length=N` raises the bound of 200\n")
    assert run.status == 2
    assert archcalc("show", "mine.yaml", "--limit", "text_length=201").status == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layer=5", "there is no limit `layer`\n  hint: did you mean `layers`?\n"),
        ("layers=0", "the limit `layers` is 1 or more, not 0\n"),
        ("layers", "`--limit layers` is not NAME=N\n  hint: as in `--limit layers=1000000`\n"),
        ("layers=9e9", "`--limit layers=9e9` is not NAME=N\n"),
    ],
)
def test_a_limit_that_cannot_be(text: str, message: str, archcalc: Call) -> None:
    run = archcalc("show", "lenet5", "--limit", text)
    assert run.status == 2
    assert run.errors.partition(": ")[2].startswith(message)


# -- What a call may ask for


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["show", "lenet5", "--set", "p=1e400"],
            "error[too-large]: `--set p`: a number of 1,329 bits; a spec may have 1,024\n",
        ),
        (
            ["show", "lenet5", "--set", f"p={'9' * 300}"],
            "error[wrong-type]: `--set p`: expected a whole number, not `999",
        ),
        (
            ["show", "lenet5", "--set", "p={a: 1}"],
            "error[wrong-type]: `--set p`: expected a value, not a mapping\n",
        ),
        (
            ["gradients", "lenet5", "--batch", "10000000"],
            "error[out-of-memory]: the arrays of this network are too large to be run here\n",
        ),
        (
            ["gradients", "lenet5", "--batch", "9" * 30],
            "error[out-of-memory]: the arrays of this network are too large to be run here\n",
        ),
    ],
    ids=lambda value: value[2][:20] if isinstance(value, list) else "",
)
def test_a_call_that_asks_for_too_much(arguments: list[str], message: str, archcalc: Call) -> None:
    run = archcalc(*arguments)
    assert (run.status, run.output) == (2, "")
    assert run.errors.startswith(message)
    well_behaved(run)
