"""A report under a convention: one exact integer for the network, and for each of its parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from archcalc.convention.library import find
from archcalc.convention.variables import read
from archcalc.errors import Reason, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from archcalc.convention.convention import Convention
    from archcalc.convention.variables import Reading
    from archcalc.facts import Facts
    from archcalc.graph import Node
    from archcalc.paths import Index


class Counted(Protocol):
    """What a convention applies to, as a report is: layers with their facts, and a batch."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The layers."""

    @property
    def facts(self) -> tuple[Facts, ...]:
        """What the rules say of each."""

    @property
    def index(self) -> Index:
        """Where paths stand among them."""

    @property
    def batch(self) -> int:
        """The samples at once."""


@dataclass(frozen=True, eq=False)
class Figure:
    """What a convention counts in a report.

    `values` has one integer for each of the nodes, and None where the convention has no
    rule: such a figure is `partial`, and its total the part that is known.
    """

    convention: Convention
    nodes: tuple[Node, ...]
    index: Index
    values: tuple[int | None, ...]

    @cached_property
    def total(self) -> int:
        """The sum of all that is known."""
        return sum(value or 0 for value in self.values)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The paths of the layers that the convention has no rule for."""
        pairs = zip(self.nodes, self.values, strict=True)
        return tuple(node.path for node, value in pairs if value is None)

    @cached_property
    def unknown_ops(self) -> tuple[str, ...]:
        """The ops of these layers, each once."""
        pairs = zip(self.nodes, self.values, strict=True)
        return tuple(sorted({node.op.name for node, value in pairs if value is None}))

    @property
    def partial(self) -> bool:
        """Tell whether something could not be counted."""
        return bool(self.unknown)

    def of(self, path: str) -> int:
        """Sum what is known at and below a path; the rows of any depth add up to the total.

        >>> from archcalc.report import count
        >>> figure = apply(count("lenet5"), "macs")
        >>> figure.of("C1"), figure.total
        (117600, 325680)
        """
        return sum(self.values[position] or 0 for position in self.index[path])

    def of_head(self, head: str | None) -> int:
        """Sum what is known of one head, or of the main path (None)."""
        pairs = zip(self.nodes, self.values, strict=True)
        return sum(value or 0 for node, value in pairs if node.head == head)

    def __str__(self) -> str:
        name = f"{self.total:,} {self.convention.figures} ({self.convention.name})"
        return f"at least {name}" if self.partial else name


def apply(counted: Counted, convention: str | Path | Convention) -> Figure:
    """Apply a convention to what a report counts.

    Raises UnknownName for a convention that does not exist, UsageError where a rule of one's own
    cannot be evaluated.

    >>> from archcalc.report import count
    >>> print(apply(count("resnet50-v1.5"), "thop"))
    4,133,742,592 operations (thop)
    """
    found = find(convention)
    times = counted.batch if found.per == "batch" else 1
    known: dict[Reading, int | None] = {}
    values = []
    for reading in read(counted.nodes, counted.facts):
        if reading not in known:
            known[reading] = _value(found, reading, times)
        values.append(known[reading])
    return Figure(found, counted.nodes, counted.index, tuple(values))


def totals(counted: Counted, conventions: Iterable[Convention]) -> Iterator[tuple[Convention, int]]:
    """Give the figure of every convention that has a rule for all layers, layer kinds at once.

    >>> from archcalc.report import count
    >>> [total for _, total in totals(count("lenet5"), [find("macs"), find("torch")])]
    [325680, 60840]
    """
    kinds = Counter(read(counted.nodes, counted.facts))
    for convention in conventions:
        if all(convention.knows(reading.op) for reading in kinds):
            times = counted.batch if convention.per == "batch" else 1
            values = (n * (_value(convention, kind, times) or 0) for kind, n in kinds.items())
            yield convention, sum(values)


def complete(figure: Figure) -> Figure:
    """Give a figure back if it is complete. Raises UsageError where a layer has no rule."""
    if figure.partial:
        shown = ", ".join(f"`{name}`" for name in figure.unknown_ops)
        message = f"{figure.convention.name} has no rule for {shown}: {figure.unknown[0]}"
        more = f" and {len(figure.unknown) - 1} more" if len(figure.unknown) > 1 else ""
        hint = f"the layers that it knows have {figure.total:,}; a rule, or a zero with its reason"
        raise UsageError.of("partial-figure", message + more, hint)
    return figure


def figure(counted: Counted, convention: str | Path | Convention) -> int:
    """Give the one integer of a convention. Raises UsageError where a layer has no rule.

    >>> from archcalc.report import count
    >>> figure(count("lenet5"), "lecun1998")
    340908
    """
    return complete(apply(counted, convention)).total


def _value(convention: Convention, reading: Reading, times: int) -> int | None:
    if not convention.knows(reading.op):
        return None
    try:
        return times * convention.value(reading.op, reading.variables)
    except Reason as reason:
        message = f"{convention.name}, rule of `{reading.op}`: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint) from None
