"""Sizes and links → places: a layered layout, drawn downwards, its links routed around the items.

Ranks by the longest path, as in Sugiyama's method; links that pass a rank take a lane of it, which
all links of one source share; crossings are reduced by sweeps of barycentres; each rank is then
placed by least squares, so that what is linked stands in one line where there is room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import UsageError
from archcalc.render.pictures.chains import margins
from archcalc.render.pictures.crossings import reduce_crossings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LANE = 18.0
"""The width of a lane that passes a rank."""
STRAIGHT, SPINE = 8.0, 1000.0
SWEEPS = 6
LANES = 20_000
"""More lanes than this are no picture."""


class Size(NamedTuple):
    """What an item needs: width and height; the `last` items stand below all others."""

    width: float
    height: float
    last: bool = False


class Link(NamedTuple):
    """A link between items by number, the source first; where it leaves and enters, from the left.

    `weight` is how much it wants to be straight.
    """

    source: int
    target: int
    leaves: float
    enters: float
    weight: float = 1.0


class Point(NamedTuple):
    """A place; x to the right, y downwards."""

    x: float
    y: float


class Layout(NamedTuple):
    """The left upper corner of each item, the way of each link, and the size of it all.

    The way of a link is a list of points, at every rank one where it comes in and one where it
    goes out; between two ranks nothing is in its way.
    """

    corners: tuple[Point, ...]
    ways: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def arrange(
    sizes: Sequence[Size], links: Sequence[Link], gap: float = 24.0, between: float = 26.0
) -> Layout:
    """Place items in ranks, `gap` apart side by side and `between` from rank to rank.

    Items are numbered in an order in which every link goes forward. Raises UsageError where there
    are more lanes than a picture can hold.

    >>> sizes = [Size(20, 10), Size(20, 10), Size(20, 10), Size(20, 10)]
    >>> links = [Link(0, 1, 10, 10), Link(0, 2, 10, 10), Link(1, 3, 10, 10), Link(2, 3, 10, 10)]
    >>> [tuple(corner) for corner in arrange(sizes, links, gap=10, between=10).corners]
    [(15.0, 0.0), (0.0, 21.875), (30.0, 21.875), (15.0, 43.75)]
    """
    room = margins([size.width for size in sizes], links)
    wide = [
        size._replace(width=size.width + left + right)
        for size, (left, right) in zip(sizes, room, strict=True)
    ]
    moved = [
        link._replace(
            leaves=link.leaves + room[link.source][0], enters=link.enters + room[link.target][0]
        )
        for link in links
    ]
    ranks = rank_items(wide, moved)
    net = _Net.of(wide, moved, ranks)
    order = reduce_crossings(net.ranks, [pull[:2] for pull in net.pulls])
    layout = _measure(net, _place(net, order, gap), wide, moved, ranks, between)
    corners = [
        corner._replace(x=corner.x + left)
        for corner, (left, _) in zip(layout.corners, room, strict=True)
    ]
    return layout._replace(corners=tuple(corners))


def rank_items(sizes: Sequence[Size], links: Iterable[Link]) -> list[int]:
    """Give each item the rank below all that it is linked from."""
    ranks = [0] * len(sizes)
    below: list[list[int]] = [[] for _ in sizes]
    for link in links:
        below[link.source].append(link.target)
    for number, targets in enumerate(below):
        for target in targets:
            ranks[target] = max(ranks[target], ranks[number] + 1)
    inner = [rank for size, rank in zip(sizes, ranks, strict=True) if not size.last]
    bottom = max(inner, default=0) + 1
    for number, size in enumerate(sizes):
        if size.last:
            ranks[number] = bottom
    return ranks


class _Pull(NamedTuple):
    """A wish of two spots to have one place of each in line; how much each of them feels it."""

    upper: int
    lower: int
    leaves: float
    enters: float
    up: float
    down: float


@dataclass
class _Net:
    """Items and lanes as spots of ranks; the first spots are the items."""

    widths: list[float]
    ranks: list[list[int]]
    pulls: list[_Pull] = field(default_factory=list)
    lanes: dict[tuple[int, int, float], int] = field(default_factory=dict)
    """The spot of the lane at a rank of a source's links that leave at a place."""

    @classmethod
    def of(cls, sizes: Sequence[Size], links: Sequence[Link], ranks: Sequence[int]) -> _Net:
        net = cls([size.width for size in sizes], [[] for _ in range(max(ranks, default=0) + 1)])
        for number, rank in enumerate(ranks):
            net.ranks[rank].append(number)
        for link in links:
            net.add(link, ranks[link.source], ranks[link.target])
        return net

    def add(self, link: Link, first: int, last: int) -> None:
        """Lead a link through its ranks, along the lanes that its source has already.

        A lane keeps straight, then to its source; where it ends it bends.
        """
        above, leaves, weight = link.source, link.leaves, link.weight
        for rank in range(first + 1, last):
            key = (link.source, rank, link.leaves)
            lane = self.lanes.get(key)
            if lane is None:
                lane = self.lanes[key] = self._lane(rank)
                feels = (weight, 1.0) if above == link.source else (STRAIGHT, STRAIGHT)
                self.pulls.append(_Pull(above, lane, leaves, LANE / 2, *feels))
            above, leaves = lane, LANE / 2
        bends = weight if above == link.source else 0.1
        self.pulls.append(_Pull(above, link.target, leaves, link.enters, bends, weight))

    def _lane(self, rank: int) -> int:
        if len(self.lanes) >= LANES:
            raise UsageError.of(
                "too-large",
                f"more than {LANES:,} crossings of ranks to draw",
                "draw less with --depth 1",
            )
        self.widths.append(LANE)
        self.ranks[rank].append(len(self.widths) - 1)
        return len(self.widths) - 1


def _place(net: _Net, order: Sequence[Sequence[int]], gap: float) -> list[float]:
    """Find the left edges of all spots: sweeps down and up, each rank by least squares."""
    xs = [0.0] * len(net.widths)
    upwards: dict[int, list[tuple[int, float, float]]] = {}
    downwards: dict[int, list[tuple[int, float, float]]] = {}
    for upper, lower, leaves, enters, up, down in (*net.pulls, *_spine(net)):
        shift = leaves - enters
        upwards.setdefault(lower, []).append((upper, shift, down))
        downwards.setdefault(upper, []).append((lower, -shift, up))
    for rank in order:
        _settle(rank, net.widths, gap, {}, xs)
    for sweep in range(2 * SWEEPS + 1):
        ranks, pulls = (order, upwards) if sweep % 2 == 0 else (order[::-1], downwards)
        for rank in ranks:
            _settle(rank, net.widths, gap, pulls, xs)
    return xs


def _spine(net: _Net) -> list[_Pull]:
    """Line up what stands alone in its rank: all ways lead through it."""
    leaves = {pull.upper: pull for pull in reversed(net.pulls)}
    enters = {pull.lower: pull for pull in reversed(net.pulls)}
    alone = [rank[0] for rank in net.ranks if len(rank) == 1]
    found = []
    for upper, lower in pairwise(alone):
        if upper in leaves and lower in enters:
            found.append(
                _Pull(upper, lower, leaves[upper].leaves, enters[lower].enters, SPINE, SPINE)
            )
    return found


def _settle(
    rank: Sequence[int],
    widths: Sequence[float],
    gap: float,
    pulls: dict[int, list[tuple[int, float, float]]],
    xs: list[float],
) -> None:
    """Move the spots of a rank as near to where they are pulled as their order and gaps allow.

    Isotonic regression by pooling: neighbours that would overlap form a pool with one mean.
    """
    offset, pools = 0.0, list[list[float]]()
    offsets = []
    for spot in rank:
        offsets.append(offset)
        found = pulls.get(spot, ())
        weight = sum(w for _, _, w in found)
        wish = sum((xs[n] + s) * w for n, s, w in found) / weight if weight else xs[spot]
        pools.append([wish - offset, weight or 1e-3, 1])
        offset += widths[spot] + gap
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, weight, many = pools.pop()
            before = pools[-1]
            before[0] = (before[0] * before[1] + mean * weight) / (before[1] + weight)
            before[1], before[2] = before[1] + weight, before[2] + many
    means = [mean for mean, _, many in pools for _ in range(int(many))]
    for spot, start, mean in zip(rank, offsets, means, strict=True):
        xs[spot] = start + mean


def _measure(  # noqa: PLR0913, PLR0917 - all that is known comes together
    net: _Net,
    xs: Sequence[float],
    sizes: Sequence[Size],
    links: Sequence[Link],
    ranks: Sequence[int],
    between: float,
) -> Layout:
    """Turn spots into corners and ways, from the left upper corner of it all."""
    heights = [0.0] * len(net.ranks)
    for size, rank in zip(sizes, ranks, strict=True):
        heights[rank] = max(heights[rank], size.height)
    tops = [0.0]
    for height, gap in zip(heights, _gaps(net, xs, heights, between), strict=True):
        tops.append(tops[-1] + height + gap)
    left = min(xs, default=0.0)
    right = max((x + width for x, width in zip(xs, net.widths, strict=True)), default=0.0)

    def way(link: Link) -> tuple[Point, ...]:
        source, target = link.source, link.target
        start = Point(xs[source] - left + link.leaves, tops[ranks[source]] + sizes[source].height)
        points = [start]
        if sizes[source].height < heights[ranks[source]]:
            points.append(Point(start.x, tops[ranks[source]] + heights[ranks[source]]))
        for rank in range(ranks[source] + 1, ranks[target]):
            x = xs[net.lanes[source, rank, link.leaves]] - left + LANE / 2
            points += [Point(x, tops[rank]), Point(x, tops[rank] + heights[rank])]
        return (*points, Point(xs[target] - left + link.enters, tops[ranks[target]]))

    corners = tuple(Point(xs[number] - left, tops[rank]) for number, rank in enumerate(ranks))
    return Layout(corners, tuple(map(way, links)), right - left, tops[-1])


def _gaps(net: _Net, xs: Sequence[float], heights: Sequence[float], between: float) -> list[float]:
    """Give the room below each rank: more where links go far aside, little before a last line."""
    aside = [0.0] * len(heights)
    at = {spot: rank for rank, spots in enumerate(net.ranks) for spot in spots}
    for pull in net.pulls:
        far = abs(xs[pull.upper] + pull.leaves - xs[pull.lower] - pull.enters)
        aside[at[pull.upper]] = max(aside[at[pull.upper]], far)
    gaps = [
        (between if height and below else between / 3) + min(far / 8, between)
        for height, below, far in zip(heights, [*heights[1:], 0.0], aside, strict=True)
    ]
    return [*gaps[:-1], 0.0]
