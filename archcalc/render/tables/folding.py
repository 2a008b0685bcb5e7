"""Rows → fewer rows: equal repetitions that follow each other become one line with their sums."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from archcalc.ops.op import Work
from archcalc.paths import turn, turns
from archcalc.row import content, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.row import Row


class FoldedRow(NamedTuple):
    """A row to show: `times` equal rows of the report, whose counts are summed in `row`."""

    row: Row
    times: int = 1


def fold_repeats(rows: Iterable[Row]) -> list[FoldedRow]:
    """Merge siblings numbered in a row that have the same ops, shapes and counts throughout.

    >>> from archcalc.report import count
    >>> [(line.row.path, line.times) for line in fold_repeats(count("resnet18").fold(2))][2:5]
    [('conv2_x/1..2', 2), ('conv3_x/1', 1), ('conv3_x/2', 1)]

    Blocks called `layer_0`, `layer_1` are repetitions too; single layers of such names are none.
    """
    return list(_merge([FoldedRow(row) for row in rows], 0))


def _merge(lines: Sequence[FoldedRow], level: int) -> Iterator[FoldedRow]:
    """Merge equal siblings whose paths agree up to `level` segments."""
    siblings = [
        list(_merge(below, level + 1)) if segment is not None and len(below) > 1 else below
        for segment, below in (
            (segment, list(below))
            for segment, below in groupby(lines, lambda line: _segment(line, level))
        )
    ]
    for _, run in groupby(enumerate(siblings), lambda pair: _signature(pair, level)):
        equal = [below for _, below in run]
        for line in equal[0]:
            last = _segment(equal[-1][0], level)
            yield line if len(equal) == 1 else _times(line, len(equal), level, str(last))


def _segment(line: FoldedRow, level: int) -> str | None:
    parts = line.row.path.split("/", level + 1)
    return parts[level] if level < len(parts) else None


def _signature(pair: tuple[int, list[FoldedRow]], level: int) -> object:
    """Say what siblings must share to be merged; one without a number is like no other."""
    position, lines = pair
    shared = turn(_segment(lines[0], level) or "", layer=_is_layer(lines, level))
    if not shared:
        return position
    return shared, tuple(
        [
            "/".join(line.row.path.split("/")[level + 1 :]),
            line.times,
            content(line.row),
        ]
        for line in lines
    )


def _is_layer(lines: Sequence[FoldedRow], level: int) -> bool:
    """Tell whether siblings are layers, whose names are not those of repeated blocks."""
    return any(line.row.layer and line.row.path.count("/") == level for line in lines)


def _times(line: FoldedRow, times: int, level: int, last: str) -> FoldedRow:
    row, segments = line.row, line.row.path.split("/")
    segments[level] = turns(segments[level], last)
    sums = {name: times * getattr(row, name) for name in counted() if name != "work"}
    work = Work(*[times * n for n in row.work])
    path = "/".join(segments)
    return FoldedRow(replace(row, path=path, work=work, field=None, **sums), times * line.times)
