"""One forward pass without data → what each call of PyTorch read and put out, and where it stands.

Under `torch.inference_mode` calls arrive whole: a linear layer, a layer norm, an attention are one
call each. Tensors are known by identity, and by the storage that they are views of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from archcalc.readers.pytorch import moves
from archcalc.readers.pytorch.call import Call, Value, values_in, word_of
from archcalc.readers.pytorch.tape import Made, Tape

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from archcalc.readers.pytorch.callers import Callers


class Recorder(TorchDispatchMode):
    """Notes every call that has a rule, or that cannot be taken apart further."""

    def __init__(self, callers: Callers, known: Container[str]) -> None:
        super().__init__()
        self.tape = Tape()
        self._callers, self._known = callers, known
        self._alive: list[torch.Tensor] = []

    def enter(self, tensor: torch.Tensor, value: Value) -> None:
        """Make a tensor known from the start: an input, a parameter, a buffer."""
        self.tape.enter(self._made(tensor), value)

    def value(self, tensor: torch.Tensor) -> Value:
        """Give what is known of a tensor."""
        return self.tape.value(self._made(tensor))

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
        result = self.run(func, args, kwargs)
        made = [one for one in _flat(result) if isinstance(one, torch.Tensor)]
        sizes = [one.numel() for one in made]
        moves_data = moves.is_move(name, bound, sizes) or (func.is_view and name not in self._known)
        call = Call(name, func._overloadname, bound, [], path, tuple(made))
        self.note(call, moves_data=moves_data, mutates=func._schema.is_mutable)
        return result

    def run(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Have PyTorch do what is called."""
        return func(*args, **kwargs)

    def note(self, call: Call, *, moves_data: bool, mutates: bool) -> None:
        """Note a call that was made."""
        made = [self._made(one) for one in call.outputs_of]
        self.tape.note(call, made, moves_data=moves_data, mutates=mutates)

    def _made(self, tensor: torch.Tensor) -> Made:
        """Know a tensor by its identity, which is its own as long as it is kept alive."""
        self._alive.append(tensor)
        return Made(id(tensor), storage_of(tensor), tuple(tensor.shape))

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


def _flat(result: Any) -> Iterator[Any]:
    if isinstance(result, list | tuple):
        for one in result:
            yield from _flat(one)
    else:
        yield result


def _name(func: Any) -> str:
    return word_of(func._schema.name.rpartition("::")[2])


def storage_of(tensor: torch.Tensor) -> int:
    """Name the memory that a tensor is a view of."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):
        return -id(tensor)


def _is_composite(func: Any) -> bool:
    return bool(
        torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), "CompositeImplicitAutograd")
    )
