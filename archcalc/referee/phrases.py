"""Saying in words what a rule counts, and how two layers differ."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from archcalc.ops import find, names
from archcalc.ops.fields import shown, written
from archcalc.ops.op import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.graph import Node

_PER = {
    "outputs": "per element",
    "inputs": "per element of the input",
    "rows": "per place of the map",
    "mac": "per multiply-accumulate",
    "bias": "per biased output",
    "channels": "per map",
    "cells": "per state",
    "input_size": "per element of the input",
}
_PLAIN = {
    "add": "additions",
    "mul": "products",
    "div": "quotients",
    "cmp": "comparisons",
    "exp": "powers of e",
    "pow": "powers",
    "sqrt": "square roots",
    "erf": "error functions",
    "log": "logarithms",
    "trig": "sines and cosines",
    "statistics": "running statistics",
    "fixed": "weights that are not trained",
    "(mac / input_rows) * rows": "the kernels' products at each place of the output",
    "(mac / input_rows) * rows * groups": "all maps' products at each place of the output",
    "(channels / groups) * convolved": "a bias where a convolution would leave places",
    "borrowed": "weights of another layer",
    "interactions": "products of activations",
    "bias_numbers": "biases, once for all places",
    "interactions / (2 * rows)": "keys, scaled",
    "interactions / (2 * keys)": "queries, scaled",
}


def op_name(op: str) -> str:
    """Name an op in prose."""
    return find(op).label if op in names() else op


def listed(words: Iterable[str]) -> str:
    """Join words: a, b and c.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def rate(times: int | Fraction, of: str) -> str:
    """Say one term of a rule.

    >>> rate(4, "outputs"), rate(1, "(window + 1) * outputs"), rate(1, "gamma")
    ('4 per element', 'window + 1 per output', 'gamma')
    >>> rate(8, "cells"), rate(1, "(mac / input_rows) * rows")
    ('8 per state', "the kernels' products at each place of the output")
    """
    if of == "1":
        return str(times)
    if of in _PER:
        return f"{times} {_PER[of]}"
    inner = of.removesuffix(" * outputs")
    if inner == of:
        said = _PLAIN.get(of, of)
        return said if times == 1 else f"{times} × {said}"
    if times != 1:
        return f"{times} × {inner} per output"
    bare = inner[1:-1]
    return f"{bare if inner.startswith('(') and not set(bare) & set('()') else inner} per output"


def rates(terms: Iterable[tuple[int | Fraction, str]]) -> str:
    """Say the terms of a rule; nothing for none.

    >>> rates([(3, "outputs"), (-1, "rows")])
    '3 per element - 1 per place of the map'
    """
    text = ""
    for times, of in terms:
        said = rate(-times if times < 0 else times, of)
        sign = "- " if times < 0 else "+ " if text else ""
        text += f" {sign}{said}" if text else f"{sign}{said}"
    return text


class Detail(NamedTuple):
    """What differs in a layer: `op`, a field of it, `input`, `output`, what comes before or after.

    The values are those of the op's fields, shapes, or names; None where there is no such thing.
    """

    name: str
    before: object
    after: object

    def __str__(self) -> str:
        """Say what it is now, and what it was."""
        if self.after is None:
            return f"without {self.name}"
        was = "" if self.before is None else f", not {value(self.before)}"
        return f"{self.name} {value(self.after)}{was}"


def over_all(node: Node) -> tuple[object, ...] | None:
    """Say what a pool over all places at once is, by whichever op it is written; None for others.

    >>> from archcalc.graph import INPUT, Node
    >>> from archcalc.ops import make
    >>> x, y = Shape(8, 7, 7), Shape(8, 1, 1)
    >>> pools = make("avgpool", kernel=(7, 7)), make("globalavgpool"), make("globalmaxpool")
    >>> one, other, maximum = [over_all(Node("pool", op, (INPUT,), (x,), y)) for op in pools]
    >>> one == other, one == maximum
    (True, False)
    """
    if node.op.role != "pool" or node.y.places > 1:
        return None
    return node.xs, node.y, node.op.work(node.xs[0], node.y)


def details(before: Node, after: Node) -> Iterator[Detail]:
    """Tell which fields of two layers' ops differ, or that they are not the same op.

    What is only written in another way is the same: a stride that is the kernel, a padding in
    words. A main argument that is not given follows from another field, which differs too.

    >>> from archcalc.graph import INPUT, Node
    >>> from archcalc.ops.conv import Conv
    >>> x, y = Shape(3, 8, 8), Shape(2, 8, 8)
    >>> before = Node("a", Conv(filters=2, kernel=(3, 3), padding=(1, 1, 1, 1)), (INPUT,), (x,), y)
    >>> after = Node("b", Conv(filters=2, kernel=(1, 1), padding="half"), (INPUT,), (x,), y)
    >>> [str(detail) for detail in details(before, after)]
    ['kernel 1, not 3', 'padding half, not 1']

    So is rounding up where there is nothing to round: 55 cells are 27 steps of 2 from 3 on.
    """
    if before.op == after.op or (over_all(before) and over_all(before) == over_all(after)):
        return
    if type(before.op) is not type(after.op):
        yield Detail("op", before.op.name, after.op.name)
        return
    for field in fields(before.op):
        old, new = getattr(before.op, field.name), getattr(after.op, field.name)
        was, now = _settled(before, field.name), _settled(after, field.name)
        if old != new and was != now and not (field.name == before.op.main and None in {old, new}):
            yield Detail(field.name, was if old is None else old, now if new is None else new)


def shared_weights(before: Node, after: Node) -> Iterator[Detail]:
    """Tell which weights each of two layers takes from an earlier one, where these differ."""
    was, now = (
        ", ".join(f"{tie.weight}{' transposed' * tie.transposed}" for tie in node.shared) or None
        for node in (before, after)
    )
    if was != now:
        yield Detail("shared weights", was, now)


def _settled(node: Node, field: str) -> object:
    """Give a field as it comes out in its place.

    A stride and a padding are as the window has them; rounding up is nothing where all is even.
    """
    if field == "ceil":
        floored = replace(node.op, ceil=False)  # type: ignore[call-arg]
        return getattr(node.op, field) and floored.shape(*node.xs) != node.y
    windows = node.op.window(node.xs[0]) if field in {"stride", "padding"} else None
    if windows is None:
        return getattr(node.op, field)
    if field == "stride":
        return tuple([span.stride for span in windows])
    return tuple([cells for span in windows for cells in (span.before, span.after)])


def value(found: object) -> str:
    """Say the value of a field as one would write it; a table only by its length.

    >>> value((3, 3)), value((1, 7)), value((0, 0, 3, 3)), value(((0, 1), (1, 2)))
    ('3', '1x7', '0x3', 'of 2 maps')
    >>> value((("w", (10, 8, 16, 16)), ("bias", (10,)))), value((("mac", 6),))
    ('{w: 10x8x16x16, bias: 10}', '{mac: 6}')
    """
    if isinstance(found, Fraction):
        return written(found)
    if found is None or isinstance(found, Shape):
        return str(found).lower()
    if not isinstance(found, tuple):
        return shown(found).strip("`")
    if found and isinstance(found[0], tuple):
        return f"of {len(found)} maps" if isinstance(found[0][0], int) else _by_name(found)
    if len(found) in {4, 6} and found[::2] == found[1::2]:
        found = found[::2]
    if len(set(found)) == 1:
        return str(found[0])
    return "x".join(map(str, found)) if len(found) in {2, 3} else shown(found).strip("`")


def _by_name(found: Iterable[tuple[str, int | tuple[int, ...]]]) -> str:
    """Say arrays, or numbers, by their names."""
    pairs = [
        f"{name}: {'x'.join(map(str, shape)) if isinstance(shape, tuple) else shape}"
        for name, shape in found
    ]
    return shown(f"{{{', '.join(pairs)}}}").strip("`")
