"""A program that runs archcalc once for each line of its input, in a process of its own each time.

A line is a JSON list of arguments; the answer says how the run ended and what it took. Forking
spares every run the start of Python, and leaves the tests' own memory out of the measure.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from archcalc.cli import main as archcalc

ADDRESSES = 2_000_000_000
"""Bytes of addresses that a run may have: what it really uses is measured."""
PATIENCE = 20
"""Seconds of work after which a run is ended; a busy machine may take six times as long."""


def child(arguments: list[str], output: Path, errors: Path) -> None:
    """Run the command line with its output in files; never come back."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    signal.alarm(6 * PATIENCE)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(output, flags), 1)
    os.dup2(os.open(errors, flags), 2)
    os._exit(status_of(arguments))


def status_of(arguments: list[str]) -> int:
    """Run the command line as it is run from a shell, and give its exit code."""
    sys.argv[1:] = arguments
    try:
        archcalc()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        return int(end.code or 0)
    return 0


def loop() -> float:
    """Tell how long a fixed piece of work takes now: others who use the machine slow it as well."""
    start = time.process_time()
    found = {}
    for number in range(100_000):
        found[number % 1000] = (number, [number])
    return time.process_time() - start


def main(folder: Path) -> None:
    """Answer every line."""
    os.chdir(folder)
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        status_of(["show", "lenet5"])  # imports what a run needs, so that it is not measured
        status_of(["show", "mine.yaml"])
    output, errors = folder / "output", folder / "errors"
    for line in sys.stdin:
        before = [loop() for _ in range(3)]
        child_id = os.fork()
        if not child_id:
            child(json.loads(line), output, errors)
        _, status, usage = os.wait4(child_id, 0)
        loops = [*before, *(loop() for _ in range(3))]
        found = {
            "status": os.waitstatus_to_exitcode(status),
            "loops": (usage.ru_utime + usage.ru_stime) / (sum(loops) / len(loops)),
            "megabytes": usage.ru_maxrss / 1024,
            "output": output.read_text("utf-8"),
            "errors": errors.read_text("utf-8"),
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
