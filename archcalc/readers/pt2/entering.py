"""What enters an exported program, and what the sizes that it leaves free then are.

Figures are those of one sample. A batch that is free is 1; any other size that is free is that of
the exporter's example until another is asked for. Of a batch that is fixed one sample has its share
of the first axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Diagnostic, Place, Reason, UsageError, printable
from archcalc.inputs import read_inputs
from archcalc.ops.shape import Shape
from archcalc.readers.pt2.program import hints_of
from archcalc.readers.pt2.symbols import evaluate, solve, symbols_of
from archcalc.readers.sizes import of_rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.inputs import Input
    from archcalc.readers.pt2.program import Entry, Program, Size

STEPWISE = tuple(f"torch.ops.aten.{name}.input" for name in ("lstm", "gru", "rnn_tanh", "rnn_relu"))
"""What reads steps along the first axis unless it is told not to: then that is not the batch."""


class Entering(NamedTuple):
    """The inputs: what the symbols in their sizes are, and the samples of a batch that is fixed."""

    entries: tuple[Entry, ...]
    known: Mapping[str, int]
    batch: int = 1

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of one sample of each, in the file's order of axes."""
        return {e.name: Shape(*(self.own(e)[e.ahead :] or (1,))) for e in self.entries}

    def own(self, entry: Entry) -> tuple[int, ...]:
        """Give the sizes of an input, with a batch of 1."""
        return self.sizes(entry.sizes, of_sample=bool(entry.ahead))

    def sizes(self, sizes: tuple[Size, ...], *, of_sample: bool = False) -> tuple[int, ...]:
        """Work out the sizes of a tensor; of one that holds samples, those of one."""
        found = tuple([self.size(size) for size in sizes])
        if self.batch == 1 or not of_sample:
            return found
        if not found or found[0] % self.batch:
            message = f"the first axis is not that of the {self.batch} samples that enter"
            raise Reason("batch-not-first", message, "export the program with one sample")
        return (found[0] // self.batch, *found[1:])

    def size(self, size: Size) -> int:
        """Work out one size. Raises a Reason for one that depends on values."""
        if isinstance(size, int):
            return size
        try:
            return evaluate(size, self.known)
        except KeyError as error:
            message = f"the size `{error.args[0]}` depends on values"
            hint = "what it does for other values is another network: export the part that does not"
            raise Reason("depends-on-values", message, hint) from None

    def at(self, inputs: Mapping[str, Shape]) -> Entering | None:
        """Put other inputs in; None where the file fixes a size at another one."""
        asked = [(entry, self._asked(entry, inputs[entry.name])) for entry in self.entries]
        axes = [pair for e, sizes in asked for pair in zip(e.sizes[e.ahead :], sizes, strict=True)]
        found: dict[str, int] = {}
        for size, n in axes:
            if isinstance(size, str):
                found |= solve(size, n, found)
        there = self._replace(known={**self.known, **found})
        return there if all(there.size(size) == n for size, n in axes) else None

    def _asked(self, entry: Entry, shape: Shape) -> tuple[int, ...]:
        rank = len(entry.sizes) - entry.ahead
        sizes = of_rank(shape, rank)
        if sizes is None:
            message = f"the input `{entry.name}` has {rank} axes without the batch, not {shape}"
            raise UsageError.because(Reason("wrong-rank", message))
        return sizes


def enter(program: Program, given: Input | None, file: str) -> Entering:
    """Read what enters. Raises UsageError where the file does not tell, and nothing is given."""
    first = program.entries[0].sizes[:1]
    steps = _read_by_steps(program)
    entries = tuple([
        entry._replace(ahead=int(entry.sizes[:1] in {first, (1,)} and entry.name not in steps))
        for entry in program.entries
    ])  # fmt: skip
    known = _hints(program)
    if entries[0].ahead and first and isinstance(first[0], str):
        known = {**known, **solve(first[0], 1, {})}
    entering = Entering(entries, known)
    return _settled(entering, given, file)


def _settled(entering: Entering, given: Input | None, file: str) -> Entering:
    """Take from what is given what nothing tells: sizes, and whether a first axis is a batch."""
    free = {
        entry.name
        for entry in entering.entries
        for size in entry.sizes
        if isinstance(size, str) and not symbols_of(size) <= entering.known.keys()
    }
    entry = entering.entries[0]
    if free and given is None:
        blamed = next(entry for entry in entering.entries if entry.name in free)
        written = "x".join("?" if isinstance(s, str) else str(s) for s in blamed.sizes)
        message = f"the sizes of the input `{blamed.name}` are free in the file: {written}"
        raise _ask(message, _like(blamed, entering.entries), file)
    if free:
        stand_in = {e.name: Shape(1) for e in entering.entries}
        return entering.at(read_inputs(given, stand_in)) or entering
    samples = entering.size(entry.sizes[0]) if entry.ahead else 1
    if samples == 1:
        return entering
    whole = entering._replace(entries=tuple([e._replace(ahead=0) for e in entering.entries]))
    if given is None:
        message = f"the first axis of the input `{entry.name}` is {samples}: are these samples?"
        raise _ask(message, _like(entry, entering.entries), file)
    shape = read_inputs(given, whole.shapes)[entry.name]
    is_whole = of_rank(shape, len(entry.sizes)) == whole.own(entry)
    return whole if is_whole else entering._replace(batch=samples)


def _hints(program: Program) -> dict[str, int]:
    """Read what the symbols were in the exporter's example."""
    known: dict[str, int] = {}
    for size, n in hints_of(program.graph):
        if not symbols_of(size) <= known.keys():
            known |= solve(size, n, known)
    return known


def _read_by_steps(program: Program) -> set[str]:
    """Name the tensors that a recurrent layer reads step by step along their first axis."""
    found = set()
    for node in program.graph["nodes"]:
        if node["target"] in STEPWISE:
            said = {one["name"]: one["arg"] for one in node["inputs"]}
            if not said.get("batch_first", {}).get("as_bool"):
                found.add(said["input"]["as_tensor"]["name"])
    return found


def _like(entry: Entry, entries: tuple[Entry, ...]) -> str:
    """Write an input of one sample as it may be given."""
    sizes = "x".join("224" if isinstance(s, str) else str(s) for s in entry.sizes[entry.ahead :])
    return f"{entry.name}={sizes}" if len(entries) > 1 else sizes or "1"


def _ask(message: str, like: str, file: str) -> UsageError:
    hint = f"say it: `--input {like}`, or `input=` in Python, without the batch"
    return UsageError([Diagnostic("no-input", printable(message), Place(file, 0, 0), hint)])
