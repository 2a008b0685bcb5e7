"""One forward pass of a module on tensors without data: what was called, and what came out."""

from __future__ import annotations

import dataclasses
import logging
import sys
import traceback
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensorMode,
)
from torch.utils._pytree import tree_leaves

from archcalc.errors import ArchcalcError, Reason, UsageError
from archcalc.readers.pytorch import elementwise, lowering, moves, stated
from archcalc.readers.pytorch.call import Value
from archcalc.readers.pytorch.callers import Callers
from archcalc.readers.pytorch.keeping import kept
from archcalc.readers.pytorch.packed import layer, packed
from archcalc.readers.pytorch.quantised import Seeming
from archcalc.readers.pytorch.recorder import Recorder
from archcalc.readers.pytorch.rounding import ROUNDING
from archcalc.readers.pytorch.tape import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from torch import nn

    from archcalc.readers.pytorch.call import Call
    from archcalc.readers.pytorch.examples import Example, Given

KNOWN = (
    lowering.RULES.keys()
    | stated.RULES.keys()
    | elementwise.EACH.keys()
    | ROUNDING
    | moves.MOVES
    | moves.CONSTANTS
)
"""The calls that are not taken apart."""
FAULTS = (Exception, SystemExit)
"""What a stranger's code raises: it may also end the program, as a parser of arguments does."""
_VALUES = (DataDependentOutputException, DynamicOutputShapeException)
_SAID = (
    "meta",
    "_local_scalar_dense",
    "is not on the expected device",
    ".numpy() is not supported",
    "no fake impl registered",
    "must be quantized",
)
"""What PyTorch says where it has no values, in some of its many ways."""


def trace(
    module: nn.Module, given: Given, known: Container[str] = KNOWN, *, plainly: bool = False
) -> Trace:
    """Run a module on tensors without data. The module is left as it was found.

    Calls that are `known` are not taken apart. A pass that asks what the numbers are ends there, if
    there is something to tell of. `plainly` PyTorch itself says of each call what comes out.
    Raises UsageError where its own code fails, or nothing can be told.
    """
    on_meta = any(p.is_meta for p in [*module.parameters(), *module.buffers()])
    try:
        return _run(module, given, known, fake=not on_meta, plainly=plainly)
    except FAULTS as error:
        if on_meta and asks_for_values(error):
            try:
                return _run(module, given, known, fake=True, plainly=plainly)
            except FAULTS as second:
                raise _failed(module, second, given) from None
        raise _failed(module, error, given) from None


def _run(
    module: nn.Module, given: Given, known: Container[str], *, fake: bool, plainly: bool
) -> Trace:
    opened, numbers = packed(module), frozenset[int]()
    with ExitStack() as stack:
        stack.enter_context(undisturbed(module))
        device = torch.device("meta")
        if fake:
            mode = stack.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
            device = next(
                (p.device for p in module.parameters() if not p.is_meta), torch.device("cpu")
            )
            numbers = _stand_in(module, mode)
        callers = stack.enter_context(Callers(module))
        recorder = Recorder(callers, known, plainly=plainly, spares=fake)
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            recorder.hold(tensor, name)
        recorder.numbers = numbers
        recorder.layers = {
            known_by: layer(one, lambda size: torch.empty(size, device=device), recorder.hold)
            for known_by, one in opened.items()
        }
        args, kwargs = entered(
            recorder, given, lambda e: torch.empty(e.sizes, dtype=e.dtype, device=device)
        )
        calls, naming = recorder.tape.calls, callers.naming
        try:
            with recorder, Seeming(recorder.is_rounded) if opened else nullcontext():
                result = module(*args, **kwargs)
        except Exception as error:
            if not fake or not asks_for_values(error) or not (opened or _holds_something(module)):
                raise
            why = f"{_told(recorder.running)} asks for values{_where(error)}"
            return Trace(calls, calls[-1].outputs if calls else [], naming, why)
        return Trace(calls, [recorder.value(tensor) for tensor in tensors(result)], naming)


@contextmanager
def undisturbed(module: nn.Module) -> Iterator[None]:
    """Run a module without gradients and without a word, and leave it as it was."""
    with kept(module), redirect_stdout(sys.stderr), torch.inference_mode(), _quiet():
        yield


def entered(
    recorder: Recorder, given: Given, make: Callable[[Example], torch.Tensor]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Make a tensor of each example, and make it known as what enters."""
    positions = {id(example): -1 - n for n, example in enumerate(given)}

    def enter(example: Example) -> torch.Tensor:
        tensor = make(example)
        recorder.enter(tensor, _entering(example, positions[id(example)]))
        return tensor

    return given.made(enter)


def _holds_something(module: nn.Module) -> bool:
    """Tell whether a module has numbers, so that there is a part to tell of."""
    return any(True for held in (module.parameters(), module.buffers()) for _ in held)


def _told(call: Call | None) -> str:
    """Name a call, and the module where it stands, for those who write PyTorch."""
    if call is None:
        return "it"
    word = "item" if call.name == "_local_scalar_dense" else call.name
    above, _, last = call.path.rpartition("/")
    where = above if last.partition("#")[0] == call.name else call.path
    return f"`{word}` in {where.replace('/', '.')}" if where else f"`{word}`"


def _entering(example: Example, position: int) -> Value:
    floats, rank = example.dtype.is_floating_point, len(example.sizes)
    features = 1 if floats and rank > 3 else None
    return Value(example.sizes, (position,), held=True, features=features)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep PyTorch from logging what is about to be told as an error."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _stand_in(module: nn.Module, mode: FakeTensorMode) -> frozenset[int]:
    """Put tensors without data in the place of buffers, which a pass may change, and of meta ones.

    Whoever keeps the module puts them back. Single numbers stay, and are named by their ids: what
    they are a module may ask, as it knows them whatever comes in.
    """
    numbers = set[int]()
    memo: dict[int, torch.Tensor] = {}
    for part in module.modules():
        for held in (part._parameters, part._buffers, vars(part)):
            for name, tensor in list(held.items()):
                trained = isinstance(tensor, torch.nn.Parameter)
                if not isinstance(tensor, torch.Tensor):
                    continue
                if tensor.numel() == 1 and not tensor.is_meta:
                    numbers.add(id(tensor))
                elif tensor.is_meta or not trained:
                    if id(tensor) not in memo:
                        memo[id(tensor)] = _without_data(tensor, mode, trained=trained)
                    held[name] = memo[id(tensor)]
    return frozenset(numbers)


def _without_data(tensor: torch.Tensor, mode: FakeTensorMode, *, trained: bool) -> torch.Tensor:
    made = torch.empty_like(tensor, device="cpu") if tensor.is_meta else mode.from_tensor(tensor)
    return torch.nn.Parameter(made, tensor.requires_grad) if trained else made


def tensors(result: Any) -> Iterator[torch.Tensor]:
    """Find the tensors in what a module gives: in lists, dicts, data classes; None is none."""
    for leaf in tree_leaves(result):
        if isinstance(leaf, torch.Tensor):
            yield leaf
        elif dataclasses.is_dataclass(leaf) and not isinstance(leaf, type):
            yield from tensors(list(vars(leaf).values()))


def asks_for_values(error: BaseException) -> bool:
    """Tell whether what failed is that tensors without data have no values."""
    said = str(error)
    if 'required "forward" function' in said:  # a list of modules is none
        return False
    lacks = isinstance(error, NotImplementedError) and _is_of_pytorch(error)
    return lacks or isinstance(error, _VALUES) or any(words in said for words in _SAID)


def _is_of_pytorch(error: BaseException) -> bool:
    """Tell whether PyTorch raised an error, and not a stranger's code."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and _is_inner(frames[-1].filename)


def failed(what: str, error: BaseException, hint: str | None = None) -> ArchcalcError:
    """Say that a stranger's code failed, where, and why."""
    if isinstance(error, ArchcalcError):
        return error
    if isinstance(error, Reason):
        return UsageError.because(error)
    where = _where(error)
    if asks_for_values(error):
        message = f"{what}: it depends on values, which tensors without data lack{where}"
        hint = "what it does for other values is another network: count the part that does not"
        return UsageError.of("depends-on-values", message, hint)
    said = str(error).strip().partition("\n")[0][:300]
    message = f"{what}: {type(error).__name__}: {said}{where}"
    return UsageError.of("model-failed", message, hint)


def _where(error: BaseException) -> str:
    """Give the line of a stranger's code at which it failed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_inner(frame.filename)]
    return f" ({own[-1].filename}:{own[-1].lineno}: `{own[-1].line}`)" if own else ""


def _failed(module: nn.Module, error: BaseException, given: Given) -> ArchcalcError:
    shapes = ", ".join("x".join(map(str, example.sizes)) for example in given)
    hint = "the first 1 is the batch: inputs are those of one sample"
    led = next(
        (e for e in given if e.tensor is None and e.sizes[1:2] == (1,) and e.sizes[2:]), None
    )
    if "does not require grad" in str(error):
        hint = "a pass is one of inference: gradients within it are not there to be read"
    elif _wants_words(module) and all(example.dtype.is_floating_point for example in given):
        hint = "words are whole numbers: as in `--input words=int64:128`"
    elif led is not None:
        said, rest = ("x".join(map(str, led.sizes[n:])) for n in (1, 2))
        hint = f"is the leading 1 of {said} a batch? Inputs are those of one sample: say {rest}"
    return failed(f"{type(module).__name__} failed on {shapes}", error, hint)


def _wants_words(module: nn.Module) -> bool:
    return any(isinstance(part, torch.nn.Embedding) for part in module.modules())


def _is_inner(path: str) -> bool:
    if path.startswith("<frozen ") or str(Path(__file__).parent) in path:
        return True
    return not {"torch", "importlib"}.isdisjoint(Path(path).parts)
