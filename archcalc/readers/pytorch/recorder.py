"""One forward pass without data → what each call of PyTorch read and put out, and where it stands.

Under `torch.inference_mode` calls arrive whole: a linear layer, a layer norm, an attention are one
call each. Tensors are known by identity, and by the storage that they are views of.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from archcalc.readers.pytorch import moves
from archcalc.readers.pytorch.call import Call, Value, values_in

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from archcalc.readers.pytorch.naming import Callers


class Recorder(TorchDispatchMode):
    """Notes every call that has a rule, or that cannot be taken apart further."""

    def __init__(self, callers: Callers, known: Container[str]) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._callers, self._known = callers, known
        self._values: dict[int, Value] = {}
        self._alive: list[torch.Tensor] = []
        self._storages: dict[int, Value] = {}
        self._named: dict[int, str] = {}
        self._time = 0

    def enter(self, tensor: torch.Tensor, value: Value) -> None:
        """Make a tensor known from the start: an input, a parameter, a buffer."""
        self._keep(tensor, value)
        if value.names:
            self._named[_storage(tensor)] = value.names[0]

    def value(self, tensor: torch.Tensor) -> Value:
        """Give what is known of a tensor; of a view whose storage was written since, who wrote."""
        found = self._values.get(id(tensor))
        storage = _storage(tensor)
        if found is None:
            named = self._named.get(storage)
            found = Value(tuple(tensor.shape), names=(named,) if named else ())
            self._keep(tensor, found)
        last = self._storages.get(storage)
        if last is not None and last.written > found.written and last.sources:
            return replace(last, shape=found.shape, features=found.features, whole=False)
        return found

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a call, and note it; take one without a rule apart into smaller ones if possible."""
        kwargs = kwargs or {}
        if func.namespace == "prim":  # what device a tensor is on: no computation
            return func(*args, **kwargs)
        name = _name(func)
        if name not in self._known and _is_composite(func):
            with self:
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
        bound = self._bind(func, args, kwargs)
        path = self._callers.path(name, list(values_in(bound)))
        result = func(*args, **kwargs)
        made = [one for one in _flat(result) if isinstance(one, torch.Tensor)]
        self._note(func, name, bound, made, path)
        return result

    def _note(
        self, func: Any, name: str, args: dict[str, Any], made: list[torch.Tensor], path: str
    ) -> None:
        self._time += 1
        read = list(values_in(args))
        mutates = func._schema.is_mutable
        if name in moves.CONSTANTS or not any(v.sources or v.names for v in read):
            values = [Value(tuple(one.shape)) for one in made]
        elif name in moves.MOVES or (func.is_view and name not in self._known):
            values = [_moved(name, args, read, tuple(one.shape)) for one in made]
        else:
            position = len(self.calls)
            names = tuple(dict.fromkeys(n for v in read for n in v.names))
            held = any(v.held for v in read)
            values = [
                Value(tuple(one.shape), (position,), held, () if held else names, output=n)
                for n, one in enumerate(made)
            ]
            self.calls.append(Call(name, func._overloadname, args, values, path, tuple(made)))
        for tensor, value in zip(made, values, strict=True):
            if mutates:
                value.written = self._time
                before = self._values.get(id(tensor))
                self._storages[_storage(tensor)] = value
                if before is not None and not value.sources and before.sources:
                    continue
            self._keep(tensor, value)

    def _keep(self, tensor: torch.Tensor, value: Value) -> None:
        self._values[id(tensor)] = value
        self._alive.append(tensor)

    def _bind(self, func: Any, args: Any, kwargs: Any) -> dict[str, Any]:
        """Give every argument by its name, tensors as what is known of them."""
        bound: dict[str, Any] = {}
        for position, argument in enumerate(func._schema.arguments):
            if position < len(args):
                given = args[position]
            elif argument.name in kwargs:
                given = kwargs[argument.name]
            elif argument.has_default_value():
                given = argument.default_value
            else:
                given = None
            bound[argument.name] = self._known_as(given)
        return bound

    def _known_as(self, given: Any) -> Any:
        if isinstance(given, torch.Tensor):
            return self.value(given)
        if isinstance(given, list | tuple):
            return [self._known_as(one) for one in given]
        return given


def _moved(name: str, args: dict[str, Any], read: list[Value], shape: tuple[int, ...]) -> Value:
    """Follow data that is moved: who made it stays who made it."""
    sources = tuple(dict.fromkeys(s for v in read for s in v.sources))
    names = tuple(dict.fromkeys(n for v in read for n in v.names))
    first = next((v for v in read if v.held), read[0])
    held = any(v.held for v in read)
    features = moves.follow(name, args, first, shape)
    whole = first.whole and len(sources) < 2 and prod(shape) == first.size
    return Value(shape, sources, held, names, features, whole, first.output)


def _flat(result: Any) -> Iterator[Any]:
    if isinstance(result, list | tuple):
        for one in result:
            yield from _flat(one)
    else:
        yield result


def _name(func: Any) -> str:
    """Name a call as people know it: `relu` for `aten::relu_`."""
    name: str = func._schema.name.rpartition("::")[2]
    return name if name.startswith("__") or not name.endswith("_") else name[:-1]


def _storage(tensor: torch.Tensor) -> int:
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):
        return -id(tensor)


def _is_composite(func: Any) -> bool:
    return bool(
        torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), "CompositeImplicitAutograd")
    )
