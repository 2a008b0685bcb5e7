"""A report under a convention: one exact integer for the network, and for each of its parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import mul
from typing import TYPE_CHECKING

from archcalc.convention.library import find
from archcalc.convention.variables import OF_A_SAMPLE, read
from archcalc.errors import Reason, UsageError
from archcalc.uncounted import Case, abridged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from archcalc.convention.convention import Convention
    from archcalc.convention.variables import Counted, Reading
    from archcalc.graph import Node
    from archcalc.paths import Index
    from archcalc.uncounted import Uncounted


@dataclass(frozen=True, eq=False)
class Figure:
    """What a convention counts in a report.

    `values` has one integer for each of the nodes, and None where the convention has no rule, or
    reads what is not known; at the positions in `least` it is what is known of the layer. With
    either a figure is `partial`, and its total the part that is known.
    """

    convention: Convention
    nodes: tuple[Node, ...]
    index: Index
    values: tuple[int | None, ...]
    not_reached: tuple[Uncounted, ...] = ()
    least: frozenset[int] = frozenset()

    @cached_property
    def total(self) -> int:
        """The sum of all that is known."""
        return sum(value or 0 for value in self.values)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The paths of the layers of which it is not known what the convention counts."""
        paths = [node.path for node in self._not_known()]
        return (*paths, *(layer.path for layer in self.not_reached))

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why it is partial, if it is, by op and layer."""
        unknown = self._not_known()
        failures = self.convention.failures
        known = [node for node in unknown if self.convention.knows(node.op.name)]
        failed: dict[str, list[Node]] = {}
        ruled = []
        for node in unknown:
            if node.op.name in failures:
                failed.setdefault(failures[node.op.name], []).append(node)
            elif not self.convention.knows(node.op.name):
                ruled.append(node)
        reasons = [f"no rule for {_named(ruled)}"] if ruled else []
        reasons += [f"it fails at {_named(those)}: {why}" for why, those in failed.items()]
        if known:
            reasons.append(f"what {_named(known)} does is unknown")
        if self.not_reached:
            names = abridged(layer.path for layer in self.not_reached)
            reasons.append(f"not reached: {names}")
        return tuple(reasons)

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
        return self.known(path)[0]

    def known(self, path: str, *, alone: bool = False) -> tuple[int, bool]:
        """Sum what is known at and below a path, and tell whether that is all.

        `alone` takes one op, without what stands before and after it.
        """
        found = self.index[path]
        return self._known(p for p in found if not alone or self.nodes[p].path == path)

    def known_of_head(self, head: str | None) -> tuple[int, bool]:
        """Sum what is known of one head, or of the main path (None); tell whether that is all."""
        found = (p for p, node in enumerate(self.nodes) if node.head == head)
        total, whole = self._known(found)
        return total, whole and not (head is None and self.not_reached)

    def _known(self, positions: Iterable[int]) -> tuple[int, bool]:
        found = list(positions)
        total = sum(self.values[position] or 0 for position in found)
        return total, not any(self.is_open(position) for position in found)

    def is_open(self, position: int) -> bool:
        """Tell whether there may be more of a node than its value."""
        return self.values[position] is None or position in self.least

    def _not_known(self) -> list[Node]:
        return [node for position, node in enumerate(self.nodes) if self.is_open(position)]

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
    readings = read(counted)
    known = {each: _value(found, each, counted.batch) for each in dict.fromkeys(readings)}
    values = tuple([known[reading] for reading in readings])
    beside = tuple(_not_reached(counted, found))
    least = frozenset(
        i for i, each in enumerate(readings) if each.least and _reads(found, each.op, each.least)
    )
    return Figure(found, counted.nodes, counted.index, values, beside, least)


def _not_reached(counted: Counted, convention: Convention) -> Iterator[Uncounted]:
    """Give what is not reached, unless the convention counts nothing of such an op."""
    for layer in counted.uncounted:
        if layer.case is Case.NOT_REACHED and layer.op not in convention.zeros:
            yield layer


def totals(
    counted: Counted, conventions: Iterable[Convention], *, partial: bool = False
) -> Iterator[tuple[Convention, int]]:
    """Give the figure of every convention that has a rule for all layers, layer kinds at once.

    With `partial` give also what is known by those that have one for some.

    >>> from archcalc.report import count
    >>> [total for _, total in totals(count("lenet5"), [find("macs"), find("torch")])]
    [325680, 60840]
    """
    kinds, tried = Counter(read(counted)), tuple(conventions)
    rows = [_values(tried, kind, counted.batch) for kind in kinds]
    least = [kind for kind in kinds if kind.least]
    for place, convention in enumerate(tried):
        values = [row[place] for row in rows]
        known = None not in values and not any(_reads(convention, k.op, k.least) for k in least)
        if partial or (known and not any(_not_reached(counted, convention))):
            yield convention, sum(map(mul, kinds.values(), (value or 0 for value in values)))


def _named(nodes: Sequence[Node]) -> str:
    ops = ", ".join(f"`{op}`" for op in sorted({node.op.name for node in nodes}))
    return f"{ops} ({abridged(node.path for node in nodes)})"


def complete(figure: Figure, unless: str = "") -> Figure:
    """Give a figure back if it is complete. Raises UsageError where a layer has no rule.

    `unless` says how to have what is known judged all the same.
    """
    if figure.partial:
        hint = f"the layers that it knows have {figure.total:,}"
        if any(not figure.convention.knows(op) for op in {node.op.name for node in figure.nodes}):
            hint += "; a rule, or a zero with its reason"
        hint += f"; {unless}" if unless else ""
        message = f"{figure.convention.name}: {'; '.join(figure.reasons)}"
        raise UsageError.of("partial-figure", message, hint)
    return figure


def figure(counted: Counted, convention: str | Path | Convention) -> int:
    """Give the one integer of a convention. Raises UsageError where a layer has no rule.

    >>> from archcalc.report import count
    >>> figure(count("lenet5"), "lecun1998")
    340908
    """
    return complete(apply(counted, convention)).total


def _knows(convention: Convention, reading: Reading) -> bool:
    """Tell whether a convention has a rule for a layer, and all that it reads is known."""
    if not convention.knows(reading.op) or not reading.unknown:
        return convention.knows(reading.op)
    return not _reads(convention, reading.op, reading.unknown)


def _reads(convention: Convention, op: str, names: frozenset[str]) -> bool:
    rules = convention.rules_of(op)
    return not all(names.isdisjoint(rule.expression.names) for rule in rules)


@lru_cache(maxsize=4096)
def _values(
    conventions: tuple[Convention, ...], reading: Reading, batch: int
) -> tuple[int | None, ...]:
    """Figure a layer by many conventions, once for all networks that are tried by them."""
    return tuple([_value(convention, reading, batch) for convention in conventions])


def _value(convention: Convention, reading: Reading, batch: int) -> int | None:
    """Figure one layer for a batch; None where it is not known."""
    if convention.figures == "operations" and reading.is_nothing:
        return 0
    if not _knows(convention, reading):
        return None
    variables = reading.variables
    if convention.per == "pass" and batch != 1:
        variables = {**variables, **{name: batch * variables[name] for name in OF_A_SAMPLE}}  # type: ignore[operator]
    try:
        value = convention.value(reading.op, variables)
        return batch * value if convention.per == "batch" else value
    except Reason as reason:
        message = f"{convention.name}, rule of `{reading.op}`: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint) from None
