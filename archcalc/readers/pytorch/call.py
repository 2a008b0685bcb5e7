"""What a call of PyTorch read and put out: values, of which no tensor is kept but where asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import TYPE_CHECKING, Any

from archcalc.graph import MODULE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch


@dataclass(eq=False, slots=True)
class Value:
    """What is known of a tensor: its sizes, what it was made by, what stored tensors are in it.

    `sources` are the calls that made it (-1, -2 ... are inputs). It is `held` if the input is in
    it; else it is stored, computed from what is stored, or a constant. `features` is the axis of
    the features, where that is known. `whole` tells whether it is all of its source's output,
    however laid out; `placed`, whether its places are where they were. `names` are those of the
    parameters and buffers that it is, or was computed from; `numbers` are its own, if a pass with
    numbers keeps them.
    """

    shape: tuple[int, ...]
    sources: tuple[int, ...] = ()
    held: bool = False
    names: tuple[str, ...] = ()
    features: int | None = None
    whole: bool = True
    placed: bool = True
    output: int = 0
    written: int = 0
    numbers: torch.Tensor | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    def turned(self) -> Value:
        """Give a matrix with rows for columns."""
        numbers = None if self.numbers is None else self.numbers.T
        return replace(self, shape=self.shape[::-1], numbers=numbers)


@dataclass(eq=False, slots=True)
class Call:
    """A call of PyTorch: its name, its arguments by name, its outputs, the path where it stands.

    `way` tells in what way it is written, and `is_complex` that it reads complex numbers, whose
    products are several.
    """

    name: str
    overload: str
    args: dict[str, Any]
    outputs: list[Value]
    path: str
    way: str = MODULE
    is_complex: bool = False
    _read: tuple[Value, ...] | None = field(default=None, init=False, repr=False)

    def tensors(self) -> tuple[Value, ...]:
        """Give all tensors that it reads."""
        if self._read is None:
            self._read = tuple(values_in(list(self.args.values())))
        return self._read


def word_of(name: str) -> str:
    """Name a call as people know it.

    >>> word_of("relu_"), word_of("add"), word_of("__and__")
    ('relu', 'add', '__and__')
    """
    return name if name.startswith("__") or not name.endswith("_") else name[:-1]


def values_in(given: Any) -> Iterator[Value]:
    """Go through all tensors of arguments, however deep they stand.

    >>> [value.shape for value in values_in({"self": Value((1, 2)), "tensors": [Value((3,)), 4]})]
    [(1, 2), (3,)]
    """
    if isinstance(given, Value):
        yield given
    elif isinstance(given, list | tuple):
        for one in given:
            yield from values_in(one)
    elif isinstance(given, dict):
        yield from values_in(list(given.values()))
