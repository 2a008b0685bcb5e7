"""Networks near to one: its family's variants and options, other input sizes, with its heads."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import ArchcalcError
from archcalc.ops.op import Shape
from archcalc.referee.phrases import value as said
from archcalc.report import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as AnyMapping

    from archcalc.graph import Graph
    from archcalc.origin import Maker
    from archcalc.report import Report
    from archcalc.spec.values import Value

SIZES = (224, 227, 256, 299)
"""Sides of square images that networks for ImageNet are counted at."""
LARGE = 128
"""From this height on an input is taken for such an image."""


class Net(NamedTuple):
    """A network that is counted, and what was changed to come to it, in words.

    `cost` is how many assumptions that takes, `options` how many of them set one option of the
    family. `slip` says what is wrong in the network, if something is.
    """

    report: Report
    changes: tuple[str, ...] = ()
    cost: int = 0
    options: int = 0
    slip: str = ""


def relatives(report: Report) -> Iterator[Net]:
    """Give the network, then its relatives: also at other sizes, without and with heads."""
    for maker, change, akin in _family(report.graph):
        own = report.graph.inputs if akin else maker.origin.inputs
        for inputs in (own, *_resized(own)) if akin else (own,):
            size = () if inputs == own else (f"input {', '.join(map(str, inputs.values()))}",)
            for heads in sorted({report.with_heads, report.with_heads or bool(maker.origin.heads)}):
                more = () if heads == report.with_heads else ("with heads",)
                with suppress(ArchcalcError):
                    found = count(maker.at(inputs, heads=heads), heads=heads)
                    changes = (*change, *size, *more)
                    yield Net(found, changes, len(changes), sum(": " in said for said in change))


def _resized(own: AnyMapping[str, Shape]) -> list[dict[str, Shape]]:
    """Give a single input at the usual sizes, if it is an image of such a size."""
    (name, shape), *others = own.items()
    if others or shape.rank != 2 or shape.height < LARGE:
        return []
    return [{name: Shape(shape.channels, n, n)} for n in SIZES if (n, n) != shape[1:]]


def _family(graph: Graph) -> Iterator[tuple[Maker, tuple[str, ...], bool]]:
    """Give what makes a network, then its relatives; tell which are akin to it."""
    yield graph.maker, (), True
    for relative in graph.maker.relatives():
        with suppress(ArchcalcError):  # a variant may be wrong, an option unfit
            yield relative.maker(), (_change(relative.differs_in),), relative.akin


def _change(differs_in: str | tuple[str, Value]) -> str:
    if isinstance(differs_in, str):
        return f"variant {differs_in}"
    parameter, value = differs_in
    return f"{parameter}: {said(value)}"
