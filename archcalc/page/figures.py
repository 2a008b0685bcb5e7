"""What the rows of a page count: by every column of archcalc's, and by every convention.

>>> from archcalc.report import count
>>> found = Figures(count("lenet5"))
>>> found.names()[:2], found.of(found.report["C1"], [0, 1])[:2]
(['parameters', 'weights'], [156, 150])
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any

from archcalc.convention.figure import apply
from archcalc.convention.library import conventions
from archcalc.convention.variables import read
from archcalc.errors import ArchcalcError
from archcalc.render.table import AtLeast, figure
from archcalc.render.tables.columns import choose
from archcalc.render.tables.folding import FoldedRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.convention.figure import Figure
    from archcalc.render.table import Cell
    from archcalc.render.tables.columns import Quantity
    from archcalc.report import Report
    from archcalc.row import Row

EXACT = 2**53
"""From here on a browser's numbers are not exact: integers are written as texts."""

ALWAYS = ("parameters", "macs")
"""Columns that are there even where a network has nothing of them."""


def plain(cell: Cell) -> Any:  # noqa: ANN401 - what JSON can hold
    """Give a figure as JSON has it: a number, `[n]` for at least n, None where nothing is known.

    >>> plain(3), plain(AtLeast(3)), plain("unknown"), plain(2**60)
    (3, [3], None, '1152921504606846976')
    """
    if isinstance(cell, AtLeast):
        return [plain(int(cell))]
    if not isinstance(cell, int):
        return None
    return cell if cell < EXACT else str(cell)


class Figures:
    """The figures of a report for a page, a list for each row; what occurs nowhere is left out."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._readings = read(report)
        self._known: dict[tuple[int, ...], list[Any]] = {}

    @cached_property
    def columns(self) -> list[Quantity]:
        """The columns that hold numbers, other than shares."""
        report = self.report
        found = [each for each in choose(["all"]) if each.column.kind == "number"]
        return [e for e in found if e.total(report.total, report) or e.column.name in ALWAYS]

    @cached_property
    def conventions(self) -> list[Figure]:
        """What each convention counts; none of those that cannot say it at all."""
        return list(_applied(self.report))

    @cached_property
    def _sums(self) -> list[tuple[list[int], list[int]]]:
        """For each convention the sums up to each node, and how many are not known up to it."""
        return [
            (
                list(accumulate((value or 0 for value in found.values), initial=0)),
                list(accumulate(map(found.is_open, range(len(found.values))), initial=0)),
            )
            for found in self.conventions
        ]

    def names(self) -> list[str]:
        """Name the figures of a row, in their order."""
        return [each.column.name for each in self.columns] + [
            found.convention.name for found in self.conventions
        ]

    def of(self, row: Row, positions: Sequence[int]) -> list[Any]:
        """Give the figures of a row, which sums the nodes at these positions."""
        key = tuple(id(self._readings[i]) for i in positions)
        if self.report.uncounted:  # which is told by its path
            return self._of(row, positions)
        if key not in self._known:
            self._known[key] = self._of(row, positions)
        return self._known[key]

    def _of(self, row: Row, positions: Sequence[int]) -> list[Any]:
        line = FoldedRow(row)
        own = [plain(each.of(line, self.report)) for each in self.columns]
        stretches = list(_stretches(positions))
        return own + [
            plain(figure(_over(sums, stretches), partial=bool(_over(unknown, stretches))))
            for sums, unknown in self._sums
        ]

    def total(self) -> list[Any]:
        """Give the figures of the whole network."""
        report = self.report
        own = [plain(each.total(report.total, report)) for each in self.columns]
        return own + [
            plain(figure(found.total, partial=found.partial)) for found in self.conventions
        ]


def _applied(report: Report) -> Iterator[Figure]:
    for convention in conventions():
        try:
            yield apply(report, convention)
        except ArchcalcError:  # a rule that has no value on such a layer, such as a division by 0
            continue


def _stretches(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the stretches in which positions follow each other: their first, and one past the last.

    >>> list(_stretches([0, 1, 2, 7, 8]))
    [(0, 3), (7, 9)]
    """
    for _, pairs in groupby(enumerate(positions), lambda pair: pair[1] - pair[0]):
        stretch = [position for _, position in pairs]
        yield stretch[0], stretch[-1] + 1


def _over(sums: list[int], stretches: list[tuple[int, int]]) -> int:
    return sum(sums[end] - sums[start] for start, end in stretches)
