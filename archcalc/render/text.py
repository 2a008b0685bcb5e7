"""Table → lines of text that fit a width. The only place that decides what gives way.

In this order, each step only as far as it must: bars shrink to their percentage, prose wraps,
columns are hidden (largest `hide` first), columns stand closer, names lose their middle, and at
last each row becomes a block of its own. Numbers give way in none of them: every digit is always
there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import printable
from archcalc.render.cells import cell_width, shorten, shown, to_ascii, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.render.table import Column, Table, Tone

GAP, CLOSER = 2, 1
"""Spaces between columns, and where that saves names their middle."""
SHORTEST_NAME = 8
"""Names are not shortened below this; then rows become blocks."""
NARROWEST_PROSE = 22
"""Prose is not wrapped below this."""


class Line(NamedTuple):
    """A line of output, and what it is."""

    text: str
    role: str = "row"
    tone: Tone = ""


@dataclass(frozen=True)
class Layout:
    """The lines of a table, and the columns that found no room."""

    lines: tuple[Line, ...]
    hidden: tuple[Column, ...] = ()
    blocks: bool = False


def arrange(
    table: Table,
    width: int | None = None,
    *,
    bars: bool = False,
    ascii: bool = False,  # noqa: A002 - the option's name
) -> Layout:
    """Lay a table out within a width; None is unlimited. `bars` draws shares as bars too.

    `ascii` spells what stands in the table for a terminal that knows ASCII alone.

    Of a table without rows there is nothing but what is said around it.

    >>> from archcalc.render.table import Column, Table
    >>> columns = (Column("layer", "layer", "name"), Column("weights", "weights", "number"))
    >>> for line in arrange(Table(columns, (("C1", 150), ("C3", 1500)))).lines:
    ...     print(line.text)
    layer  weights
    ──────────────
    C1         150
    C3       1,500
    """
    if ascii:
        table = _spelled(table)
    if not table.rows:
        return _narrow(Layout((*_title(table), *_captions(table))), width)
    grid = _Grid(table, bars=bars and any(column.kind == "bar" for column in table.columns))
    if width is None:
        return grid.layout()
    if grid.bars and grid.width() > width:
        grid = _Grid(table, bars=False)
    grid.wrap_prose(width)
    for kind in sorted({column.hide for column in table.columns} - {0}, reverse=True):
        if grid.width() > width:
            grid.hide(kind)
    grid.wrap_prose(width)
    if grid.width() > width:
        grid.gap = CLOSER
    grid.shorten_names(width)
    fits = grid.width() <= width
    return _narrow(grid.layout() if fits else _blocks(table, width), width)


def _spelled(table: Table) -> Table:
    """Spell every text of a table in ASCII, where a sign may take two places."""
    rows, totals = (
        tuple(tuple(to_ascii(c) if isinstance(c, str) else c for c in row) for row in part)
        for part in (table.rows, table.totals)
    )
    columns = tuple(replace(column, title=to_ascii(column.title)) for column in table.columns)
    title, captions = to_ascii(table.title), tuple(map(to_ascii, table.captions))
    return replace(table, columns=columns, rows=rows, totals=totals, title=title, captions=captions)


class _Grid:
    """The cells of a table as texts, while columns give way."""

    def __init__(self, table: Table, *, bars: bool) -> None:
        self.table = table
        self.bars = bars
        self.gap = GAP
        rows = (*table.rows, *table.totals)
        self.cells = [
            [
                shown(cell, column, bars=bars)
                for cell, column in zip(row, table.columns, strict=True)
            ]
            for row in rows
        ]
        self.shown = list(range(len(table.columns)))
        self.right = [c.is_number or (c.kind == "bar" and not bars) for c in table.columns]
        self.widths = [
            max([cell_width(column.title), *(cell_width(row[i]) for row in self.cells)])
            for i, column in enumerate(table.columns)
        ]
        self.natural = list(self.widths)

    def width(self) -> int:
        return sum(self.widths[i] + self.gap for i in self.shown) - self.gap

    def hide(self, kind: int) -> None:
        self.shown = [i for i in self.shown if self.table.columns[i].hide != kind]

    def wrap_prose(self, width: int) -> None:
        """Share what the other columns leave among prose, but never less than it can be read in."""
        prose = [i for i in self.shown if self.table.columns[i].kind == "prose"]
        room = width - self.width() + sum(self.widths[i] for i in prose)
        for done, i in enumerate(sorted(prose, key=self.natural.__getitem__)):
            least = max(min(self.natural[i], NARROWEST_PROSE), self.longest_word(i))
            self.widths[i] = max(least, min(self.natural[i], room // (len(prose) - done)))
            room -= self.widths[i]

    def longest_word(self, i: int) -> int:
        return max((cell_width(w) for row in self.cells for w in row[i].split(" ")), default=0)

    def shorten_names(self, width: int) -> None:
        for i in self.shown:
            if self.table.columns[i].kind == "name" and self.width() > width:
                room = self.widths[i] - (self.width() - width)
                self.widths[i] = max(min(self.widths[i], SHORTEST_NAME), room)
                for row in self.cells:
                    row[i] = shorten(row[i], self.widths[i])

    def layout(self) -> Layout:
        table, rule = self.table, "─" * self.width()
        titles = [column.title for column in table.columns]
        lines = _title(table)
        if any(titles):
            lines += [*self.line(titles, "head"), Line(rule, "rule")]
        for row, tone in zip(self.cells[: len(table.rows)], _tones(table), strict=False):
            lines += self.line(row, "row", tone)
        if table.totals:
            lines.append(Line(rule, "rule"))
            for row in self.cells[len(table.rows) :]:
                lines += self.line(row, "total")
        hidden = tuple(c for i, c in enumerate(table.columns) if i not in self.shown)
        return Layout((*lines, *_captions(table)), hidden)

    def line(self, cells: Sequence[str], role: str, tone: Tone = "") -> list[Line]:
        """Write one row; as several lines where prose wraps."""
        parts = [
            wrap(cells[i], self.widths[i]) if self.table.columns[i].kind == "prose" else [cells[i]]
            for i in self.shown
        ]
        lines = []
        for n in range(max(map(len, parts), default=0)):
            texts = [part[n] if n < len(part) else "" for part in parts]
            fitted = [self.fit(text, i) for text, i in zip(texts, self.shown, strict=True)]
            lines.append(Line((" " * self.gap).join(fitted).rstrip(), role, tone))
        return lines

    def fit(self, text: str, i: int) -> str:
        width = self.widths[i] + len(text) - cell_width(text)
        return text.rjust(width) if self.right[i] else text.ljust(width)


def _narrow(layout: Layout, width: int | None) -> Layout:
    """Wrap the lines around the rows."""
    if width is None:
        return layout
    lines: list[Line] = []
    for line in layout.lines:
        around = line.role in {"title", "caption"}
        parts = wrap(line.text, width) if around else [line.text]
        lines += [line._replace(text=part) for part in parts]
    return replace(layout, lines=tuple(lines))


def _blocks(table: Table, width: int) -> Layout:
    """Write each row as a block: its first cell, then a line for every other cell."""
    rows = [
        [shown(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        for row in (*table.rows, *table.totals)
    ]
    labels = [column.title for column in table.columns[1:]]
    indent = 2 + max(map(cell_width, labels), default=0) + GAP
    words = {word for row in rows for text in row[1:] for word in text.split(" ")}
    aligned = max(map(cell_width, words), default=0) <= width - indent
    lines = _title(table)
    for number, (texts, tone) in enumerate(zip(rows, _tones(table), strict=True)):
        role = "row" if number < len(table.rows) else "total"
        lines += [Line(part, role, tone) for part in wrap(texts[0], width)]
        for label, text in zip(labels, texts[1:], strict=True):
            if text:
                found = _field(label, text, width, indent if aligned else 0)
                lines += [Line(line, "field") for line in found]
    return Layout((*lines, *_captions(table)), (), blocks=True)


def _field(label: str, text: str, width: int, indent: int) -> list[str]:
    """Write a label and its value: the value at `indent`, or if that is 0 as near as it fits."""
    if indent:
        first, *more = wrap(text, width - indent)
        padding = " " * (indent - 2 - cell_width(label))
        return [f"  {label}{padding}{first}", *(" " * indent + part for part in more)]
    if cell_width(f"  {label}  {text}") <= width:
        return [f"  {label}  {text}"]
    return [f"  {label}", *(f"    {part}" for part in wrap(text, width - 4))]


def _tones(table: Table) -> list[Tone]:
    """Give a tone for every row and total."""
    tones: list[Tone] = list(table.tones)
    tones.extend([""] * (len(table.rows) + len(table.totals) - len(tones)))
    return tones


def _title(table: Table) -> list[Line]:
    return [Line(printable(table.title), "title")] if table.title else []


def _captions(table: Table) -> list[Line]:
    return [Line(printable(caption), "caption") for caption in table.captions]
