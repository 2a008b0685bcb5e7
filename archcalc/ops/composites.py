"""Reading fields that consist of several things: parts, tables, shapes, arrays, figures by name."""

from __future__ import annotations

from typing import TypeAlias

from archcalc.errors import Reason
from archcalc.ops.fields import (
    Arrays,
    Figures,
    Map,
    Parts,
    Stretch,
    Table,
    at_least,
    count,
    expected,
    numbers,
)

Order: TypeAlias = tuple[int, ...]
"""For each axis the one that it was: `[1, 0]`; 0 are the channels."""
COUNTED = (
    "mac", "add", "mul", "div", "cmp", "exp", "tanh", "pow", "sqrt", "erf", "log", "trig",
    "connections", "neurons", "interactions",
)  # fmt: skip
"""What figures may name."""


def stretch(value: object) -> Stretch:
    """Read where something begins, counted from 0, and where it has ended.

    >>> stretch(["0", "16"])
    (0, 16)
    """
    what = "[from, to], counted from 0, `to` larger and not in it"
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise expected(what, value)
    start, stop = (at_least(0, item) for item in value)
    if start >= stop:
        raise expected(what, value)
    return start, stop


def parts(value: object) -> Parts:
    """Read the number of parts, or a list of their sizes.

    >>> parts("2"), parts(["16", "48"])
    ((2,), (16, 48))
    """
    sizes = value if isinstance(value, list | tuple) and value else [value]
    return tuple([count(item) for item in sizes])


def table(value: object) -> Table:
    """Read a list of lists of input maps, counted from 0, no map twice in a row."""
    if not isinstance(value, list | tuple) or not value:
        raise expected("a list with, for each output map, the list of its input maps", value)
    rows = []
    for position, row in enumerate(value):
        if not isinstance(row, list | tuple) or not row:
            raise expected(f"the list of input maps of output map {position}", row)
        maps = tuple(at_least(0, item) for item in row)
        if len(set(maps)) < len(maps):
            raise Reason(
                "bad-table", f"output map {position} names an input map twice: {list(maps)}"
            )
        rows.append(maps)
    return tuple(rows)


def shape_of(value: object) -> Map:
    """Read the shape of an output.

    >>> shape_of("160"), shape_of("64x7x7"), shape_of((10, 16))
    ((160,), (64, 7, 7), (10, 16))
    """
    found = numbers(value, count, most=4)
    if found is None:
        raise expected("a shape such as 160 or 64x7x7 (channels x height x width)", value)
    return found


def order(value: object) -> Order:
    """Read an order of axes, counted from 0.

    >>> order(["1", "0"])
    (1, 0)
    """
    if not isinstance(value, list | tuple) or not value:
        raise expected("a list of axes, counted from 0, such as [1, 0]", value)
    return tuple([at_least(0, item) for item in value])


def arrays(value: object) -> Arrays:
    """Read names with the shapes of arrays: a mapping, a list of pairs, or one shape alone.

    >>> arrays({"w": "1152x10x8x16", "bias": "160"})
    (('w', (1152, 10, 8, 16)), ('bias', (160,)))
    >>> arrays("1474560")
    (('weights', (1474560,)),)
    """
    if not isinstance(value, dict | list | tuple):
        value = {"weights": value}
    pairs = value.items() if isinstance(value, dict) else value
    found: dict[str, tuple[int, ...]] = {}
    for pair in pairs:
        name, sizes = pair if isinstance(pair, list | tuple) and len(pair) == 2 else ("", "")
        shape = numbers(sizes, count, most=8)
        if not isinstance(name, str) or not name or shape is None or name in found:
            raise expected("a name of its own with the shape of an array, as in `w: 64x3x3`", pair)
        found[name] = shape
    return tuple(found.items())


def figures(value: object) -> Figures:
    """Read what is counted, by its names: kinds of work, connections, neurons, interactions.

    >>> figures({"mac": "1000", "neurons": 10})
    (('mac', 1000), ('neurons', 10))
    """
    pairs = list(value.items()) if isinstance(value, dict) else value
    found: dict[str, int] = {}
    for pair in pairs if isinstance(pairs, list | tuple) else [value]:
        name, number = pair if isinstance(pair, list | tuple) and len(pair) == 2 else (None, 0)
        if name not in COUNTED or name in found:
            raise expected(f"a number beside one of {', '.join(COUNTED)}", pair)
        found[name] = at_least(0, number)
    return tuple(found.items())
