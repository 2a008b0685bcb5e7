"""What Python is put together from: calls whose numbers may be arguments of a class around."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.exports.pytorch.kinds import Instance


class Number(NamedTuple):
    """A number that may be another where the same module stands again."""

    key: str
    value: Any


class Option(NamedTuple):
    """An argument by its name, which is not said where it is the default."""

    name: str
    value: Any
    default: Any


class Call(NamedTuple):
    """A module that is made: its class, and what it is made with."""

    name: str
    arguments: tuple[Any, ...] = ()
    layer: str = ""


class Chain(NamedTuple):
    """Modules one behind the other."""

    modules: tuple[Made, ...]
    kind: str = "nn.Sequential"


class Maybe(NamedTuple):
    """A module that stands there or, where it is not `there`, is passed through.

    Where it is not, `made` is another's of its like, and `entering` the channels it would be given.
    """

    made: Made
    there: bool
    entering: int = 0


Made: TypeAlias = "Call | Chain | Maybe | Instance"
ACTIVATIONS = frozenset({
    "nn.ReLU", "nn.ReLU6", "nn.Hardswish", "nn.SiLU", "nn.GELU", "nn.Mish", "nn.ELU", "nn.Tanh",
    "nn.Sigmoid", "nn.Hardsigmoid", "nn.Softplus",
})  # fmt: skip
"""Modules that may stand for each other where a block stands again."""
OWN = frozenset({
    "T", "bfloat16", "buffers", "bool", "call", "children", "clone", "compile", "cpu",
    "cuda", "data", "double", "dtype", "eval", "float", "forward", "half", "input", "ipu",
    "len", "load", "modules", "name", "nn", "parameters", "range", "self", "share_memory",
    "state_dict", "super", "to", "torch", "train", "training", "type", "x", "xpu",
    "zero_grad", "F",
})  # fmt: skip
"""Names that mean something in a module."""


def identifier(name: str, word: str = "layer") -> str:
    """Make a name one of Python's, with a word before one that begins with a digit.

    >>> identifier("3x3 reduce", "conv"), identifier("C1"), identifier("train"), identifier("a-1")
    ('conv_3x3_reduce', 'C1', 'train_', 'a_1')
    """
    found = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or word
    found = re.sub(r"^(\d+)_([a-z].*)", r"\2_\1", found)  # `12_route` of a list that counts
    found = f"{word}_{found}" if found[0].isdigit() else found
    return f"{found}_" if keyword.iskeyword(found) or found in OWN else found


def class_name(name: str) -> str:
    """Make a name one of a class.

    >>> class_name("inverted residual"), class_name("BasicBlock"), class_name("3a")
    ('InvertedResidual', 'BasicBlock', 'Block3a')
    """
    words = re.sub(r"\W+|_", " ", name, flags=re.ASCII).split()
    found = "".join(word[0].upper() + word[1:] for word in words) or "Block"
    return f"Block{found}" if found[0].isdigit() else found


def unique(name: str, taken: set[str]) -> str:
    """Take a name, with a number if it is taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}{'_' * name[-1:].isdigit()}{number}"
    taken.add(found)
    return found


def numbers_of(call: Call) -> Iterator[Number]:
    """Go through the numbers of a call; which activation it is may be another too."""
    if call.name in ACTIVATIONS and not call.arguments:
        yield Number("activation", call.name)
    for argument in call.arguments:
        value = argument.value if isinstance(argument, Option) else argument
        if isinstance(value, Number):
            yield value


def skeleton(call: Call) -> Any:
    """Leave out the numbers."""

    def bare(argument: Any) -> Any:
        if isinstance(argument, Option):
            return argument.name, bare(argument.value)
        return "?" if isinstance(argument, Number) else repr(argument)

    name = "activation" if call.name in ACTIVATIONS and not call.arguments else call.name
    return name, tuple(bare(argument) for argument in call.arguments)


def written(call: Call, values: Iterator[object]) -> str:
    """Write a call, with these for its numbers."""
    if call.name in ACTIVATIONS and not call.arguments:
        return f"{next(values)}()"
    said = []
    for argument in call.arguments:
        option = isinstance(argument, Option)
        value = argument.value if option else argument
        if isinstance(value, Number):
            value = next(values)
        if not option:
            said.append(str(value))
        elif value != argument.default:
            said.append(f"{argument.name}={value}")
    return f"{call.name}({', '.join(said)})"
