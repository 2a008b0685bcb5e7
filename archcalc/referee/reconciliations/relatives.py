"""Networks near to one: its family's variants and options, other input sizes, with its heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import ArchcalcError, ShapeError
from archcalc.ops.op import Shape
from archcalc.referee.phrases import value as said
from archcalc.report import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


class Untried(NamedTuple):
    """A relative that could not be counted: what makes it, and the mistake in it."""

    change: str
    why: str


def relatives(report: Report) -> tuple[tuple[Net, ...], tuple[Untried, ...]]:
    """Give the network, then its relatives: also at other sizes, without and with heads.

    A size that does not fit is no relative. A variant or an option that is wrong is told beside.
    """
    nets: list[Net] = []
    untried: list[Untried] = []
    for make, change, akin in _family(report.graph):
        try:
            nets += _counted(report, make(), change, akin=akin)
        except ArchcalcError as error:
            untried.append(Untried(", ".join(change), error.diagnostics[0].message))
    return tuple(nets), tuple(untried)


def _counted(report: Report, maker: Maker, change: tuple[str, ...], *, akin: bool) -> Iterator[Net]:
    own = report.graph.inputs if akin else maker.origin.inputs
    for inputs in (own, *_resized(own)) if akin else (own,):
        size = () if inputs == own else (f"input {', '.join(map(str, inputs.values()))}",)
        for heads in sorted({report.with_heads, report.with_heads or bool(maker.origin.heads)}):
            more = () if heads == report.with_heads else ("with heads",)
            try:
                found = count(maker.at(inputs, heads=heads), heads=heads)
            except ShapeError:
                if not size and not more:
                    raise
                continue
            changes = (*change, *size, *more)
            yield Net(found, changes, len(changes), sum(": " in said for said in change))


def _resized(own: AnyMapping[str, Shape]) -> list[dict[str, Shape]]:
    """Give a single input at the usual sizes, if it is an image of such a size."""
    (name, shape), *others = own.items()
    if others or shape.rank != 2 or shape.height < LARGE:
        return []
    return [{name: Shape(shape.channels, n, n)} for n in SIZES if (n, n) != shape[1:]]


def _family(graph: Graph) -> Iterator[tuple[Callable[[], Maker], tuple[str, ...], bool]]:
    """Give what makes a network, then its relatives; tell which are akin to it."""
    yield lambda: graph.maker, (), True
    for relative in graph.maker.relatives():
        yield relative.maker, (_change(relative.differs_in),), relative.akin


def _change(differs_in: str | tuple[str, Value]) -> str:
    if isinstance(differs_in, str):
        return f"variant {differs_in}"
    parameter, value = differs_in
    return f"{parameter}: {said(value)}"
