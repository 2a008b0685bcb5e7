"""Whole processes: `archcalc show resnet50` against a bare typer program with one rich table.

Run it as `python tests/benchmarks/bench_process.py`; the aim is a ratio of at most 1.5.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer()

@app.command()
def main() -> None:
    table = Table("layer", "parameters")
    for n in range(9):
        table.add_row(str(n), "1,516")
    Console().print(table)

app()
"""
ROUNDS = 15
COMMANDS = {
    "archcalc show lenet5": ["show", "lenet5"],
    "archcalc show resnet50": ["show", "resnet50"],
    "archcalc --help": ["--help"],
    "archcalc show --help": ["show", "--help"],
}


def seconds(command: list[str]) -> float:
    """Time one run of a command."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    return time.perf_counter() - start


def main() -> None:
    """Run the programs by turns, so that a busy moment falls on all, and print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, "utf-8")
        commands = {"bare typer and rich": [sys.executable, str(bare)]}
        for name, arguments in COMMANDS.items():
            commands[name] = [sys.executable, "-m", "archcalc", *arguments]
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command))
    base = statistics.median(times["bare typer and rich"])
    print(f"{'program':24}{'median ms':>12}{'ratio':>8}")  # noqa: T201 - it is what this is for
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:24}{median * 1000:12.0f}{median / base:8.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
