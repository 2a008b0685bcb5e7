"""A sweep on the workers of a Dask cluster: stretches of variants, whose outcomes come in order.

Each stretch is counted by whoever takes it and read once, by whoever asked. A worker that dies has
its stretches counted again by the others: what it had not handed over was nowhere.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from dataclasses import asdict
from time import process_time
from typing import TYPE_CHECKING, Any

from archcalc import limits
from archcalc.errors import UsageError
from archcalc.ops.fields import shown
from archcalc.referee.sweeps.plan import FIRST, LONGEST, next_length
from archcalc.referee.sweeps.together import count_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.referee.sweeps.plan import Outcome, Plan

AHEAD = 3
"""Stretches for each thread of the cluster that are asked for before the first is read."""


def count_on(
    cluster: object, plan: Plan, start: int, stop: int, longest: int = LONGEST
) -> Iterator[Outcome]:
    """Count the variants from `start` up to `stop` on a cluster: a client, or an address.

    No more is under way than a few stretches for each worker, short ones at first. Raises
    UsageError where none answers, or where Dask is not installed.
    """
    if plan.subject.family is None:
        message = f"`{plan.subject.id}` is no spec: only specs are counted on a cluster"
        raise UsageError.of("not-a-spec", message, "without `dask` it is counted here")
    bounds, many = asdict(limits.now()), FIRST
    with _client(cluster) as client:
        threads = sum(client.nthreads().values())
        waiting: deque[tuple[int, Any]] = deque()
        try:
            while start < stop or waiting:
                while start < stop and len(waiting) < AHEAD * max(1, threads):
                    end = min(stop, start + min(many, longest))
                    future = client.submit(count_stretch, plan, start, end, bounds, pure=False)
                    waiting.append((end - start, future))
                    start = end
                length, future = waiting.popleft()
                outcomes, seconds = future.result()
                many = next_length(length, seconds)
                yield from outcomes
        finally:
            client.cancel([future for _, future in waiting])


def count_stretch(
    plan: Plan, start: int, stop: int, bounds: Mapping[str, int]
) -> tuple[list[Outcome], float]:
    """Count variants together, within the limits of whoever asked; tell how long it took."""
    began = process_time()
    with limits.raised(**bounds):
        return count_together(plan, range(start, stop)), process_time() - began


@contextmanager
def _client(cluster: object) -> Iterator[Any]:
    """Reach a scheduler by its address; a client that is there is used, and left as it is."""
    if not isinstance(cluster, str):
        if not callable(getattr(cluster, "nthreads", None)):
            message = f"a cluster is an address or a client of Dask's, not {shown(cluster)}"
            raise UsageError.of("no-cluster", message, "`Client(cluster)` is one")
        yield cluster
        return
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
        from distributed.comm.addressing import get_address_host_port  # noqa: PLC0415
    except ImportError:
        hint = "`pip install 'archcalc[dask]'`"
        raise UsageError.of("not-installed", "a cluster needs Dask", hint) from None
    try:
        if not cluster.startswith("inproc:"):  # a client cannot be closed that never began to ask
            address = cluster if "://" in cluster else f"tcp://{cluster}"
            get_address_host_port(address, strict=True)
        client = Client(cluster, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        message = f"no Dask scheduler answers at `{cluster[:80]}`"
        hint = "`dask scheduler` prints its address, such as tcp://127.0.0.1:8786"
        raise UsageError.of("no-cluster", message, hint) from error
    with client:
        yield client
