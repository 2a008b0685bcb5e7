"""The files of sweeps: what they hold, and that a sweep goes on where one ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from archcalc.errors import UsageError
from archcalc.referee.sweeps.plan import Plan
from archcalc.referee.sweeps.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archcalc.referee.sweeps.plan import Outcome


ANOTHER = (
    "error[already-there]: `{}` holds the results of another sweep\n"
    "  hint: name another file, or delete it: it goes on only for the same network, values and "
    "seed, columns and limits"
)
NO_SWEEP = (
    "error[already-there]: `{}` holds something else than a sweep's results\n"
    "  hint: name another file, or delete it"
)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@pytest.mark.parametrize("cut", [1, 5, 60, 200, 700])
def test_stopped_anywhere_it_goes_on(tmp_path: Path, suffix: str, cut: int) -> None:
    path, whole = tmp_path / f"found{suffix}", tmp_path / f"whole{suffix}"
    arguments = {"inputs": "8..64..4", "max_macs": "2M"}
    first = sweep("lenet5", **arguments, results=whole)  # type: ignore[arg-type]
    text = whole.read_bytes()
    path.write_bytes(text[:cut])
    found = sweep("lenet5", **arguments, results=path)  # type: ignore[arg-type]
    assert path.read_bytes() == text
    assert found.outcomes == first.outcomes
    assert [(one.number, one.error) for one in found.errors] == [
        (one.number, one.error) for one in first.errors
    ]
    assert (found.tried, found.fitting, found.failed) == (first.tried, first.fitting, first.failed)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@pytest.mark.parametrize("line", ["garbage", "", "[]", "same", "earlier"])
def test_a_line_that_is_no_result_is_told(tmp_path: Path, suffix: str, line: str) -> None:
    """The line of variant 3 is another one; what follows variant 2 is of no use then."""
    path = tmp_path / f"found{suffix}"
    sweep("lenet5", inputs="32..64..4", results=path)
    lines = path.read_text("utf-8").splitlines()
    at = 3 + (suffix == ".csv")
    lines[at] = {"same": lines[at - 1], "earlier": lines[at - 2]}.get(line, line)
    path.write_text("\n".join([*lines, ""]), "utf-8")

    if suffix == ".csv" and not line:  # nothing says that it was there
        assert sweep("lenet5", inputs="32..64..4", results=path).fitting == 8
        return
    with pytest.raises(UsageError) as raised:
        sweep("lenet5", inputs="32..64..4", results=path)
    assert str(raised.value) == (
        f"error[already-there]: `{path}` has a line behind variant 2 that is no result of this "
        "sweep\n"
        "  hint: delete it and all that follows, and the sweep goes on from there; or name another "
        "file"
    )

    path.write_text("\n".join([*lines[:at], ""]), "utf-8")
    assert sweep("lenet5", inputs="32..64..4", results=path).fitting == 9


def test_more_draws_go_on_where_fewer_ended(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    for draws in (3, 5):
        sweep("lenet5", inputs="32..96", draws=draws, seed=1, results=path)
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [record["variant"] for record in records] == [0, 1, 2, 3, 4]

    fewer = sweep("lenet5", inputs="32..96", draws=2, seed=1, results=path)
    assert (fewer.tried, fewer.fitting) == (2, 2)
    assert len(path.read_text("utf-8").splitlines()) == 5


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_file_of_another_sweep_is_left_alone(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"found{suffix}"
    sweep("lenet5", inputs="32", results=path)
    text = path.read_bytes()
    with pytest.raises(UsageError) as raised:
        sweep("lenet5", inputs="36", results=path)
    assert str(raised.value) == ANOTHER.format(path)
    assert path.read_bytes() == text


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "not json\n", "[1]\n", "no line end"])
@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_only_an_empty_file_becomes_one_of_results(tmp_path: Path, suffix: str, text: str) -> None:
    path = tmp_path / f"mine{suffix}"
    path.write_text(text, "utf-8")
    if not text:
        assert sweep("lenet5", inputs="32", results=path).fitting == 1
        return
    with pytest.raises(UsageError) as raised:
        sweep("lenet5", inputs="32", results=path)
    assert str(raised.value) == NO_SWEEP.format(path)
    assert path.read_text("utf-8") == text


def test_a_parquet_file_has_the_same_rows(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "found.parquet"
    found = sweep("mobilenet-v1", {"width": "0.5,1"}, inputs="8,32", results=path)
    rows = parquet.read_table(path).to_pylist()
    assert [(row["variant"], row["width"], row["input"]) for row in rows] == [
        (0, "0.5", 8), (1, "0.5", 32), (2, "1", 8), (3, "1", 32),
    ]  # fmt: skip
    assert [row["macs"] for row in rows] == [one.figures["macs"] for one in found.outcomes]


@pytest.mark.parametrize("cut", [1, 60, 200, 700])
def test_a_parquet_file_goes_on_from_the_lines_beside_it(tmp_path: Path, cut: int) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path, whole, lines = (tmp_path / f"{name}" for name in ("a.parquet", "b.parquet", "c.csv"))
    arguments = {"inputs": "8..64..4", "max_macs": "2M"}
    first, _ = (sweep("lenet5", **arguments, results=one) for one in (whole, lines))  # type: ignore[arg-type]
    beside = tmp_path / "a.parquet.lines"
    beside.write_bytes(lines.read_bytes()[:cut])
    found = sweep("lenet5", **arguments, results=path)  # type: ignore[arg-type]
    assert parquet.read_table(path).equals(parquet.read_table(whole), check_metadata=True)
    assert found.outcomes == first.outcomes
    assert (found.tried, found.fitting, found.failed) == (first.tried, first.fitting, first.failed)
    assert sorted(tmp_path.iterdir()) == [path, whole, lines]


KILLED = """
import os, signal
from archcalc.referee.sweeps import record
from archcalc.referee.sweeps.sweep import sweep

written = record.Lines.write

def write(self, outcomes):
    written(self, outcomes)
    if outcomes[-1].number > 250:
        os.kill(os.getpid(), signal.SIGKILL)

record.Lines.write = write
sweep("wrn-28-10", {"k": "1..400"}, where="k % 3 > 0", results="found.parquet")
"""


def test_killed_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    """No file is left that cannot be read; nothing is there twice, and nothing that was is lost."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path, beside = tmp_path / "found.parquet", tmp_path / "found.parquet.lines"
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False)  # noqa: S603
    assert killed.returncode == -signal.SIGKILL
    assert not path.exists()
    kept = len(beside.read_text("utf-8").splitlines()) - 1
    found = sweep("wrn-28-10", {"k": "1..400"}, where="k % 3 > 0", results=path)
    assert 160 < kept < found.fitting == 267
    rows = parquet.read_table(path).to_pylist()
    assert [row["variant"] for row in rows] == [one.number for one in found.outcomes]
    assert [row["macs"] for row in rows] == [one.figures["macs"] for one in found.outcomes]
    assert not beside.exists()


def test_killed_when_all_is_in_the_file_it_is_there_once(tmp_path: Path) -> None:
    """Between the new file and the end of the old lines: they are behind what the file has."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path, lines = tmp_path / "found.parquet", tmp_path / "found.csv"
    for file in (path, lines):
        sweep("lenet5", inputs="8..64..4", results=file)
    rows = parquet.read_table(path)
    lines.rename(tmp_path / "found.parquet.lines")
    found = sweep("lenet5", inputs="8..64..4", results=path)
    assert parquet.read_table(path).equals(rows)
    assert found.fitting + found.failed == len(rows) == 15
    assert [*tmp_path.iterdir()] == [path]


def test_a_whole_parquet_file_goes_on_with_more_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "found.parquet"
    arguments = {"inputs": "8..96", "seed": 1, "results": path}
    sweep("lenet5", **arguments, draws=9)  # type: ignore[arg-type]
    before = parquet.read_table(path)
    counted: list[int] = []
    count = Plan.count

    def counting(plan: Plan, start: int, stop: int) -> Iterator[Outcome]:
        counted.append(start)
        return count(plan, start, stop)

    monkeypatch.setattr(Plan, "count", counting)
    found = sweep("lenet5", **arguments, draws=20)  # type: ignore[arg-type]
    after = parquet.read_table(path)
    assert counted == [9]
    assert after.slice(0, 9).equals(before)
    assert after["variant"].to_pylist() == [*range(20)]
    assert found.fitting + found.failed == 20


@pytest.mark.parametrize("content", [b"", b"no such file", b"PAR1"])
def test_a_parquet_file_of_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "mine.parquet"
    path.write_bytes(content)
    if ours := not content:
        assert sweep("lenet5", inputs="32", results=path).fitting == 1
        content = path.read_bytes()
    with pytest.raises(UsageError) as raised:
        sweep("lenet5", inputs="36", results=path)
    assert str(raised.value) == (ANOTHER if ours else NO_SWEEP).format(path)
    assert path.read_bytes() == content


def test_a_number_that_a_parquet_file_cannot_have(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow.parquet")
    with pytest.raises(UsageError) as raised:
        sweep("wrn-28-10", {"k": [1, 10**9]}, results=tmp_path / "found.parquet")
    assert str(raised.value) == (
        "error[too-large]: a figure is larger than a number of a Parquet file\n"
        "  hint: CSV and JSON Lines take any"
    )
