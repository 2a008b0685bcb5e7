"""Live PyTorch modules → Graph: imported when a module is given, since it imports torch.

One forward pass runs on tensors without data, so that a module with any number of parameters, on
any device or on none, is read without memory, and is left as it was found.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from torch.nn.parameter import is_lazy

from archcalc.errors import UsageError
from archcalc.origin import Origin
from archcalc.readers.pytorch.assembly import Assembly
from archcalc.readers.pytorch.examples import examples
from archcalc.readers.pytorch.packed import packed, sizes
from archcalc.readers.pytorch.passing import FAULTS, KNOWN, failed, trace
from archcalc.readers.ruling import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from torch import nn

    from archcalc.counts import Counts
    from archcalc.graph import Graph
    from archcalc.live import Rules
    from archcalc.ops.shape import Shape
    from archcalc.origin import Relative
    from archcalc.readers.pytorch.examples import Given, Inputs
    from archcalc.readers.pytorch.tape import Trace
    from archcalc.spec.values import Value
    from archcalc.testimony import Sample, Testimony


def read_named(
    name: str, inputs: Inputs | None, settings: Mapping[str, Value], rules: Rules
) -> Graph:
    """Build the module of a name, such as `torchvision:resnet50`, and read it.

    `settings` are keyword arguments of what makes it. Raises UnknownName, ShapeError, UsageError.
    """
    from archcalc.readers.pytorch.building import build  # noqa: PLC0415 - the names are few

    built = build(name, settings)
    given = built.input if inputs is None else inputs
    anew = partial(build, name, settings, "cpu")
    return read(built.module, given, name, rules, lambda: anew().module)


def read(
    module: nn.Module,
    inputs: Inputs | None = None,
    name: str = "",
    rules: Rules | None = None,
    anew: Callable[[], nn.Module] | None = None,
) -> Graph:
    """Read a live module at the sizes of its inputs, those of one sample, also by `rules`.

    `anew` makes it with numbers, if it has none.

    >>> from torch import nn
    >>> graph = read(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), "3x32x32")
    >>> [(node.path, str(node.y)) for node in graph.nodes]
    [('0', '8x30x30'), ('1', '8x30x30')]
    """
    name = name or type(module).__name__
    if inputs is None:
        message = f"{name} does not say the size of its input"
        asked = _ASKED.get(getattr(module, "main_input_name", ""), "3x224x224")
        raise UsageError.of("no-input", message, f'as in `input="{asked}"`, `--input {asked}`')
    lazy = next((key for key, p in module.named_parameters() if is_lazy(p)), None)
    if lazy is not None:
        message = f"`{lazy}` of {name} has no size before its first pass"
        raise UsageError.of("no-sizes", message, "call the module once with a tensor that has data")
    return Module(name, module, examples(module, inputs), rules or {}, anew).graph()


class Module(NamedTuple):
    """Makes the graph of a module, at these inputs or at others."""

    name: str
    module: nn.Module
    inputs: Given
    rules: Rules = {}  # noqa: RUF012 - a named tuple's default, which nothing changes
    anew: Callable[[], nn.Module] | None = None

    @property
    def origin(self) -> Origin:
        """Who it is: its class."""
        shapes = {example.name: example.shape for example in self.inputs}
        name = self.name.rpartition(":")[2]
        return Origin(id=self.name, name=name, inputs=shapes, kind="PyTorch module")

    def graph(self) -> Graph:
        """Run the module once, and take the network together."""
        return self._assembled(trace(self.module, self.inputs, self._known))[0]

    def testimonies(self, total: Counts) -> tuple[Testimony, ...]:
        """Ask PyTorch itself about the network, of which so much is counted in all."""
        from archcalc.readers.pytorch.testifying import testify  # noqa: PLC0415 - when asked

        found = trace(self.module, self.inputs, self._known, plainly=True)
        graph, assembly = self._assembled(found)
        return tuple(testify(self.module, self.inputs, graph, assembly, total))

    def samples(self) -> Iterator[Sample]:
        """Run the module with its numbers, and give what each layer read and put out.

        Raises UsageError where there are none, or where its code fails.
        """
        from archcalc.readers.pytorch import running  # noqa: PLC0415 - when asked

        module = self.anew() if self.anew and _is_on_meta(self.module) else self.module
        if _is_on_meta(module):
            message = f"{self.name} stands on the meta device, where there are no numbers"
            hint = "give a module with numbers, or the name of what makes one"
            raise UsageError.of("no-numbers", message, hint)
        if packed(module):
            message = f"{self.name} has quantised layers: its numbers are rounded, our kernels' not"
            hint = "without `--run` its layers, shapes and tensors are confirmed"
            raise UsageError.of("no-numbers", message, hint)
        run = self._replace(module=module)
        try:
            found = running.trace(module, self.inputs, run._known, self.graph())
        except FAULTS as error:
            raise failed(f"{self.name} failed on numbers", error) from None
        return running.samples(*run._assembled(found))

    @property
    def _known(self) -> Container[str]:
        return KNOWN.union(map(bare, self.rules))

    def _assembled(self, found: Trace) -> tuple[Graph, Assembly]:
        arrays = sizes(self.module)
        trained = frozenset(n for n, p in self.module.named_parameters() if p.requires_grad)
        origin = self.origin
        assembly = Assembly(origin, origin.inputs, arrays, trained, self.rules)
        return assembly.assemble(found, self), assembly

    def at(self, inputs: Mapping[str, Shape], *, heads: bool) -> Graph:  # noqa: ARG002 - there are none
        """Run the module at other inputs."""
        return self._replace(inputs=self.inputs.at(inputs)).graph()

    def relatives(self) -> Iterator[Relative]:
        """There are none."""
        return iter(())


def _is_on_meta(module: nn.Module) -> bool:
    return any(tensor.is_meta for tensor in [*module.parameters(), *module.buffers()])


_ASKED = {
    "input_ids": "input_ids=int64:128",
    "pixel_values": "pixel_values=3x224x224",
    "input_features": "input_features=80x3000",
    "input_values": "input_values=16000",
}
"""What an input may look like, by the name that a model of transformers has for it."""
