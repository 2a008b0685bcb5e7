"""Ranks of spots and the links between them → an order in each rank with few crossings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SWEEPS = 6


def reduce_crossings(
    ranks: Sequence[Sequence[int]], links: Iterable[tuple[int, int]]
) -> list[list[int]]:
    """Order the spots of each rank by the mean of their neighbours, keeping the best order seen.

    `links` lead from one rank to the next.

    >>> reduce_crossings([[0], [1, 2], [3, 4]], [(0, 1), (0, 2), (1, 4), (2, 3)])
    [[0], [1, 2], [4, 3]]
    """
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for upper, lower in links:
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    order = [list(rank) for rank in ranks]
    best, fewest = [list(rank) for rank in order], _crossings(order, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        _sweep(order if downwards else order[::-1], above if downwards else below)
        crossings = _crossings(order, below)
        if crossings < fewest:
            best, fewest = [list(rank) for rank in order], crossings
    return best


def _sweep(ranks: list[list[int]], neighbours: dict[int, list[int]]) -> None:
    for fixed, moved in pairwise(ranks):
        place = {spot: i for i, spot in enumerate(fixed)}
        mean = {}
        for i, spot in enumerate(moved):
            found = [place[n] for n in neighbours.get(spot, ())]
            mean[spot] = sum(found) / len(found) if found else float(i)
        moved.sort(key=mean.__getitem__)


def _crossings(order: Sequence[Sequence[int]], below: dict[int, list[int]]) -> int:
    """Count the pairs of links between neighbouring ranks that cross."""
    total = 0
    for upper, lower in pairwise(order):
        place = {spot: i for i, spot in enumerate(lower)}
        ends = [place[n] for spot in upper for n in sorted(below.get(spot, ()), key=place.get)]  # type: ignore[arg-type]
        counts = [0] * (len(lower) + 1)
        for end in ends:
            total += sum(counts[end + 1 :])
            counts[end] += 1
    return total
