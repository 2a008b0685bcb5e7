"""What is said of a module's inputs → tensors without data, with a batch of one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import torch
from torch.utils._pytree import tree_leaves, tree_map

from archcalc.errors import UsageError
from archcalc.inputs import read_inputs
from archcalc.ops.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import nn

Inputs: TypeAlias = "torch.Tensor | Shape | str | Sequence[Any] | Mapping[str, Any]"
"""A tensor, or the sizes of one sample: `3x224x224`, `int64:128`; several in a list or by name."""

_WRITTEN = re.compile(r"(?:(\w+):)?([0-9x×]+)")


class Example(NamedTuple):
    """One input: the sizes with the batch, the type of its numbers, the tensor if one was given."""

    name: str
    sizes: tuple[int, ...]
    dtype: torch.dtype
    tensor: torch.Tensor | None = None

    @property
    def shape(self) -> Shape:
        """The shape of one sample, as it was given; a batch of one ahead of it is left out."""
        return Shape(*(self.sizes[self.ahead :] or (1,)))

    @property
    def ahead(self) -> int:
        """How many sizes stand before the sample: a batch, or nothing."""
        return int(self.sizes[:1] == (1,))

    def at(self, shape: Shape) -> Example:
        """Give the same input at another size; of a vector with as many sizes as it had."""
        if shape == self.shape:
            return self
        rank = len(self.sizes) - self.ahead
        sizes = tuple(shape)[:rank] if shape.is_vector else tuple(shape)
        return Example(self.name, (1,) * self.ahead + sizes, self.dtype)


class Given(NamedTuple):
    """What a module is called with: arguments in order and by name, examples where tensors go."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __iter__(self) -> Iterator[Example]:
        """Go through all examples, however deep they stand."""
        leaves = tree_leaves((self.args, self.kwargs), is_leaf=_is_example)
        return (leaf for leaf in leaves if isinstance(leaf, Example))

    def made(self, make: Callable[[Example], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Put what `make` gives in the place of each example."""
        return tree_map(
            lambda leaf: make(leaf) if isinstance(leaf, Example) else leaf,
            (self.args, self.kwargs),
            is_leaf=_is_example,
        )

    def at(self, inputs: Mapping[str, Shape]) -> Given:
        """Give the same arguments with inputs of other sizes."""
        return Given(*self.made(lambda example: example.at(inputs[example.name])))


def _is_example(leaf: object) -> bool:
    return isinstance(leaf, Example)


def examples(module: nn.Module, inputs: Inputs) -> Given:
    """Read what is said of the inputs. Raises UsageError for what says nothing.

    >>> from torch import nn
    >>> given = examples(nn.Identity(), [(3, 32, 32), {"ids": "int64:12"}])
    >>> [(example.name, example.sizes) for example in given]
    [('input', (1, 3, 32, 32)), ('input2.ids', (1, 12))]
    """
    reading = _Reading(module)
    if isinstance(inputs, str) and "=" in inputs:
        pairs = [part.partition("=") for part in inputs.split(",")]
        inputs = {name.strip(): given.strip() for name, _, given in pairs}
    elif isinstance(inputs, str) and "," in inputs:
        inputs = [part.strip() for part in inputs.split(",")]
    if isinstance(inputs, Mapping):
        return Given((), {str(name): reading.read(str(name), one) for name, one in inputs.items()})
    several = isinstance(inputs, list | tuple) and not _is_size(inputs)
    listed: list[Any] = list(inputs) if several else [inputs]
    names = _names(module, len(listed))
    read = [reading.read(name, one) for name, one in zip(names, listed, strict=True)]
    return Given(tuple(read), {})


class _Reading:
    """Reads inputs of a module, whose numbers are of the type of its parameters."""

    def __init__(self, module: nn.Module) -> None:
        floats = (p.dtype for p in module.parameters() if p.is_floating_point())
        self._kind = next(floats, torch.float32)
        self._second = any(getattr(part, "batch_first", True) is False for part in module.modules())
        self._checked = False

    def read(self, name: str, given: Any) -> Any:
        """Read one argument; what can be no input is passed on as it is."""
        if given is None or isinstance(given, bool | float):
            return given
        if isinstance(given, Mapping):
            return {key: self.read(f"{name}.{key}", one) for key, one in given.items()}
        if isinstance(given, list | tuple) and not _is_size(given):
            return type(given)([self.read(f"{name}.{n}", one) for n, one in enumerate(given)])
        if isinstance(given, torch.Tensor):
            if "." not in name:
                self._check_batch(name, given)
            return Example(name, tuple(given.shape), given.dtype, given)
        kind, sizes = self._kind, given
        written = _WRITTEN.fullmatch(given) if isinstance(given, str) else None
        if written and written[1]:
            kind, sizes = _type_of(written[1]), written[2]
        return Example(name, (1, *_sizes(sizes)), kind)

    def _check_batch(self, name: str, tensor: torch.Tensor) -> None:
        """Refuse a first tensor of more samples than one: which of its sizes tell is not known."""
        sizes, first = tuple(tensor.shape), not self._checked
        self._checked = True
        second = self._second and len(sizes) > 1 and sizes[1] == 1
        if first and sizes and sizes[0] != 1 and not second:
            written = "x".join(map(str, sizes))
            message = f"`{name}` is {written}, and what is counted is one sample"
            one = "x".join(map(str, (1, *sizes[1:])))
            hint = f"is the first size a batch? Then give {one}; if it is not, 1x{written}"
            raise UsageError.of("batch", message, hint)


def _type_of(name: str) -> torch.dtype:
    found = getattr(torch, name, None)
    if not isinstance(found, torch.dtype):
        message = f"`{name}` is no type of numbers"
        raise UsageError.of("wrong-type", message, "as in `ids=int64:128`, `mask=bool:128`")
    return found


def _sizes(given: Any) -> tuple[int, ...]:
    """Read the sizes of one sample: a single number is a vector of so many."""
    if isinstance(given, str) and re.fullmatch(r"[0-9]+", given):
        return (int(given),)
    if isinstance(given, int):
        return (given,)
    if _is_size(given) and not isinstance(given, Shape) and len(given) != 3:
        return tuple(map(int, given))
    return tuple(read_inputs(given)["input"])


def _is_size(given: Any) -> bool:
    """Tell whether this is the size of one input: numbers, no further inputs."""
    return isinstance(given, Sequence) and bool(given) and all(isinstance(n, int) for n in given)


def _names(module: nn.Module, number: int) -> list[str]:
    """Name positional inputs as `forward` does."""
    try:
        known = [
            name
            for name, parameter in inspect.signature(module.forward).parameters.items()
            if parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}
        ]
    except (TypeError, ValueError):
        known = []
    if number == 1:
        return ["input"]
    rest = [f"input{n}" for n in range(len(known) + 1, number + 1)]
    return [*known, *rest][:number]
