"""Reading fields that are one of a few words."""

from __future__ import annotations

from typing import TypeVar

from archcalc.ops.fields import (
    Approximation,
    Axis,
    Interpolation,
    Over,
    Positions,
    Slopes,
    Steps,
    Together,
    Vectors,
    expected,
    truth,
)

Word = TypeVar("Word", bound=str)


def steps(value: object) -> Steps:
    """Read which steps come out."""
    return _one_of(("last", "all"), value)


def axis(value: object) -> Axis:
    """Read the name of an axis."""
    return _one_of(("channels", "depth", "height", "width", "length"), value)


def interpolation(value: object) -> Interpolation:
    """Read the name of an interpolation."""
    return _one_of(("nearest", "bilinear"), value)


def together(value: object) -> Together:
    """Read what has a mean of its own."""
    return _one_of(("channels", "all"), value)


def slopes(value: object) -> Slopes:
    """Read for what there is one slope."""
    return _one_of(("map", "shared", "untied"), value)


def approximation(value: object) -> Approximation:
    """Read by what a function is approximated."""
    return _one_of(("tanh", "sigmoid"), value)


def vectors(value: object) -> Vectors:
    """Read true, false or double."""
    return "double" if value == "double" else truth(value)


def over(value: object) -> Over:
    """Read the only word for what a linear layer may run over instead of the features."""
    if value != "places":
        raise expected("places", value)
    return "places"


def positions(value: object) -> Positions:
    """Read how distances are told to attention."""
    return _one_of(("relative", "rotary"), value)


def _one_of(words: tuple[Word, ...], value: object) -> Word:
    for word in words:
        if value == word:
            return word
    raise expected(f"{', '.join(words[:-1])} or {words[-1]}", value)
