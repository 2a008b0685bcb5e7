"""Whole processes: `archcalc show resnet50` against a bare typer program with one rich table.

Run it as `python tests/benchmarks/bench_process.py`; the aim is a ratio of at most 1.5.
"""

from __future__ import annotations

import os
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


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Time one run of a command."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)  # noqa: S603
    return time.perf_counter() - start


def compiled_in(folder: str) -> dict[str, str]:
    """Keep compiled modules in a folder, as an installation has them beside their sources."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return own | {"PYTHONPYCACHEPREFIX": folder}


def main() -> None:
    """Run the programs once, then by turns, so that a busy moment falls on all; print medians."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, "utf-8")
        commands = {"bare typer and rich": [sys.executable, str(bare)]}
        for name, arguments in COMMANDS.items():
            commands[name] = [sys.executable, "-m", "archcalc", *arguments]
        environment = compiled_in(folder)
        for command in commands.values():
            seconds(command, environment)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command, environment))
    base = statistics.median(times["bare typer and rich"])
    print(f"{'program':24}{'median ms':>12}{'ratio':>8}")  # noqa: T201 - it is what this is for
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:24}{median * 1000:12.0f}{median / base:8.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
