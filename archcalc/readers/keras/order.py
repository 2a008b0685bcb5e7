"""The order in which layers are applied: that of the file, each when what it reads is there."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from archcalc.errors import Diagnostic, SpecError, suggestion
from archcalc.readers.keras.refs import Ref

if TYPE_CHECKING:
    from archcalc.readers.keras.model import KerasLayer, Model
    from archcalc.readers.keras.refs import Use


class Turn(NamedTuple):
    """A layer in one of its uses."""

    layer: KerasLayer
    use: Use

    @property
    def gives(self) -> Ref:
        """What others read of it, the first of its outputs."""
        return Ref(self.layer.name, self.use.number, 0)

    @property
    def reads(self) -> set[Ref]:
        """What it reads, the first output of each use."""
        return {ref.source for ref in self.use.refs}


def ordered(model: Model) -> list[Turn]:
    """Order the uses of all layers. Raises SpecError for a circle, and for what is not there."""
    turns = [Turn(layer, use) for layer in model.layers for use in layer.uses]
    there = {ref.source for ref in model.inputs}
    readers: dict[Ref, list[int]] = {}
    left = []
    for i, turn in enumerate(turns):
        needed = turn.reads - there
        left.append(len(needed))
        for ref in needed:
            readers.setdefault(ref, []).append(i)
    ready = [i for i, missing in enumerate(left) if not missing]
    found = []
    while ready:
        turn = turns[heappop(ready)]
        found.append(turn)
        for i in readers.get(turn.gives, ()):
            left[i] -= 1
            if not left[i]:
                heappush(ready, i)
    if len(found) < len(turns):
        _stuck(model, turns, left, there)
    return found


def _stuck(model: Model, turns: list[Turn], left: list[int], there: set[Ref]) -> NoReturn:
    """Say why a layer never gets what it reads."""
    given = {turn.gives for turn in turns} | there
    waiting = [turn for turn, missing in zip(turns, left, strict=True) if missing]
    for turn in waiting:
        for ref in sorted(turn.reads - given):
            known = ref.layer in model.by_name
            what = f"use {ref.use} of `{ref.layer[:80]}`" if known else f"`{ref.layer[:80]}`"
            message = f"`{turn.layer.name[:80]}` reads {what}, which is not there"
            hint = None if known else suggestion(ref.layer, model.by_name)
            raise _wrong("wrong-input", message, turn, hint)
    message = f"what `{waiting[0].layer.name[:80]}` reads waits for it in turn"
    raise _wrong("endless", message, waiting[0])


def _wrong(code: str, message: str, turn: Turn, hint: str | None = None) -> SpecError:
    return SpecError([Diagnostic(code, message, turn.layer.place("inbound_nodes"), hint)])
