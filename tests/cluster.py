"""A Dask cluster on this machine: a real scheduler and two workers, as processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Start a scheduler and two workers of one thread each; give the scheduler's address."""
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    calls = [
        ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
        *[["dask_worker", "--nthreads", "1", "--no-dashboard", "--no-nanny"]] * 2,
    ]
    started = []
    for name, *options in calls:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *options]
        command += ["--scheduler-file", str(file)]
        started.append(subprocess.Popen(command, **quiet))  # type: ignore[call-overload]  # noqa: S603
    while not file.exists() or not file.stat().st_size:
        time.sleep(0.05)
    try:
        yield json.loads(file.read_text("utf-8"))["address"]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
