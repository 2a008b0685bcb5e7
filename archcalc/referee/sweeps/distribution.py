"""A sweep on the workers of a Dask cluster: stretches of variants, whose outcomes come in order.

Each stretch is counted by whoever takes it and read once, by whoever asked. A worker that dies has
its stretches counted again by the others: what it had not handed over was nowhere.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from archcalc import limits
from archcalc.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.referee.sweeps.plan import Outcome, Plan

STRETCH = 4_096
"""Variants that a worker counts at once."""
AHEAD = 3
"""Stretches for each thread of the cluster that are asked for before the first is read."""


def count_on(
    cluster: object, plan: Plan, start: int, stop: int, stretch: int = STRETCH
) -> Iterator[Outcome]:
    """Count the variants from `start` up to `stop` on a cluster: a client, or an address.

    No more is under way than a few stretches for each worker. Raises UsageError where none answers,
    or where Dask is not installed.
    """
    if plan.subject.family is None:
        message = f"`{plan.subject.id}` is no spec: only specs are counted on a cluster"
        raise UsageError.of("not-a-spec", message, "without `dask` it is counted here")
    bounds = asdict(limits.now())
    with _client(cluster) as client:
        threads = sum(client.nthreads().values())
        starts = iter(range(start, stop, stretch))
        waiting: deque[Any] = deque()
        try:
            while True:
                while len(waiting) < AHEAD * max(1, threads):
                    at = next(starts, None)
                    if at is None:
                        break
                    end = min(stop, at + stretch)
                    waiting.append(client.submit(count_stretch, plan, at, end, bounds, pure=False))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            client.cancel(list(waiting))


def count_stretch(plan: Plan, start: int, stop: int, bounds: Mapping[str, int]) -> list[Outcome]:
    """Count variants within the limits of whoever asked."""
    with limits.raised(**bounds):
        return list(plan.count(start, stop))


@contextmanager
def _client(cluster: object) -> Iterator[Any]:
    """Reach a scheduler by its address; a client that is there is used, and left as it is."""
    if not isinstance(cluster, str):
        yield cluster
        return
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError:
        hint = "`pip install 'archcalc[dask]'`"
        raise UsageError.of("not-installed", "a cluster needs Dask", hint) from None
    try:
        client = Client(cluster, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        message = f"no Dask scheduler answers at `{cluster[:80]}`"
        hint = "`dask scheduler` prints its address, such as tcp://127.0.0.1:8786"
        raise UsageError.of("no-cluster", message, hint) from error
    with client:
        yield client
