"""What is said of a module's inputs → tensors without data, with a batch of one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import torch

from archcalc.errors import UsageError
from archcalc.inputs import read_inputs
from archcalc.ops.shape import Shape

if TYPE_CHECKING:
    from torch import nn

Inputs: TypeAlias = "torch.Tensor | Shape | str | Sequence[Any] | Mapping[str, Any]"
"""A tensor, or the sizes of one sample: `3x224x224`, `int64:128`; several in a list or by name."""

_WRITTEN = re.compile(r"(?:(\w+):)?([0-9x×]+)")


class Example(NamedTuple):
    """One input: the sizes with the batch, and the type of its numbers."""

    name: str
    sizes: tuple[int, ...]
    dtype: torch.dtype
    by_name: bool = False

    @property
    def shape(self) -> Shape:
        """The shape of one sample, as it was given."""
        return Shape(*(self.sizes[1:] or (1,)))


def examples(module: nn.Module, inputs: Inputs) -> list[Example]:
    """Read what is said of the inputs. Raises UsageError for what says nothing."""
    kind = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32)
    if isinstance(inputs, str) and "=" in inputs:
        pairs = [part.partition("=") for part in inputs.split(",")]
        inputs = {name.strip(): given.strip() for name, _, given in pairs}
    if isinstance(inputs, Mapping):
        return [_example(str(name), given, kind, by_name=True) for name, given in inputs.items()]
    several = isinstance(inputs, list) or (
        isinstance(inputs, tuple) and any(not isinstance(one, int) for one in inputs)
    )
    given = list(inputs) if several else [inputs]
    names = _names(module, len(given))
    return [_example(name, one, kind) for name, one in zip(names, given, strict=True)]


def _example(name: str, given: Any, kind: torch.dtype, *, by_name: bool = False) -> Example:
    if isinstance(given, torch.Tensor):
        return Example(name, tuple(given.shape), given.dtype, by_name)
    written = _WRITTEN.fullmatch(given) if isinstance(given, str) else None
    if written and written[1]:
        found = getattr(torch, written[1], None)
        if not isinstance(found, torch.dtype):
            message = f"`{written[1]}` is no type of numbers"
            raise UsageError.of("wrong-type", message, "as in `ids=int64:128`, `mask=bool:128`")
        given, kind = written[2], found
    if isinstance(given, str) and re.fullmatch(r"[0-9]+", given):
        sizes: tuple[int, ...] = (int(given),)
    elif isinstance(given, tuple | list) and not isinstance(given, Shape) and len(given) == 1:
        sizes = (int(given[0]),)
    else:
        sizes = tuple(read_inputs(given)["input"])
    return Example(name, (1, *sizes), kind, by_name)


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
