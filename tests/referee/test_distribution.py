"""Sweeps on a Dask cluster: a real scheduler and two workers, one of which is killed."""

from __future__ import annotations

import os
import pickle
import signal
from typing import TYPE_CHECKING, Any

import pytest

import archcalc
from archcalc import limits
from archcalc.errors import UsageError
from archcalc.referee.sweeps.axis import read_vary
from archcalc.referee.sweeps.distribution import count_on
from archcalc.referee.sweeps.plan import Plan
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.subject import Subject
from archcalc.referee.sweeps.sweep import sweep
from tests.cluster import cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from distributed import Client

SMALL = {"input": "8x8", "parameters": {"k": 4}, "layers": [{"linear": "=k"}, {"linear": "=2*k"}]}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Start a scheduler and two workers on this machine; give the scheduler's address."""
    pytest.importorskip("distributed")
    with cluster(tmp_path) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Wait until both workers are there."""
    from distributed import Client  # noqa: PLC0415

    with Client(address, timeout="60s", set_as_default=False) as found:
        found.wait_for_workers(2, timeout=60)
        yield found


def plan(vary: str, network: str = "wrn-28-10") -> Plan:
    return Plan(Subject(archcalc.load(network)), Space((read_vary(vary),)), ("parameters", "macs"))


@pytest.mark.parametrize(("network", "set"), [("densenet121", {"growth": 24}), (SMALL, {"k": 5})])
def test_what_is_sent_counts_the_same(network: Any, set: dict[str, int]) -> None:  # noqa: A002, ANN401
    spec = archcalc.load(network, **set)
    asked = Plan(Subject(spec), Space((read_vary("input=32,64"),)), ("macs",), where=("macs > 3",))
    asked.check()
    there = pickle.loads(pickle.dumps(asked))  # noqa: S301 - it was written here
    assert [there.one(i) for i in range(2)] == [asked.one(i) for i in range(2)]


def test_a_worker_that_is_killed_loses_nothing(client: Client) -> None:
    asked = plan("k=1..3000")
    workers = list(client.run(os.getpid).values())
    found = []
    for outcome in count_on(client, asked, 0, 3000, longest=100):
        found.append(outcome)
        if len(found) == 500:
            os.kill(workers[0], signal.SIGKILL)
    assert [outcome.number for outcome in found] == list(range(3000))
    assert found == list(asked.count(0, 3000))
    assert len(client.run(os.getpid)) == 1


def test_a_cluster_by_its_address(client: Client, address: str, tmp_path: Path) -> None:
    assert len(client.nthreads()) == 2
    path, vary = tmp_path / "found.csv", {"k": "1..64"}
    there = sweep("wrn-28-10", vary, dask=address, first=20, results=path)
    here = sweep("wrn-28-10", vary, first=20)
    assert there.outcomes == here.outcomes
    assert len(path.read_text("utf-8").splitlines()) == 21


def test_limits_go_along(client: Client) -> None:
    with limits.raised(layers=20):
        found = list(count_on(client, plan("k=1..2"), 0, 2))
    assert [outcome.code for outcome in found] == ["too-large", "too-large"]


@pytest.mark.parametrize("address", ["nowhere://127.0.0.1:1", "nowhere"])
def test_where_no_scheduler_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No client is made of what is no address: such a one complains when it is forgotten."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.delattr(distributed.Client, "start")
    with pytest.raises(UsageError) as raised:
        sweep("lenet5", inputs="32", dask=address)
    assert str(raised.value) == (
        f"error[no-cluster]: no Dask scheduler answers at `{address}`\n"
        "  hint: `dask scheduler` prints its address, such as tcp://127.0.0.1:8786"
    )
