"""`-o FILE` writes beside and renames: nothing ever leaves half a file, or destroys the old one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

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


def write_on_a_full_disk(path: Path) -> str:
    """Write 1,000 characters in a process whose files cannot grow beyond 100 bytes."""
    program = (
        "import pathlib, resource, signal, sys\n"
        "from archcalc.cli.delivery import write_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "write_file(pathlib.Path(sys.argv[1]), 'x' * 1000)\n"
    )
    command = [sys.executable, "-B", "-c", program, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr  # noqa: S603


def test_a_file_is_replaced(archcalc: Call, file: Path) -> None:
    assert archcalc("show", "lenet5", "-o", str(file)).status == 0
    assert "156" in file.read_text("utf-8")
    assert list(file.parent.iterdir()) == [file]


def test_a_full_disk_keeps_the_old_file(file: Path) -> None:
    assert "cannot be written: File too large" in write_on_a_full_disk(file)
    assert file.read_text("utf-8") == OLD
    assert list(file.parent.iterdir()) == [file]


def test_a_full_disk_leaves_no_half_of_a_new_file(tmp_path: Path) -> None:
    assert "cannot be written: File too large" in write_on_a_full_disk(tmp_path / "new.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["open", "replace"])
def test_an_interrupt_keeps_the_old_file(
    stage: str, archcalc: Call, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Path.open

    def interrupted(path: Path, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as theirs
        if stage == "open" and arguments != ("xb",):
            return usual(path, *arguments, **options)
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, stage, interrupted)
    assert archcalc("show", "lenet5", "-o", str(file)).status == 130
    assert file.read_text("utf-8") == OLD
    assert list(file.parent.iterdir()) == [file]


def test_a_file_keeps_who_may_read_it(archcalc: Call, file: Path) -> None:
    file.chmod(0o600)
    assert archcalc("show", "lenet5", "-o", str(file)).status == 0
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_stands_beside_is_never_written_through(
    archcalc: Call, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archcalc.cli.delivery.urandom", lambda _: b"known")
    other = file.with_name("other.txt")
    other.write_text(OLD, "utf-8")
    file.with_name(f".{b'known'.hex()}").symlink_to(other)
    run = archcalc("show", "lenet5", "-o", str(file))
    assert run.errors == f"error[unwritable]: `{file}` cannot be written: File exists\n"
    assert (file.read_text("utf-8"), other.read_text("utf-8")) == (OLD, OLD)


def test_a_wrong_call_keeps_the_old_file(archcalc: Call, file: Path) -> None:
    assert archcalc("show", "lenet55", "-o", str(file)).status == 2
    assert file.read_text("utf-8") == OLD


def test_a_loop_of_links_cannot_be_written(archcalc: Call, tmp_path: Path) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    run = archcalc("show", "lenet5", "-o", str(loop))
    assert (run.status, run.errors) == (
        2,
        f"error[unwritable]: `{loop}` cannot be written: Too many levels of symbolic links\n",
    )
    assert loop.is_symlink()


def test_a_link_is_followed(archcalc: Call, file: Path) -> None:
    link = file.with_name("link.csv")
    link.symlink_to(file)
    assert archcalc("show", "lenet5", "-o", str(link)).status == 0
    assert link.is_symlink()
    assert "156" in file.read_text("utf-8")


def test_a_name_may_be_as_long_as_any(archcalc: Call, tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".csv")
    assert archcalc("show", "lenet5", "-o", str(path)).status == 0
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.fixture
def public() -> Iterator[Path]:
    """Give a folder that everybody can reach, with a file in it."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder) / "report.csv"
        path.write_text(OLD, "utf-8")
        path.chmod(0o666)
        yield path


def write_as_nobody(path: Path) -> str:
    """Write a file in a process that may do no more than others may."""
    program = (
        "import os, pathlib, sys\n"
        "from archcalc.cli.delivery import write_file\n"
        "if not os.geteuid(): os.setgid(65534), os.setuid(65534)\n"
        "write_file(pathlib.Path(sys.argv[1]), 'new')\n"
    )
    command = [sys.executable, "-B", "-c", program, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr  # noqa: S603


def test_a_file_that_may_not_be_written_stays(public: Path) -> None:
    public.chmod(0o444)
    assert f"`{public}` cannot be written: Permission denied" in write_as_nobody(public)
    assert public.read_text("utf-8") == OLD


def test_a_file_in_a_folder_that_may_not_be_written_is_written_in_its_place(public: Path) -> None:
    public.parent.chmod(0o555)
    assert write_as_nobody(public) == ""
    assert public.read_text("utf-8") == "new"


def test_no_file_is_made_in_a_folder_that_may_not_be_written(public: Path) -> None:
    public.parent.chmod(0o555)
    other = public.with_name("other.csv")
    assert f"`{other}` cannot be written: Permission denied" in write_as_nobody(other)
    public.parent.chmod(0o777)
    assert list(public.parent.iterdir()) == [public]
