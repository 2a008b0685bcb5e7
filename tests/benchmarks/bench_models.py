"""Every network of the library, built, run forward and back with one image of its full size.

Run it as `python tests/benchmarks/bench_models.py [NAME...]`; the aim is a peak below 6 GiB.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from resource import RUSAGE_SELF, getrusage

import numpy as np

import archcalc


def run(name: str) -> list[float]:
    """Build a network, run it forward, then forward and back; give the seconds of each."""
    clock = [time.perf_counter()]
    model = archcalc.build(name)
    clock.append(time.perf_counter())
    x = np.random.default_rng(0).standard_normal((1, *model.input)).astype(np.float32)
    with np.errstate(all="ignore"):  # a deep sum overflows before its norms have learnt anything
        model.forward(x)
        clock.append(time.perf_counter())
        # one value per map has no variance: such a norm keeps its own statistics
        training = name != "sigmoid-mlp-with-norm"
        y = model.forward(x, training=training, keep=True)
        model.backward(y)
    clock.append(time.perf_counter())
    return [after - before for before, after in pairwise(clock)]


def main() -> None:
    """Print a line for each network; the peak is that of all networks so far."""
    sys.stdout.write(f"{'network':28}{'build':>8}{'forward':>9}{'and back':>10}{'peak':>10}\n")
    for name in sys.argv[1:] or [entry.id for entry in archcalc.networks()]:
        build, forward, back = run(name)
        peak = getrusage(RUSAGE_SELF).ru_maxrss / 2**20
        line = f"{name:28}{build:7.2f}s{forward:8.2f}s{back:9.2f}s{peak:7.2f}GiB\n"
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
