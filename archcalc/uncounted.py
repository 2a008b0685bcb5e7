"""What of a network is not counted, and why: four cases, which are never mixed up.

>>> capsules = Uncounted("digits", "opaque", Case.UNKNOWN, ("macs",))
>>> print(told([capsules])[0])
at least, since what `opaque` does is unknown: digits
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_NAMED = 5
"""Paths that are told one by one."""


class Case(StrEnum):
    """Why something is not counted."""

    FREE = "free by rule"
    """Its zero is a count, and has a reason."""
    LEFT_OUT = "left out"
    """It is no part of the network that is counted: a loss, the reading of data."""
    UNKNOWN = "unknown"
    """What it holds and puts out is stated, what it does is not known."""
    NOT_REACHED = "not reached"
    """It stands behind something whose output is not known: nothing of it can be counted."""


class Uncounted(NamedTuple):
    """A layer of which something is not counted: the quantities that are unknown of it."""

    path: str
    op: str
    case: Case
    quantities: tuple[str, ...] = ()
    why: str = ""


class Gaps(tuple[Uncounted, ...]):  # noqa: SLOT001 - what is gathered stays with it
    """The layers that make counts partial; by quantity they are gathered once, for all that ask."""

    @cached_property
    def by_quantity(self) -> dict[str, tuple[str, ...]]:
        """The paths of the layers whose share of a quantity is not known."""
        found: dict[str, list[str]] = {}
        for layer in self:
            for quantity in layer.quantities:
                found.setdefault(quantity, []).append(layer.path)
        return {quantity: tuple(paths) for quantity, paths in found.items()}


def gaps(layers: Iterable[Uncounted]) -> Iterator[Uncounted]:
    """Give the layers that make a figure partial."""
    return (layer for layer in layers if layer.quantities)


def told(layers: Iterable[Uncounted]) -> list[str]:
    """Say in a line for each case, op and reason which layers are not counted."""
    groups: dict[tuple[Case, str, str], list[str]] = {}
    for layer in layers:
        groups.setdefault((layer.case, layer.op, layer.why), []).append(layer.path)
    return [_said(*key, abridged(paths)) for key, paths in groups.items()]


def abridged(paths: Iterable[str]) -> str:
    """Name paths, the first of them where there are many.

    >>> abridged(["a", "b"]), abridged("abcdefg")
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    names = list(paths)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _said(case: Case, op: str, why: str, names: str) -> str:
    because = f" ({why})" if why else ""
    if case is Case.UNKNOWN:
        return f"at least, since what `{op}` does is unknown{because}: {names}"
    if case is Case.NOT_REACHED:
        return f"at least, since `{op}` is not reached{because}: {names}"
    if case is Case.LEFT_OUT:
        return f"left out, `{op}`{because}: {names}"
    return f"free by rule, `{op}`{because}: {names}"
