"""What enters a model, by the sizes that its file states or leaves free."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Diagnostic, Place, Reason, SpecError, UsageError, printable
from archcalc.inputs import read_inputs
from archcalc.ops.shape import Shape
from archcalc.readers.naming import input_name
from archcalc.readers.sizes import of_rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.inputs import Input
    from archcalc.readers.onnx.proto import Graph, Info
    from archcalc.readers.onnx.values import Dims

MOST_AXES = 16
RECURRENT = {"LSTM", "GRU", "RNN"}
"""What reads steps along the first axis: then that is not the batch."""


class Entry(NamedTuple):
    """An input: its name as it is shown, its sizes in the file, None where one is left free.

    `ahead` are the axes before those of a sample: that of the batch, unless steps lie there.
    """

    info: Info
    name: str
    dims: tuple[int | None, ...] | None
    ahead: int = 1

    @property
    def shape(self) -> Shape | None:
        """The shape of a sample, in the file's order of axes; None where a size is free."""
        sample = self.dims[self.ahead :] if self.dims is not None else (None,)
        return None if None in sample else Shape(*(sample or (1,)))  # type: ignore[arg-type]


def _like(entry: Entry) -> str:
    """Write sizes as they might be: of a row of tokens, of an image."""
    sample = (entry.dims or (1, 3, None, None))[entry.ahead :]
    return "x".join(str(size or (128 if len(sample) == 1 else 224)) for size in sample)


class Inputs:
    """The inputs of a model; of all of them the first axis is that of the batch."""

    def __init__(self, graph: Graph, file: str) -> None:
        self.file = file
        read = {name for node in graph.nodes for name in node.inputs}
        infos = [info for info in graph.inputs if info.name not in graph.initializers]
        infos = [info for info in infos if info.name in read] or infos
        steps = {
            node.inputs[0]
            for node in graph.nodes
            if node.op in RECURRENT and node.inputs and not node.attributes.get("layout")
        }
        self.entries = [
            self._entry(info, i)._replace(ahead=int(info.name not in steps))
            for i, info in enumerate(infos)
        ]
        if not self.entries:
            message = "nothing enters the network: all its inputs are stored numbers"
            raise SpecError([Diagnostic("empty", message, Place(file, 0, 0))])
        first = {entry.dims[0] for entry in self.entries if entry.dims}
        by_step = any(not entry.ahead for entry in self.entries)
        self.batch = (first.pop() or 1) if len(first) == 1 and not by_step else 1

    def _entry(self, info: Info, number: int) -> Entry:
        name = input_name(info.name, number)
        if info.dims is None:
            return Entry(info, name, None)
        if len(info.dims) > MOST_AXES:
            message = f"the input `{name}` has {len(info.dims):,} axes; {MOST_AXES} are the most"
            raise SpecError([Diagnostic("too-large", message, Place(self.file, 0, 0))])
        dims = tuple(dim if isinstance(dim, int) and dim > 0 else None for dim in info.dims)
        return Entry(info, name, dims)

    def shapes(self, given: Input | None) -> Mapping[str, Shape]:
        """Give the shapes of one sample. Raises UsageError where a size is free and not given."""
        own = {entry.name: entry.shape for entry in self.entries}
        known = {name: shape for name, shape in own.items() if shape is not None}
        if len(known) == len(own):
            return read_inputs(given, known)
        if given is None:
            raise self._free(next(entry for entry in self.entries if entry.shape is None))
        stand_in = next(iter(read_inputs("1").values()))
        found = read_inputs(given, {name: shape or stand_in for name, shape in own.items()})
        named = (
            set(found) if len(own) == 1 or not isinstance(given, str) else set(read_inputs(given))
        )
        for entry in self.entries:
            if entry.shape is None and entry.name not in named:
                raise self._free(entry)
        return {name: found[name] for name in own}

    def _free(self, entry: Entry) -> UsageError:
        said = entry.info.dims
        written = "x".join("?" if d is None else str(d) for d in said) if said else "?"
        message = (
            f"the sizes of the input `{entry.name}` are free in the file: {printable(written)}"
        )
        free = [other for other in self.entries if other.shape is None][:8]
        like = ",".join(f"{other.name}={_like(other)}" for other in free)
        like = _like(entry) if len(self.entries) == 1 else like
        hint = f"say it: `--input {like}`, or `input=` in Python, without the batch"
        place = Place(self.file, 0, 0)
        return UsageError([Diagnostic("no-input", message, place, hint)])

    def dims(self, inputs: Mapping[str, Shape]) -> dict[str, tuple[Dims, Shape]]:
        """Give each input by its name in the file: its sizes with the batch, and its shape."""
        found = {}
        for entry in self.entries:
            shape = inputs[entry.name]
            rank = len(entry.dims) - entry.ahead if entry.dims is not None else len(shape)
            sample = of_rank(shape, rank)
            if sample is None:
                message = f"the input `{entry.name}` has {rank} axes without the batch, not {shape}"
                raise UsageError.because(Reason("wrong-rank", message))
            first = tuple(n or 1 for n in entry.dims[: entry.ahead]) if entry.dims else ()
            found[entry.info.name] = (
                (*(first or ((1,) if entry.dims is None else ())), *sample),
                shape,
            )
        return found
