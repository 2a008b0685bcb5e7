"""Which outcomes of a sweep are shown: those that fit, that none beats, in an order, so many.

Whatever comes, no more is kept than is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archcalc.referee.sweeps.plan import Outcome

TOP = 1_000
"""How many are kept unless somebody asks for more or fewer."""
MOST_ERRORS = 20


class Aim(NamedTuple):
    """A figure that shall be small, or large."""

    name: str
    large: bool = False

    def of(self, outcome: Outcome) -> int:
        """Give what shall be small."""
        return -outcome.figures[self.name] if self.large else outcome.figures[self.name]


def read_aim(text: str) -> Aim:
    """Read the name of a figure; with a `-` before it, what is large comes first.

    >>> read_aim("macs"), read_aim("-parameters")
    (Aim(name='macs', large=False), Aim(name='parameters', large=True))
    """
    return Aim(text.strip().removeprefix("-").strip(), text.strip().startswith("-"))


@dataclass
class Selection:
    """Keeps outcomes as they come: of those that fit the Pareto front if there are aims.

    In the order of `by`, else in their own; the first `top` of them. Errors are kept apart. Of all
    that fit, the two figures that `axes` name are kept as points of a `cloud`.
    """

    front: Sequence[Aim] = ()
    by: Aim | None = None
    top: int = TOP
    axes: tuple[str, str] | None = None
    cloud: list[tuple[int, int]] = field(default_factory=list)
    tried: int = 0
    fitting: int = 0
    failed: int = 0
    unjudged: set[str] = field(default_factory=set)
    """Figures that are known in part, of variants that are not said to fit."""
    errors: list[Outcome] = field(default_factory=list)
    _kept: dict[tuple[int, ...], list[Outcome]] = field(default_factory=dict)
    _heap: list[tuple[int, int, Outcome]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Take one more into account."""
        self.tried += 1
        if outcome.error:
            self.failed += 1
            if len(self.errors) < MOST_ERRORS:
                self.errors.append(outcome)
        elif outcome.fits:
            self.fitting += 1
            if self.axes:
                self.cloud.append((outcome.figures[self.axes[0]], outcome.figures[self.axes[1]]))
            if self.front:
                self._challenge(outcome)
            else:
                self._keep(outcome)
        else:
            self.unjudged.update(outcome.partial)

    def _challenge(self, outcome: Outcome) -> None:
        """Put it on the front, unless one there is as good in all and better in something."""
        if not {aim.name for aim in self.front}.isdisjoint(outcome.partial):
            return  # nobody knows whether it is beaten
        point = tuple([aim.of(outcome) for aim in self.front])
        if point in self._kept:
            self._kept[point].append(outcome)
        elif not any(_as_good(other, point) for other in self._kept):
            beaten = [other for other in self._kept if _as_good(point, other)]
            for other in beaten:
                del self._kept[other]
            self._kept[point] = [outcome]

    def _keep(self, outcome: Outcome) -> None:
        """Keep it among the first so many of its order."""
        rank = self.by.of(outcome) if self.by else outcome.number
        entry = (
            -rank,
            -outcome.number,
            outcome,
        )  # the heap gives up its smallest: the last in order
        if len(self._heap) < self.top:
            heappush(self._heap, entry)
        else:
            heappushpop(self._heap, entry)

    @property
    def unbeaten(self) -> int:
        """How many variants none beats, of which the first are shown."""
        return sum(map(len, self._kept.values()))

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is shown, in its order."""
        found = [outcome for some in self._kept.values() for outcome in some]
        found += [outcome for _, _, outcome in self._heap]
        by = self.by or (self.front[0] if self.front else None)
        found.sort(key=lambda one: (by.of(one) if by else 0, one.number))
        return tuple(found[: self.top])


def _as_good(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Tell whether no number is larger."""
    return all(a <= b for a, b in zip(one, other, strict=True))


def front_of(
    points: Iterable[tuple[int, int]], large: tuple[bool, bool] = (False, False)
) -> list[tuple[int, int]]:
    """Give those points that none beats, from the best in the first number on.

    >>> front_of([(3, 1), (1, 3), (2, 2), (3, 3), (2, 4)])
    [(1, 3), (2, 2), (3, 1)]
    """
    signs = [-1 if one else 1 for one in large]
    front: list[tuple[int, int]] = []
    for x, y in sorted({(signs[0] * x, signs[1] * y) for x, y in points}):
        if not front or y < front[-1][1]:
            front.append((x, y))
    return [(signs[0] * x, signs[1] * y) for x, y in front]
