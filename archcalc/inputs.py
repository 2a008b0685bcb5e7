"""Reading the shapes of a network's inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from archcalc.errors import Reason, UnknownName, UsageError, listed, suggestion
from archcalc.ops.fields import shown
from archcalc.spec.values import shape

if TYPE_CHECKING:
    from archcalc.ops.op import Shape

Input: TypeAlias = "Shape | str | tuple[int, ...] | Mapping[str, Shape | str | tuple[int, ...]]"
"""What may be given for an input: `3x224x224`, its numbers, or several by name."""


def read_inputs(given: object, own: Mapping[str, Shape] | None = None) -> Mapping[str, Shape]:
    """Read the shape of an input, or those of several by name, over a network's own.

    Raises UsageError for one that is none, UnknownName for a name that no input has.

    >>> read_inputs("3x224x224")["input"].size, list(read_inputs({"left": 8, "right": 8}))
    (150528, ['left', 'right'])
    """
    if given is None and own is not None:
        return own
    own = own or {}
    try:
        if isinstance(given, Mapping) and given:
            return {**own, **{_known(name, own): shape(value) for name, value in given.items()}}
        if len(own) > 1:
            raise _which(own)
        return {next(iter(own), "input"): shape(given)}
    except Reason as reason:
        raise UsageError.because(reason) from None


def _which(own: Mapping[str, Shape]) -> Reason:
    name, message = next(iter(own)), f"the network has several inputs: {', '.join(own)}"
    return Reason("two-inputs", message, f"say which, as in `{name}={own[name]}`")


def _known(name: object, own: Mapping[str, Shape]) -> str:
    if own and name not in own:
        hint = suggestion(str(name), own) or listed("inputs", own)
        raise UnknownName.of("unknown-name", f"no input is called {shown(name)}", hint)
    return str(name)
