"""How long counting takes: `pytest tests/benchmarks/bench_count.py --benchmark-only`.

The aims: ResNet-50 from a loaded spec to its report in 1 ms and from its text in 5 ms, DenseNet-201
in twice that, chains in time that grows with their length.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import limits
from archcalc.spec.family import interpret
from archcalc.spec.library import find, library_source
from archcalc.spec.reader import read

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

NETWORKS = ["lenet5", "resnet50", "densenet201", "inception-resnet-v2", "preact-resnet1001"]
LINE = "  - {conv: 4, kernel: 3, padding: 1}\n"


def report(spec: archcalc.Spec) -> archcalc.Report:
    """Count a spec afresh, with its total."""
    found = archcalc.count(spec)
    assert found.total.parameters
    return found


@pytest.mark.benchmark(group="1: from a loaded spec to the report's total")
@pytest.mark.parametrize("name", NETWORKS)
def test_from_a_loaded_spec(benchmark: BenchmarkFixture, name: str) -> None:
    benchmark(report, archcalc.load(name))


@pytest.mark.benchmark(group="2: from a loaded spec to all rows")
@pytest.mark.parametrize("name", NETWORKS)
def test_to_all_rows(benchmark: BenchmarkFixture, name: str) -> None:
    spec = archcalc.load(name)

    benchmark(lambda: report(spec).rows)


@pytest.mark.benchmark(group="3: from the text to the report's total")
@pytest.mark.parametrize("name", NETWORKS)
def test_from_text(benchmark: BenchmarkFixture, name: str) -> None:
    entry, _ = find(name)
    source = library_source(entry.path)

    benchmark(lambda: report(interpret(read(source), entry.id, entry.variant)))


@pytest.mark.benchmark(group="4: a chain, from its text to the report's total")
@pytest.mark.parametrize("layers", [1_000, 10_000, 100_000])
def test_chains(benchmark: BenchmarkFixture, layers: int) -> None:
    text = "input: 4x8x8\nlayers:\n" + LINE * layers

    with limits.raised(values=1_000_000):
        benchmark.pedantic(  # type: ignore[no-untyped-call]
            lambda: report(archcalc.load(StringIO(text))), rounds=1 if layers > 10_000 else 3
        )
