"""`archcalc serve`: what it says before it serves, and what it refuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Archcalc = Callable[..., Outcome]


def test_without_the_extra_it_says_how_to_get_it(
    archcalc: Archcalc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "archcalc.page.server", None)

    assert archcalc("serve").errors == (
        "error[not-installed]: the page is served by starlette and uvicorn, which are not "
        "installed\n  hint: pip install 'archcalc[serve]'\n"
    )


@pytest.fixture(name="_extra")
def _extra_is_there() -> None:
    """Skip what needs the server's library where it is not installed."""
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")


@pytest.mark.usefixtures("_extra")
def test_a_port_that_is_taken(archcalc: Archcalc) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        outcome = archcalc("serve", "--port", str(port))

    assert outcome.status == 2
    assert outcome.errors == (
        f"error[port-taken]: port {port} is taken, or may not be used\n"
        "  hint: another with --port, or any with --port 0\n"
    )


@pytest.mark.usefixtures("_extra")
def test_a_file_of_another_tool_is_not_edited(
    archcalc: Archcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.cfg").write_text("[net]\n")

    assert archcalc("serve", "net.cfg").errors == (
        "error[unknown-suffix]: `net.cfg` is not a spec's name\n"
        "  hint: `archcalc page net.cfg` shows it\n"
    )
    assert archcalc("serve", "net").errors == (
        "error[unknown-suffix]: `net` is not a spec's name\n  hint: such as mine.yaml\n"
    )


@pytest.mark.usefixtures("_extra")
def test_it_serves_this_machine_until_it_is_interrupted(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    command = [sys.executable, "-m", "archcalc", "serve", str(file), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        said = process.stderr.readline()
        address = said.split()[0]
        with urlopen(address) as page:  # noqa: S310 - the address is its own
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()

    assert said == f"{address} shows {file}; Ctrl-C ends it\n"
    assert address.startswith("http://127.0.0.1:")
    assert (process.returncode, rest) == (0, "")
    assert not file.exists()
