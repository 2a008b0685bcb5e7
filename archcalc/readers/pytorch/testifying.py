"""Four witnesses of a live module, none of which knows a rule: what PyTorch itself has to say.

Its tensors, whose sizes are what the arrays of our ops add up to; its shapes; its own counter of
multiply-adds, which sees other calls, further down; and the gradients that reach its parameters,
which are those on a path to an output.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch.func import functional_call
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from archcalc.ops.shape import first_of
from archcalc.readers.pytorch.keeping import kept
from archcalc.readers.pytorch.passing import FAULTS
from archcalc.testimony import Testimony
from archcalc.uncounted import abridged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from torch import nn

    from archcalc.counts import Counts
    from archcalc.graph import Graph
    from archcalc.readers.pytorch.assembly import Assembly
    from archcalc.readers.pytorch.examples import Given


def testify(
    module: nn.Module, given: Given, graph: Graph, assembly: Assembly, total: Counts
) -> Iterator[Testimony]:
    """Hear all four of a graph that was read of a module, of which so much is counted in all."""
    yield from _tensors(module, graph, assembly, total)
    yield _shapes(graph, assembly)
    yield _counter(module, given, total.macs)
    yield _gradients(module, given, graph, assembly)


def _tensors(
    module: nn.Module, graph: Graph, assembly: Assembly, total: Counts
) -> Iterator[Testimony]:
    """Compare the arrays of each op with what it read, and all with what the module holds."""
    of_layers = [
        (sum(array.size for array in node.op.weights(first_of(node.xs), node.y)), read, node.path)
        for position, (step, _) in assembly.steps.items()
        for node in [graph.nodes[position]]
        for read in [sum(value.size for values in step.holds for value in values)]
    ]
    yield _tally("its tensors", "layers with arrays of these sizes", of_layers)
    trained = {id(p): p.numel() for p in module.parameters() if p.requires_grad}
    yield Testimony("its tensors", "trained parameters", total.parameters, sum(trained.values()))


def _shapes(graph: Graph, assembly: Assembly) -> Testimony:
    found = [
        (tuple(node.y), _plain(step.output(call).shape, node.y), node.path)
        for position, (step, call) in assembly.steps.items()
        for node in [graph.nodes[position]]
    ]
    return _tally("PyTorch's shapes", "layers with this output", found)


def _plain(found: Any, ours: Any) -> tuple[int, ...]:
    """Write a vector as we do, however many ones it ends with."""
    alike = found.is_vector and ours.is_vector and found.size == ours.size
    return tuple(ours) if alike else tuple(found)


def _counter(module: nn.Module, given: Given, macs: int) -> Testimony:
    """Count a pass by PyTorch's own counter, which calls a multiply-add two."""
    name, of = "PyTorch's counter", "multiply-adds"
    try:
        with _quietly(), FlopCounterMode(display=False) as counter, torch.no_grad():
            _pass(module, given)
    except FAULTS as error:
        return Testimony(name, of, macs, None, f"it cannot run: {_said(error)}")
    return Testimony(name, of, macs, counter.get_total_flops() // 2)


def _gradients(module: nn.Module, given: Given, graph: Graph, assembly: Assembly) -> Testimony:
    """Compare the parameters that gradients reach with those on a path to an output."""
    name, of = "gradients", "parameters that one reaches"
    owners = assembly.owned.owners
    reached = {n for n, position in owners.items() if position in graph.leading_out}
    try:
        with _quietly(), torch.enable_grad():
            parameters, result = _pass(module, given)
            outputs = [one.sum() for one in tree_leaves(result) if _is_differentiable(one)]
            wanted = [n for n, p in parameters.items() if p.requires_grad]
            found = torch.autograd.grad(outputs, [parameters[n] for n in wanted], allow_unused=True)
    except FAULTS as error:
        return Testimony(name, of, len(reached), None, f"it cannot run: {_said(error)}")
    got = {n for n, gradient in zip(wanted, found, strict=True) if gradient is not None}
    ours = reached & set(wanted)
    return Testimony(name, of, len(ours), len(got), _named(got ^ ours))


def _pass(module: nn.Module, given: Given) -> tuple[dict[str, Any], Any]:
    """Run a module on tensors without data in the place of all its own."""
    held: dict[int, torch.Tensor] = {}

    def without_data(tensor: torch.Tensor, *, trained: bool) -> torch.Tensor:
        made = torch.empty_like(tensor, device="meta").requires_grad_(trained)
        return held.setdefault(id(tensor), made)

    parameters = {
        name: without_data(p, trained=p.requires_grad)
        for name, p in module.named_parameters(remove_duplicate=False)
    }
    buffers = {
        name: without_data(b, trained=False)
        for name, b in module.named_buffers(remove_duplicate=False)
    }
    args, kwargs = given.made(
        lambda example: torch.empty(example.sizes, dtype=example.dtype, device="meta")
    )
    with kept(module):
        result = functional_call(module, parameters | buffers, args, kwargs, tie_weights=False)
    own = {name: parameters[name] for name, _ in module.named_parameters()}
    return own, result


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _is_differentiable(leaf: object) -> bool:
    return isinstance(leaf, torch.Tensor) and leaf.requires_grad


def _tally(witness: str, of: str, pairs: Iterable[tuple[Any, Any, str]]) -> Testimony:
    """Count how many agree, and name those that do not."""
    listed = list(pairs)
    unlike = [path for ours, theirs, path in listed if ours != theirs]
    return Testimony(witness, of, len(listed), len(listed) - len(unlike), _named(unlike))


def _named(paths: Iterable[str]) -> str:
    return abridged(sorted(paths))


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:120]}"
