"""A pass with numbers, in double precision: what each layer read, and what PyTorch made of it.

It is made on copies, so that a module keeps its own numbers, and is otherwise the pass without
data: the same calls become the same layers.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.func import functional_call

from archcalc.graph import INPUT
from archcalc.ops.shape import first_of
from archcalc.readers.pytorch.call import Value
from archcalc.readers.pytorch.callers import Callers
from archcalc.readers.pytorch.passing import entered, tensors, undisturbed
from archcalc.readers.pytorch.recorder import Recorder, storage_of
from archcalc.readers.pytorch.tape import Trace
from archcalc.testimony import Sample

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterator

    from torch import nn

    from archcalc.graph import Graph
    from archcalc.readers.pytorch.assembly import Assembly
    from archcalc.readers.pytorch.call import Call
    from archcalc.readers.pytorch.examples import Example, Given
    from archcalc.readers.pytorch.step import Step

SEED = 0
"""What enters is drawn, always alike."""


def trace(module: nn.Module, given: Given, known: Container[str], graph: Graph) -> Trace:
    """Run a module with its own numbers on drawn ones; `graph` tells which numbers are words."""
    positions = {name: INPUT - n for n, name in enumerate(graph.inputs)}
    draw = torch.Generator().manual_seed(SEED)
    with undisturbed(module), _in_double(), Callers(module) as callers:
        recorder = _Keeper(callers, known)
        stored = _copied(module)
        for name, _ in [*module.named_parameters(), *module.named_buffers()]:
            tensor = stored[name]
            recorder.enter(tensor, Value(tuple(tensor.shape), names=(name,)))
        args, kwargs = entered(
            recorder, given, lambda e: _drawn(e, _words(graph, positions[e.name]), draw)
        )
        with recorder:
            result = functional_call(module, stored, args, kwargs, tie_weights=False)
        outputs = [recorder.value(tensor) for tensor in tensors(result)]
        return Trace(recorder.tape.calls, outputs, callers.naming)


def samples(graph: Graph, assembly: Assembly) -> Iterator[Sample]:
    """Give what each layer with an op read and put out in such a pass."""
    for position, (step, call) in assembly.steps.items():
        node = graph.nodes[position]
        names = [array.name for array in node.op.weights(first_of(node.xs), node.y)]
        read = zip(step.views, step.inputs, strict=True)
        xs = [view.of(_said(value, step)) for view, value in read]
        arrays = [torch.cat([_numbers(v).flatten() for v in values]) for values in step.holds]
        y = step.output(call).of(_numbers(call.outputs[0]))
        steps = [torch.finfo(x.dtype).eps for x in (*xs, *arrays, y) if x.is_floating_point()]
        yield Sample(
            node.path,
            node.op,
            tuple(map(_array, xs)),
            dict(zip(names, map(_array, arrays), strict=True)),
            _array(y),
            max(steps, default=0.0),
        )


class _Keeper(Recorder):
    """Keeps with each value its numbers; where they are written over, a copy of what they were."""

    def __init__(self, callers: Callers, known: Container[str]) -> None:
        super().__init__(callers, known)
        self._holding: dict[Hashable, list[Value]] = {}

    def value(self, tensor: torch.Tensor) -> Value:
        """Give what is known of a tensor, with its numbers."""
        value = super().value(tensor)
        return value if value.numbers is tensor else self._keep(value, tensor)

    def run(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Have PyTorch do what is called; keep first what it writes over."""
        for n, argument in enumerate(func._schema.arguments):
            if argument.alias_info and argument.alias_info.is_write:
                given = args[n] if n < len(args) else kwargs.get(argument.name)
                for tensor in tensors(given):
                    for value in self._holding.pop(storage_of(tensor), ()):
                        value.numbers = _numbers(value).clone()
        return super().run(func, args, kwargs)

    def note(
        self, call: Call, made: list[torch.Tensor], *, moves_data: bool, mutates: bool
    ) -> None:
        """Note a call that was made, and the numbers that came out."""
        super().note(call, made, moves_data=moves_data, mutates=mutates)
        for value, tensor in zip(call.outputs, made, strict=True):
            self._keep(value, tensor)

    def _keep(self, value: Value, tensor: torch.Tensor) -> Value:
        kept = value if value.numbers is None else replace(value)
        kept.numbers = tensor
        self._holding.setdefault(storage_of(tensor), []).append(kept)
        return kept


@contextmanager
def _in_double() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _copied(module: nn.Module) -> dict[str, torch.Tensor]:
    """Copy all that a module holds, in double precision; what has two names is copied once."""
    copies: dict[int, torch.Tensor] = {}
    found = {}
    for name, tensor in [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    ]:
        if id(tensor) not in copies:
            copies[id(tensor)] = _in_numbers(tensor)
        found[name] = copies[id(tensor)]
    return found


def _in_numbers(tensor: torch.Tensor) -> torch.Tensor:
    kind = torch.float64 if tensor.is_floating_point() else tensor.dtype
    return tensor.detach().to("cpu", kind, copy=True)


def _drawn(example: Example, words: int | None, draw: torch.Generator) -> torch.Tensor:
    """Take the tensor that was given, or draw one; numbers that are no words are ones, as masks."""
    if example.tensor is not None and not example.tensor.is_meta:
        return _in_numbers(example.tensor)
    if example.dtype.is_floating_point:
        return torch.randn(example.sizes, generator=draw)
    if words is None or example.dtype is torch.bool:
        return torch.ones(example.sizes, dtype=example.dtype)
    return torch.randint(words, example.sizes, generator=draw, dtype=example.dtype)


def _words(graph: Graph, position: int) -> int | None:
    """Tell how many words the smallest table has that an input is looked up in."""
    tables = [node.op for node in graph.nodes if node.op.name == "embedding"]
    read = [node for node in graph.nodes if node.op in tables and position in node.inputs]
    return min([node.op.words for node in read], default=None)  # type: ignore[attr-defined]


def _numbers(value: Value) -> torch.Tensor:
    return cast("torch.Tensor", value.numbers)


def _said(value: Value, step: Step) -> torch.Tensor:
    """Give the numbers of what enters a layer; of a mask what is added to the scores."""
    numbers = _numbers(value)
    if step.op.name == "scaled_dot_product" and numbers.dtype is torch.bool:
        return torch.zeros(numbers.shape).masked_fill(~numbers, -torch.inf)
    return numbers


def _array(numbers: torch.Tensor) -> Any:
    """Give numbers to NumPy, which does not have all of PyTorch's kinds."""
    return (numbers.double() if numbers.is_floating_point() else numbers).numpy()
