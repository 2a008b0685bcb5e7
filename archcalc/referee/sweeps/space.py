"""All variants of a sweep, in their order or drawn: each is made when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import UsageError

if TYPE_CHECKING:
    from archcalc.referee.sweeps.axis import Axis
    from archcalc.spec.values import Value

ROUNDS = 4


@dataclass(frozen=True)
class Space:
    """Every combination of the values of some axes; of the last one they change first.

    With `draws` it is so many of them at random, no one twice, always the same for a `seed`; but
    small values of what is drawn by its logarithm come again. A million draws take no more room
    than one: the i-th follows from the seed and from i.

    >>> from archcalc.referee.sweeps.axis import read_vary
    >>> space = Space((read_vary("k=1..3"), read_vary("block=a,b")))
    >>> space.size, space.at(3)
    (6, {'k': 2, 'block': 'b'})
    >>> drawn = Space(space.axes, draws=6, seed=1)
    >>> sorted(drawn.at(i)["k"] for i in range(6))
    [1, 1, 2, 2, 3, 3]
    """

    axes: tuple[Axis, ...]
    draws: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Check that no name is there twice, and that as many can be drawn. Raises UsageError."""
        names = [axis.name for axis in self.axes]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            message = f"`{twice}` varies twice"
            raise UsageError.of("duplicate-name", message, "commas part its values")
        weighed = next((axis.name for axis in self.axes if axis.ticks > axis.size), None)
        if self.draws is None and weighed is not None:
            message = f"`{weighed}`: `..log` says how often a value is drawn, and nothing is drawn"
            raise UsageError.of("wrong-type", message, "`--draw N` draws N variants")
        if self.draws is not None and not 1 <= self.draws <= prod(self._sizes):
            message = f"{self.draws:,} draws of {self.combinations:,} variants"
            raise UsageError.of("too-large" if self.draws > 0 else "wrong-type", message)

    @property
    def combinations(self) -> int:
        """How many variants there are to draw from."""
        return prod(axis.size for axis in self.axes)

    @property
    def size(self) -> int:
        """How many variants there are."""
        return self.combinations if self.draws is None else self.draws

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        """How many values each axis has, or ticks of them if it is drawn from."""
        return tuple(axis.size if self.draws is None else axis.ticks for axis in self.axes)

    def at(self, i: int) -> dict[str, Value]:
        """Give the i-th variant, counted from 0: a value by the name of each axis."""
        drawn = self.draws is not None
        if drawn:
            i = self._drawn(i)
        found: dict[str, Value] = {}
        for axis, size in zip(reversed(self.axes), reversed(self._sizes), strict=True):
            i, place = divmod(i, size)
            found[axis.name] = axis.drawn(place) if drawn else axis.at(place)
        return {axis.name: found[axis.name] for axis in self.axes}

    def _drawn(self, i: int) -> int:
        """Shuffle all that can be drawn, number by number: a cipher on as many, as of Feistel.

        It works on 2^(2h) numbers; what falls beyond the last is shuffled again.
        """
        many = prod(self._sizes)
        half = max(1, (many - 1).bit_length() + 1 >> 1)
        mask = (1 << half) - 1
        while True:
            left, right = i >> half, i & mask
            for turn in range(ROUNDS):
                left, right = right, left ^ (self._hash(turn, right, half) & mask)
            i = left << half | right
            if i < many:
                return i

    def _hash(self, turn: int, number: int, bits: int) -> int:
        texts = [f"{self.seed}/{turn}/{number}"]
        texts += [f"{texts[0]}/{part}" for part in range(1, -(-bits // 512))]
        found = b"".join(blake2b(text.encode(), digest_size=64).digest() for text in texts)
        return int.from_bytes(found, "big")
