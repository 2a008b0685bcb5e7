"""Many threads and processes count as one does: nothing that they share ever changes."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ["lenet5", "alexnet", "googlenet", "resnet20", "vgg11", "densenet121"]
TIMES = 8
"""How often each is counted, so that threads meet in it."""


def figures(name: str) -> Mapping[str, object]:
    """Count one network."""
    return archcalc.count(name, heads=True).to_dict()


@pytest.fixture(scope="module")
def alone() -> list[Mapping[str, object]]:
    """Count them one after the other."""
    return [figures(name) for name in NAMES]


def test_sixteen_threads_count_as_one(alone: list[Mapping[str, object]]) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(figures, NAMES * TIMES)) == alone * TIMES


def test_processes_count_as_one(alone: list[Mapping[str, object]]) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(figures, NAMES)) == alone


def test_sixteen_threads_count_one_spec_at_their_own_inputs() -> None:
    spec = archcalc.load("resnet50")
    inputs = [f"3x{side}x{side}" for side in range(224, 288, 4)]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda size: archcalc.count(spec, input=size).total, inputs))
    assert together == [archcalc.count("resnet50", input=size).total for size in inputs]


def test_sixteen_threads_share_a_spec_and_a_graph() -> None:
    spec = archcalc.load("resnet18")
    graph = archcalc.expand(spec)
    alone = archcalc.count(spec).to_dict()
    with ThreadPoolExecutor(16) as pool:
        reports = pool.map(archcalc.count, [spec, graph] * 16)
        assert all(report.to_dict() == alone for report in reports)


def test_a_thread_raises_limits_for_itself_alone() -> None:
    with ThreadPoolExecutor(1) as pool, limits.raised(layers=1):
        assert limits.now().layers == 1
        assert pool.submit(limits.now).result().layers == limits.Limits().layers
    assert limits.now() == limits.Limits()
