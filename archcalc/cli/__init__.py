"""The command line: arguments in, one call, one answer out. No arithmetic here."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from archcalc.cli.run import run  # noqa: PLC0415 - nothing is imported before it is needed

    gc.set_threshold(1_000_000)  # a run makes few cycles: looking for them is a third of its time
    sys.exit(run(sys.argv[1:]))
