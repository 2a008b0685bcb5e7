"""One forward pass without data → what each call of PyTorch read and put out, and where it stands.

Under `torch.inference_mode` calls arrive whole: a linear layer, a layer norm, an attention are one
call each. Tensors are known by identity, and by the storage that they are views of.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch._subclasses.fake_tensor import unset_fake_temporarily
from torch.utils._python_dispatch import TorchDispatchMode

from archcalc.graph import PACKED
from archcalc.readers.pytorch import moves
from archcalc.readers.pytorch.call import Call, Value, word_of
from archcalc.readers.pytorch.packed import Layer
from archcalc.readers.pytorch.quantised import PLAIN as PLAINLY
from archcalc.readers.pytorch.rounding import ROUNDING, THERE
from archcalc.readers.pytorch.shortcuts import PLAIN, SHORTCUTS
from archcalc.readers.pytorch.tape import Made, Tape

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from archcalc.readers.pytorch.callers import Callers


class Recorder(TorchDispatchMode):
    """Notes every call that has a rule, or that cannot be taken apart further.

    Where a call has a shortcut (`plainly` may forbid it), PyTorch need not run. One that `spares`
    numbers lets no call write over those of a module. `layers` stand for objects with weights,
    `numbers` are the ids of single ones that a module has. `running` is the call that is
    being made.
    """

    def __init__(
        self,
        callers: Callers,
        known: Container[str],
        *,
        plainly: bool = False,
        spares: bool = False,
    ) -> None:
        super().__init__()
        self._spares, self._has_complex = spares, False
        self.tape = Tape()
        self.layers: Mapping[int, Layer] = {}
        self.numbers: frozenset[int] = frozenset()
        self.running: Call | None = None
        self._is_packed = False
        self._callers, self._known, self._plainly = callers, known, plainly
        self._alive: list[torch.Tensor] = []

    def enter(self, tensor: torch.Tensor, value: Value) -> None:
        """Make a tensor known from the start: an input, a parameter, a buffer."""
        self.tape.enter(self._made(tensor), value)

    def hold(self, tensor: torch.Tensor, name: str) -> None:
        """Make a tensor of the module known by its name."""
        self.enter(tensor, Value(tuple(tensor.shape), names=(name,)))

    def value(self, tensor: torch.Tensor) -> Value:
        """Give what is known of a tensor."""
        return self.tape.value(self._made(tensor))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a call, and note it; take one without a rule apart into smaller ones if possible."""
        kwargs = kwargs or {}
        kind = _kind_of(func)
        if kind.asks:
            return func(*args, **kwargs)
        if kind.plainly is not None and not kwargs:
            with self, self._packed():
                return kind.plainly(*map(self._opened, args))
        if kind.name == "_local_scalar_dense" and self._is_stored(args[0]):
            with unset_fake_temporarily():
                return args[0].item()
        if kind.is_composite and kind.name not in self._known:
            with self:
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
        self._has_complex = False
        bound = self._bind(kind, args, kwargs)
        call = Call(kind.name, func._overloadname, bound, [], "", is_complex=self._has_complex)
        call.path, call.way = self._callers.path(kind.name, call.tensors()), self._way()
        if self._is_packed and kind.name in ROUNDING:  # the layer behind it has the name
            call.path = f"{call.path}.{kind.name}"
        self.running = call
        result = self.run(func, args, kwargs)
        self.running = None
        made = [result] if isinstance(result, torch.Tensor) else list(_tensors(result))
        moves_data = moves.is_move(call, [one.numel() for one in made]) or (
            kind.is_view and kind.name not in self._known
        )
        self.note(call, made, moves_data=moves_data, mutates=kind.mutates)
        return result

    def run(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Have done what is called."""
        if self._spares and any(
            type(one) in PLAIN and not one.is_meta for one in _written(func, args)
        ):
            return args[0] if func._schema.returns else None
        if _kind_of(func).name in ROUNDING and isinstance(args[0], torch.Tensor):
            return torch.empty_like(args[0])
        shortcut = None if kwargs or self._plainly else SHORTCUTS.get(func._name)
        made = shortcut(*args) if shortcut else None
        return func(*args, **kwargs) if made is None else made

    def note(
        self, call: Call, made: list[torch.Tensor], *, moves_data: bool, mutates: bool
    ) -> None:
        """Note a call that was made."""
        known = [self._made(one) for one in made]
        self.tape.note(call, known, moves_data=moves_data, mutates=mutates)

    def _made(self, tensor: torch.Tensor) -> Made:
        """Know a tensor by its identity, which is its own as long as it is kept alive."""
        self._alive.append(tensor)
        return Made(id(tensor), storage_of(tensor), tuple(tensor.shape))

    def _bind(self, kind: _Kind, args: Any, kwargs: Any) -> dict[str, Any]:
        """Give every argument by its name, tensors as what is known of them."""
        given = [self._known_as(one) for one in args]
        bound = dict(zip(kind.defaults, given, strict=False))
        for name in kind.names[len(given) :]:
            bound[name] = self._known_as(kwargs[name]) if name in kwargs else kind.defaults[name]
        return bound

    @contextmanager
    def _packed(self) -> Iterator[None]:
        """Note all calls as those of a quantised layer, which only this one is seen to make."""
        before, self._is_packed = self._is_packed, True
        yield
        self._is_packed = before

    def _way(self) -> str:
        return PACKED if self._is_packed else self._callers.way()

    def _opened(self, given: Any) -> Any:
        """Give what stands for an object with weights; anything else as it is."""
        is_object = isinstance(given, torch.ScriptObject)
        return self.layers.get(hash(given), given) if is_object else given

    def is_rounded(self, tensor: torch.Tensor) -> bool:
        """Tell whether a tensor stands for a quantised one."""
        return self.tape.follow_back(self._made(tensor), ROUNDING) in THERE

    def _is_stored(self, tensor: torch.Tensor) -> bool:
        """Tell whether a tensor is a number of the module that no call has written."""
        return id(tensor) in self.numbers and self.tape.is_untouched(storage_of(tensor))

    def _known_as(self, given: Any) -> Any:
        given = self._opened(given)
        if isinstance(given, Layer):
            return [self.value(array) for array in given.arrays]
        if isinstance(given, torch.Tensor):
            self._has_complex |= given.is_complex()
            return self.value(given)
        if isinstance(given, list | tuple):
            return [self._known_as(one) for one in given]
        return given


class _Kind(NamedTuple):
    """What is known of a call before it is made, the same each time."""

    name: str
    names: tuple[str, ...]
    defaults: dict[str, Any]
    asks: bool
    """Whether it only asks, as what device a tensor is on."""
    is_composite: bool
    is_view: bool
    mutates: bool
    plainly: Callable[..., torch.Tensor] | None
    """What does the same on plain numbers, if the call is one on quantised ones."""


@cache
def _kind_of(func: Any) -> _Kind:
    schema, asks = func._schema, func.namespace == "prim"
    defaults = {argument.name: argument.default_value for argument in schema.arguments}
    return _Kind(
        name=word_of(schema.name.rpartition("::")[2]),
        names=tuple(defaults),
        defaults=defaults,
        asks=asks,
        is_composite=not asks and _is_composite(func),
        is_view=func.is_view,
        mutates=schema.is_mutable,
        plainly=PLAINLY.get(schema.name),
    )


def _written(func: Any, args: Any) -> Iterator[torch.Tensor]:
    """Give the tensors that a call writes into."""
    if func._schema.is_mutable:
        for argument, given in zip(func._schema.arguments, args, strict=False):
            if argument.alias_info and argument.alias_info.is_write:
                yield from _tensors([given])


def _tensors(result: Any) -> Iterator[torch.Tensor]:
    if isinstance(result, list | tuple):
        for one in result:
            yield from _tensors(one)
    elif isinstance(result, torch.Tensor):
        yield result


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
