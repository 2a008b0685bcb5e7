"""Tensors followed from call to call: who made each, what is stored in it, who wrote it since.

A tensor is known by a key, and by the storage that it is a view of.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from archcalc import limits
from archcalc.readers.pytorch import moves
from archcalc.readers.pytorch.call import Call, Value

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Sequence

    from archcalc.readers.pytorch.naming import Naming


class Trace(NamedTuple):
    """What a pass did: its calls in order, the outputs, where the calls stand.

    `stopped` says where it asked for values that are not there: nothing behind that is known.
    """

    calls: list[Call]
    outputs: list[Value]
    naming: Naming
    stopped: str = ""


class Made(NamedTuple):
    """A tensor: what it is known by, what it is a view of, its sizes."""

    key: Hashable
    storage: Hashable
    shape: tuple[int, ...]


class Tape:
    """Notes calls, and what is known of the tensors that they read and put out."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._values: dict[Hashable, Value] = {}
        self._storages: dict[Hashable, Value] = {}
        self._named: dict[Hashable, str] = {}
        self._time = 0
        self._left = limits.now().values

    def enter(self, made: Made, value: Value) -> None:
        """Make a tensor known from the start: an input, a parameter, a buffer."""
        self._values[made.key] = value
        if value.names:
            self._named[made.storage] = value.names[0]

    def value(self, made: Made) -> Value:
        """Give what is known of a tensor; of a view whose storage was written since, who wrote."""
        found = self._values.get(made.key)
        if found is None:
            named = self._named.get(made.storage)
            found = Value(made.shape, names=(named,) if named else ())
            self._values[made.key] = found
        last = self._storages.get(made.storage)
        if last is not None and last.written > found.written and last.sources:
            return replace(last, shape=found.shape, features=found.features, whole=False)
        return found

    def is_untouched(self, storage: Hashable) -> bool:
        """Tell whether no call has written into a storage."""
        return storage not in self._storages

    def follow_back(self, made: Made, names: Container[str]) -> str:
        """Find the last call of these names on the way to a tensor; nothing if there is none."""
        value: Value | None = self.value(made)
        while value is not None and value.sources and value.sources[-1] >= 0:
            call = self.calls[value.sources[-1]]
            if call.name in names:
                return call.name
            value = next((one for one in call.tensors() if one.held), None)
        return ""

    def note(self, call: Call, made: Sequence[Made], *, moves_data: bool, mutates: bool) -> None:
        """Note a call, unless it computes nothing, and what it put out."""
        self._time += 1
        call.outputs = self._outputs(call, [one.shape for one in made], moves_data=moves_data)
        self._left -= sum(len(value.sources) + len(value.names) for value in call.outputs)
        if self._left < 0:  # each of many writes into what the others wrote
            raise limits.too_large("values", "tensors with too many others in them")
        for one, value in zip(made, call.outputs, strict=True):
            if mutates:
                value.written = self._time
                before = self._values.get(one.key)
                self._storages[one.storage] = value
                if before is not None and not value.sources and before.sources:
                    continue
            self._values[one.key] = value

    def _outputs(
        self, call: Call, shapes: list[tuple[int, ...]], *, moves_data: bool
    ) -> list[Value]:
        read = call.tensors()
        if not shapes:  # a number for Python: no tensor comes out
            return []
        if call.name in moves.CONSTANTS or not any(v.sources or v.names for v in read):
            return [Value(shape) for shape in shapes]
        if moves_data:
            return [_moved(call, read, shape) for shape in shapes]
        position = len(self.calls)
        self.calls.append(call)
        names = tuple(dict.fromkeys(n for v in read for n in v.names))
        held = any(v.held for v in read)
        return [
            Value(shape, (position,), held, () if held else names, output=n)
            for n, shape in enumerate(shapes)
        ]


def _moved(call: Call, read: Sequence[Value], shape: tuple[int, ...]) -> Value:
    """Follow data that is moved: who made it stays who made it."""
    sources = tuple(dict.fromkeys(s for v in read for s in v.sources))
    picked = call.name in {"embedding", "index"} and not any(v.held for v in read)
    names = tuple(dict.fromkeys(n for v in read[: 1 if picked else None] for n in v.names))
    first = next((v for v in read if v.held), read[0])
    held = any(v.held for v in read)
    features = moves.follow(call.name, call.args, first, shape)
    one = len(sources) < 2
    whole = first.whole and one and prod(shape) == first.size and call.name != "index"
    placed = first.placed and one and moves.keeps_places(call.name)
    return Value(shape, sources, held, names, features, whole, placed, first.output)
