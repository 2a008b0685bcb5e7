"""Running archcalc under measured conditions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Run(NamedTuple):
    """How a run ended, what it said, and what it took."""

    status: int
    loops: float
    """Time of the processor, in loops of `worker.loop` that ran just before and after."""
    megabytes: float
    output: str
    errors: str


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder in which archcalc runs."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="session")
def archcalc(folder: Path) -> Iterator[Callable[..., Run]]:
    """Call archcalc in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("worker.py")), str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - a program of this folder
        command, stdin=pipe, stdout=pipe, text=True
    ) as worker:
        assert worker.stdin
        assert worker.stdout
        requests, answers = worker.stdin, worker.stdout

        def call(*arguments: str) -> Run:
            requests.write(json.dumps(arguments) + "\n")
            requests.flush()
            return Run(**json.loads(answers.readline()))

        yield call
        requests.close()
