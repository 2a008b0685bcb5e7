"""Live PyTorch modules → Graph: imported when a module is given, since it imports torch.

One forward pass runs on tensors without data, so that a module with any number of parameters, on
any device or on none, is read without memory, and is left as it was found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.errors import UsageError
from archcalc.origin import Origin
from archcalc.readers.pytorch.assembly import Assembly
from archcalc.readers.pytorch.examples import Example, examples
from archcalc.readers.pytorch.passing import trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import nn

    from archcalc.graph import Graph
    from archcalc.ops.shape import Shape
    from archcalc.origin import Relative
    from archcalc.readers.pytorch.examples import Inputs
    from archcalc.spec.values import Value


def read_named(name: str, inputs: Inputs | None, settings: Mapping[str, Value]) -> Graph:
    """Build the module of a name, such as `torchvision:resnet50`, and read it.

    `settings` are keyword arguments of what makes it. Raises UnknownName, ShapeError, UsageError.
    """
    from archcalc.readers.pytorch.building import build  # noqa: PLC0415 - the names are few

    built = build(name, settings)
    return read(built.module, built.input if inputs is None else inputs, name)


def read(module: nn.Module, inputs: Inputs | None = None, name: str = "") -> Graph:
    """Read a live module at the sizes of its inputs, those of one sample.

    >>> from torch import nn
    >>> graph = read(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), "3x32x32")
    >>> [(node.path, str(node.y)) for node in graph.nodes]
    [('0', '8x30x30'), ('1', '8x30x30')]
    """
    name = name or type(module).__name__
    if inputs is None:
        message = f"{name} does not say the size of its input"
        raise UsageError.of("no-input", message, 'as in `input="3x224x224"`, `--input 3x224x224`')
    return Module(name, module, examples(module, inputs)).graph()


class Module(NamedTuple):
    """Makes the graph of a module, at these inputs or at others."""

    name: str
    module: nn.Module
    inputs: list[Example]

    @property
    def origin(self) -> Origin:
        """Who it is: its class."""
        shapes = {example.name: example.shape for example in self.inputs}
        return Origin(id=self.name, name=self.name.rpartition(":")[2], inputs=shapes)

    def graph(self) -> Graph:
        """Run the module once, and take the network together."""
        arrays = {name: tuple(p.shape) for name, p in self.module.named_parameters()}
        trained = frozenset(n for n, p in self.module.named_parameters() if p.requires_grad)
        origin = self.origin
        return Assembly(origin, origin.inputs, arrays, trained).assemble(
            trace(self.module, self.inputs), self
        )

    def at(self, inputs: Mapping[str, Shape], *, heads: bool) -> Graph:  # noqa: ARG002 - there are none
        """Run the module at other inputs."""
        given = [
            example._replace(sizes=(1, *_sizes(inputs[example.name], example)))
            for example in self.inputs
        ]
        return self._replace(inputs=given).graph()

    def relatives(self) -> Iterator[Relative]:
        """There are none."""
        return iter(())


def _sizes(shape: Shape, example: Example) -> tuple[Any, ...]:
    """Write a vector with as many sizes as the input had."""
    rank = len(example.sizes) - 1
    return tuple(shape)[:rank] if shape.is_vector else tuple(shape)
