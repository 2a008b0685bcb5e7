"""How many variants a second: `pytest tests/benchmarks/bench_sweep.py --benchmark-only -s`.

The aim: 10,000 a second on one core for a residual network, where one by one it is a few hundred.
"""

from __future__ import annotations

import sys
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.referee.sweeps.axis import read_vary
from archcalc.referee.sweeps.plan import Plan
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.subject import Subject
from archcalc.referee.sweeps.sweep import sweep
from tests.cluster import cluster

if TYPE_CHECKING:
    from pathlib import Path

    from distributed import Client
    from pytest_benchmark.fixture import BenchmarkFixture

SPACES = [
    ("wrn-28-10", ("k=1..4000",)),
    ("resnext50-32x4d", ("each=1..64", "cardinality=1..64", "input=128..320..32")),
    ("densenet121", ("growth=2..400", "initial=2..400")),
    ("mobilenet-v1", ("width=0.1..4..0.001", "resolution=128..224..32")),
    ("efficientnet-b0", ("width=1..3..0.01", "depth=1..3..0.1")),
    (
        "regnetx-200mf",
        ("depths=[1,1..2,2..6,4..12]", "widths=[24,48..64..8,96..160..8,256..512..8]"),
    ),
]
DRAWS = 16_384
VARY = {
    "depths": "[1,1..2,2..4,4..7]",
    "widths": "[16..64..8,32..256..8,64..512..8,128..1024..8]",
}
MILLION = {"draws": 1_000_000, "max_macs": "400M", "sort": "macs", "top": 10}
MORE = 500
"""Megabytes that nobody may need more than at the beginning."""


@pytest.mark.benchmark(group="variants, by the time of one core")
@pytest.mark.parametrize(("network", "vary"), SPACES, ids=[network for network, _ in SPACES])
@pytest.mark.parametrize("way", ["at once", "one by one"])
def test_variants(
    benchmark: BenchmarkFixture, network: str, vary: tuple[str, ...], way: str
) -> None:
    axes = tuple(map(read_vary, vary))
    most = DRAWS if way == "at once" else DRAWS // 64
    draws = min(most, Space(axes).combinations)
    plan = Plan(Subject(archcalc.load(network)), Space(axes, draws), ("parameters", "macs"))
    began = process_time()
    counted = benchmark.pedantic(count, (plan, way), rounds=1)  # type: ignore[no-untyped-call]
    took = process_time() - began
    sys.stderr.write(
        f"\n{network}, {way}: {counted / took:,.0f} variants a second, of {counted:,}\n"
    )


@pytest.mark.benchmark(group="a million variants, in bounded memory")
def test_a_million(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    before, began = peak(), process_time()
    options = {**MILLION, "results": tmp_path / "fit.jsonl"}
    found = benchmark.pedantic(sweep, ("regnetx-200mf", VARY), options, rounds=1)  # type: ignore[no-untyped-call]
    rate = 1_000_000 / (process_time() - began)
    grown = peak() - before
    sys.stderr.write(f"\n{found.fitting:,} fit; {rate:,.0f} variants a second, {grown} MB more\n")


@pytest.mark.benchmark(group="a million variants, in bounded memory")
def test_a_million_on_two_workers(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Nobody holds more than some stretches of variants, whatever their number."""
    pytest.importorskip("distributed")
    from distributed import Client  # noqa: PLC0415 - an extra

    with cluster(tmp_path) as address, Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        before, began = [peak(), *everywhere(client)], perf_counter()
        options = {**MILLION, "results": tmp_path / "fit.jsonl", "dask": client}
        found = benchmark.pedantic(sweep, ("regnetx-200mf", VARY), options, rounds=1)  # type: ignore[no-untyped-call]
        took, after = perf_counter() - began, [peak(), *everywhere(client)]
    assert found.tried == 1_000_000
    assert (tmp_path / "fit.jsonl").read_bytes().count(b"\n") == found.fitting
    sys.stderr.write(f"\n{found.fitting:,} fit; {1_000_000 / took:,.0f} variants a second\n")
    for name, old, new in zip(
        ("here", "scheduler", "worker", "worker"), before, after, strict=True
    ):
        sys.stderr.write(f"{name}: {new} MB at most, {new - old} more than at first\n")
        assert new - old < MORE


def everywhere(client: Client) -> list[int]:
    """Tell how much memory the scheduler and each worker had at most, in MB."""
    return [client.run_on_scheduler(peak), *client.run(peak).values()]


def peak() -> int:
    """Tell how much memory this process had at most, in MB."""
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024


def count(plan: Plan, way: str) -> int:
    """Count all variants of a plan."""
    numbers = range(plan.space.size)
    found = plan.count(0, plan.space.size) if way == "at once" else map(plan.one, numbers)
    return sum(1 for _ in found)
