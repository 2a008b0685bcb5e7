"""The README shows what happens: every command in it runs and prints just what stands there."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archcalc import ops
from archcalc.cli.run import run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(README.read_text("utf-8")) if found == language]


def commands() -> Iterator[tuple[str, str]]:
    """Give each command of the console blocks with the output below it."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def printed(command: str) -> str:
    """Run a command in this process and give what it says, on standard output, then on error."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        run(shlex.split(command)[1:])
    return output.getvalue() + errors.getvalue()


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the files that the README shows where its commands find them."""
    for block in blocks("yaml"):
        name = re.match(r"# (\S+\.yaml)\n", block)
        if name:
            (tmp_path / name.group(1)).write_text(block, "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("command", "output"), list(commands()), ids=lambda text: text[:40])
def test_a_command_prints_what_stands_below_it(command: str, output: str) -> None:
    lines = [line.rstrip() for line in printed(command).splitlines()]

    assert lines == [line.rstrip() for line in output.rstrip("\n").splitlines()]


def test_every_op_stands_in_the_table_of_ops_and_every_join_in_that_of_the_language() -> None:
    language, table = README.read_text("utf-8").split(
        "| op | fields, the main one first |\n|---|---|\n"
    )
    rows = table.split("\n\n")[0].split("\n")
    named = {word for row in rows for word in re.findall(r"\w+", row.split("|")[1])}

    joins = {op for op in ops.names() if ops.is_join(op)}
    assert ops.names() - joins - named == set()
    assert {
        op for op in joins if f"`{op}`" not in language and f"{{{op}: " not in language
    } == set()


def test_there_are_commands_to_try() -> None:
    assert len(list(commands())) >= 5


def test_the_library_calls_give_what_they_say() -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    names: dict[str, object] = {}
    for block in blocks("python"):
        runner.run(parser.get_doctest(block, names, "README", str(README), 0), clear_globs=False)

    assert blocks("python")
    assert runner.summarize(verbose=False).failed == 0


def test_the_set_up_is_two_commands() -> None:
    text = README.read_text("utf-8")

    assert "pip install . && archcalc show lenet5" in text
    assert "pip install -e '.[test]' && pytest" in text


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_as_many_figures_are_published_as_it_says(name: str) -> None:
    (said,) = re.findall(
        r"[Mm]ore than ([\d,]+) figures (?:that were\s+published|of papers)",
        (ROOT / name).read_text("utf-8"),
    )
    (records,) = re.findall(r"figures of (\d+) records", printed("archcalc published"))

    assert int(said.replace(",", "")) < int(records)
