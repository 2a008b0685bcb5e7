"""`-o FILE` writes beside and renames: nothing ever leaves half a file, or destroys the old one."""

from __future__ import annotations

import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archcalc.cli.delivery import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]

OLD = "what stood there before\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file that has something in it."""
    path = tmp_path / "report.csv"
    path.write_text(OLD, "utf-8")
    return path


@pytest.fixture
def small_files() -> Iterator[None]:
    """Let no file grow beyond 100 bytes: a full disk that every system has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, before)


def test_a_file_is_replaced(archcalc: Call, file: Path) -> None:
    assert archcalc("show", "lenet5", "-o", str(file)).status == 0
    assert "156" in file.read_text("utf-8")
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_keeps_the_old_file(file: Path) -> None:
    with pytest.raises(Exception, match="cannot be written: File too large"):
        write_file(file, "x" * 1000)
    assert file.read_text("utf-8") == OLD
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_leaves_no_half_of_a_new_file(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be written: File too large"):
        write_file(tmp_path / "new.csv", "x" * 1000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["write_bytes", "replace"])
def test_an_interrupt_keeps_the_old_file(
    stage: str, archcalc: Call, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def interrupted(path: Path, content: bytes | Path) -> int:
        if isinstance(content, bytes):
            write(path, content[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, stage, interrupted)
    assert archcalc("show", "lenet5", "-o", str(file)).status == 130
    assert file.read_text("utf-8") == OLD
    assert list(file.parent.iterdir()) == [file]


def test_a_wrong_call_keeps_the_old_file(archcalc: Call, file: Path) -> None:
    assert archcalc("show", "lenet55", "-o", str(file)).status == 2
    assert file.read_text("utf-8") == OLD
