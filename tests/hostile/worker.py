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
from pathlib import Path

from archcalc.cli import app, delivery, show
from archcalc.cli.run import run

LOADED = (app, delivery, show)
ADDRESSES = 2_000_000_000
"""Bytes of addresses that a run may have: what it really uses is measured."""
PATIENCE = 20
"""Seconds after which a run is ended."""


def child(arguments: list[str], output: Path, errors: Path) -> None:
    """Run the command line with its output in files; never come back."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    signal.alarm(PATIENCE)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(output, flags), 1)
    os.dup2(os.open(errors, flags), 2)
    status = run(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main(folder: Path) -> None:
    """Answer every line."""
    os.chdir(folder)
    output, errors = folder / "output", folder / "errors"
    for line in sys.stdin:
        child_id = os.fork()
        if not child_id:
            child(json.loads(line), output, errors)
        _, status, usage = os.wait4(child_id, 0)
        found = {
            "status": os.waitstatus_to_exitcode(status),
            "seconds": usage.ru_utime + usage.ru_stime,
            "megabytes": usage.ru_maxrss / 1024,
            "output": output.read_text("utf-8"),
            "errors": errors.read_text("utf-8"),
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
