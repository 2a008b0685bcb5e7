"""Reading the shapes of a network's inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from archcalc.errors import Reason, UnknownName, UsageError, listed, suggestion
from archcalc.ops.fields import shown
from archcalc.ops.given import from_python, read_shape
from archcalc.ops.shape import FeaturesLast, Shape

Input: TypeAlias = "Shape | str | tuple[int, ...] | Mapping[str, Shape | str | tuple[int, ...]]"
"""What may be given for an input: `3x224x224`, its numbers, or several by name."""


def read_inputs(given: object, own: Mapping[str, Shape] | None = None) -> Mapping[str, Shape]:
    """Read the shape of an input, or those of several by name, over a network's own.

    Several are given as a mapping, or as a text such as `left=1x28x28,right=1x28x28`. Raises
    UsageError for one that is none, UnknownName for a name that no input has.

    >>> read_inputs("3x224x224")["input"].size, list(read_inputs({"left": 8, "right": 8}))
    (150528, ['left', 'right'])
    """
    if given is None and own is not None:
        return own
    own, given = own or {}, _by_name(given)
    try:
        if isinstance(given, Mapping) and given:
            found = {_known(name, own): value for name, value in given.items()}
            return {**own, **{name: _one(value, own.get(name)) for name, value in found.items()}}
        if len(own) > 1:
            raise _which(own)
        name = next(iter(own), "input")
        return {name: _one(given, own.get(name))}
    except Reason as reason:
        raise UsageError.because(reason) from None


def _one(given: object, own: Shape | None = None) -> Shape:
    """Read one shape, without the type of its numbers: `int64:128` is 128 of them.

    Where a network writes its features last, so does what is given for its input; what begins with
    its own number of features, and does not end with it, has them first.

    >>> [_one(x, FeaturesLast(3, 224, 224)).channels for x in ("32x48x3", "3x32x48", "32x48x1")]
    [3, 3, 1]
    """
    kind, colon, sizes = given.rpartition(":") if isinstance(given, str) else ("", "", given)
    found = read_shape(sizes if colon and kind.isidentifier() else given)
    if isinstance(given, Shape) or own is None or (own.is_vector and found.is_vector):
        like = own or given
        return found.written_as(like) if isinstance(like, Shape) else found
    *extents, last = found
    first = found.channels == own.channels != last or not isinstance(own, FeaturesLast)
    return found.written_as(own) if first else FeaturesLast(last, *extents)


def _by_name(given: object) -> object:
    """Take `left=1x28x28,right=1x28x28` apart; leave all else as it is."""
    if not isinstance(given, str) or "=" not in given:
        return given
    pairs = [part.partition("=") for part in given.split(",")]
    named = {name.strip(): value.strip() for name, _, value in pairs}
    return named if all(named.keys()) and len(named) == len(pairs) else given


def say(inputs: Mapping[str, Shape]) -> str:
    """Say what enters a network: one shape, or several with their names.

    >>> say(read_inputs("3x224x224")), say(read_inputs({"left": "1x28x28", "right": "1x28x28"}))
    ('3x224x224', 'left 1x28x28, right 1x28x28')
    """
    if len(inputs) == 1:
        return str(next(iter(inputs.values())))
    return ", ".join(f"{name} {shape}" for name, shape in inputs.items())


def to_plain(inputs: Mapping[str, Shape]) -> list[int] | dict[str, list[int]]:
    """Give the numbers of the input, or of several by name."""
    plain = {name: list(shape) for name, shape in inputs.items()}
    return next(iter(plain.values())) if len(plain) == 1 else plain


def _which(own: Mapping[str, Shape]) -> Reason:
    name, message = next(iter(own)), f"the network has several inputs: {', '.join(own)}"
    return Reason("two-inputs", message, f"say which, as in `{name}={own[name]}`")


def _known(name: object, own: Mapping[str, Shape]) -> str:
    if own and name not in own:
        hint = suggestion(str(name), own) or listed("inputs", own)
        raise UnknownName.of("unknown-name", f"no input is called {shown(name)}", hint)
    return str(name)


def read_batch(batch: object) -> int:
    """Read how many samples there are. Raises UsageError for what is no number of them."""
    try:
        found = from_python(batch)
    except Reason as reason:
        message = f"a batch is a whole number, 1 or more: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint) from None
    if isinstance(found, bool) or not isinstance(found, int) or found < 1:
        message = f"a batch is a whole number, 1 or more, not {shown(batch)}"
        raise UsageError.of("wrong-type", message)
    return found
