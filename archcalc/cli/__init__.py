"""The command line: arguments in, one call, one answer out. No arithmetic here."""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(1_000_000)  # a run makes few cycles: looking for them is a third of its time
    try:
        from archcalc.cli.run import run  # noqa: PLC0415 - an interrupt meets most runs right here

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)
