"""Table → lines of text that fit a width. The only place that decides what gives way.

In this order, each step only as far as it must: bars shrink to their percentage, prose wraps,
columns are hidden (largest `hide` first), names lose their middle, and at last each row becomes a
block of its own. Numbers give way in none of them: every digit is always there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.render.table import Cell, Column, Table, Tone

GAP = 2
"""Spaces between columns."""
BAR = 10
"""Characters of a full bar."""
SHORTEST_NAME = 8
"""Names are not shortened below this; then rows become blocks."""
NARROWEST_PROSE = 24
"""Prose is not wrapped below this."""
EIGHTHS = " ▏▎▍▌▋▊▉"

_ASCII = str.maketrans(
    {"×": "x", "·": "*", "…": "~", "─": "-", "█": "#", "–": "-", "≈": "~", "≠": "!="}
    | dict.fromkeys(EIGHTHS[1:], "#")
    | {"−": "-", "→": "->", "≤": "<=", "≥": ">=", "²": "^2", "Σ": "sum", "′": "'"}
    | {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "₁": "1", "₂": "2", "ᵢ": "i"}
)


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


def arrange(table: Table, width: int | None = None, *, bars: bool = False) -> Layout:
    """Lay a table out within a width; None is unlimited. `bars` draws shares as bars too.

    >>> from archcalc.render.table import Column, Table
    >>> columns = (Column("layer", "layer", "name"), Column("weights", "weights", "number"))
    >>> for line in arrange(Table(columns, (("C1", 150), ("C3", 1500)))).lines:
    ...     print(line.text)
    layer  weights
    ──────────────
    C1         150
    C3       1,500
    """
    grid = _Grid(table, bars=bars and any(column.kind == "bar" for column in table.columns))
    if width is None:
        return grid.layout()
    if grid.bars and grid.width() > width:
        grid = _Grid(table, bars=False)
    grid.wrap_prose(width)
    for column in sorted(table.columns, key=lambda column: -column.hide):
        if grid.width() > width and column.hide:
            grid.hide(column)
    grid.wrap_prose(width)
    grid.shorten_names(width)
    fits = grid.width() <= width
    return _narrow(grid.layout() if fits else _blocks(table, width), width)


class _Grid:
    """The cells of a table as texts, while columns give way."""

    def __init__(self, table: Table, *, bars: bool) -> None:
        self.table = table
        self.bars = bars
        rows = (*table.rows, *table.totals)
        self.cells = [
            [
                shown(cell, column, bars=bars)
                for cell, column in zip(row, table.columns, strict=True)
            ]
            for row in rows
        ]
        self.shown = list(range(len(table.columns)))
        self.widths = [
            max([cell_width(column.title), *(cell_width(row[i]) for row in self.cells)])
            for i, column in enumerate(table.columns)
        ]
        self.natural = list(self.widths)

    def width(self) -> int:
        return sum(self.widths[i] + GAP for i in self.shown) - GAP

    def hide(self, column: Column) -> None:
        self.shown.remove(self.table.columns.index(column))

    def wrap_prose(self, width: int) -> None:
        """Share what the other columns leave among prose, but never less than it can be read in."""
        prose = [i for i in self.shown if self.table.columns[i].kind == "prose"]
        room = width - self.width() + sum(self.widths[i] for i in prose)
        for done, i in enumerate(sorted(prose, key=self.natural.__getitem__)):
            least = min(self.natural[i], NARROWEST_PROSE)
            self.widths[i] = max(least, min(self.natural[i], room // (len(prose) - done)))
            room -= self.widths[i]

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
            lines.append(Line((" " * GAP).join(fitted).rstrip(), role, tone))
        return lines

    def fit(self, text: str, i: int) -> str:
        padding = " " * (self.widths[i] - cell_width(text))
        kind = self.table.columns[i].kind
        right = self.table.columns[i].is_number or (kind == "bar" and not self.bars)
        return padding + text if right else text + padding


def _narrow(layout: Layout, width: int) -> Layout:
    """Wrap the lines around the rows."""
    lines: list[Line] = []
    for line in layout.lines:
        around = line.role in {"title", "caption"}
        parts = wrap(line.text, width) if around else [line.text]
        lines += [line._replace(text=part) for part in parts]
    return replace(layout, lines=tuple(lines))


def _blocks(table: Table, width: int) -> Layout:
    """Write each row as a block: its first cell, then a line for every other cell."""
    lines = _title(table)
    tones = _tones(table)
    labels = [column.title for column in table.columns[1:]]
    for number, row in enumerate((*table.rows, *table.totals)):
        role = "row" if number < len(table.rows) else "total"
        texts = [shown(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        lines += [Line(part, role, tones[number]) for part in wrap(texts[0], width)]
        pairs = [pair for pair in zip(labels, texts[1:], strict=True) if pair[1]]
        lines += _fields(pairs, width)
    return Layout((*lines, *_captions(table)), (), blocks=True)


def _fields(pairs: list[tuple[str, str]], width: int) -> list[Line]:
    """Write labels and values in two columns, or below each other where two do not fit."""
    label_width = max([cell_width(label) for label, _ in pairs], default=0)
    value_width = max([cell_width(text) for _, text in pairs], default=0)
    lines = []
    for label, text in pairs:
        if 2 + label_width + GAP + value_width <= width:
            lines.append(f"  {label}{' ' * (label_width - cell_width(label) + GAP)}{text}")
        elif cell_width(f"  {label}  {text}") <= width:
            lines.append(f"  {label}  {text}")
        else:
            lines += [f"  {label}", *(f"    {part}" for part in wrap(text, width - 4))]
    return [Line(line, "field") for line in lines]


def _tones(table: Table) -> list[Tone]:
    """Give a tone for every row and total."""
    tones: list[Tone] = list(table.tones)
    tones.extend([""] * (len(table.rows) + len(table.totals) - len(tones)))
    return tones


def _title(table: Table) -> list[Line]:
    return [Line(printable(table.title), "title")] if table.title else []


def _captions(table: Table) -> list[Line]:
    return [Line(printable(caption), "caption") for caption in table.captions]


def shown(cell: Cell, column: Column, *, bars: bool = False) -> str:
    """Say a cell: integers with all their digits and thousands separators, shares in percent."""
    if cell is None:
        return ""
    if column.kind == "bar" and isinstance(cell, Fraction | int):
        said = percent(Fraction(cell))
        return f"{bar(Fraction(cell)):<{BAR}} {said:>6}" if bars else said
    return printable(cell) if isinstance(cell, str) else _number(cell, column)


def _number(cell: int | Fraction, column: Column) -> str:
    if column.kind == "ratio":
        return ratio(Fraction(cell))
    if cell.denominator == 1:
        return f"{int(cell):+,}" if column.kind == "change" and cell else f"{int(cell):,}"
    whole, rest = divmod(round(abs(Fraction(cell)) * 10**4), 10**4)
    sign = "-" if cell < 0 else ""
    return f"{sign}{whole:,}.{rest:04}".rstrip("0").rstrip(".")


def percent(share: Fraction) -> str:
    """Say a share with one decimal; what is there but rounds to nothing says so.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 10**6)), percent(Fraction(0))
    ('33.3%', '<0.1%', '0%')
    """
    if share == 0:
        return "0%"
    tenths = round(share * 1000)
    return f"{tenths // 10}.{tenths % 10}%" if tenths else "<0.1%"


def ratio(value: Fraction) -> str:
    """Say a ratio with two decimals; a small one with its first two digits.

    >>> ratio(Fraction(5, 4)), ratio(Fraction(1, 700)), ratio(Fraction(0))
    ('1.25', '0.0014', '0')
    """
    if value < Fraction(1, 10):
        return f"{float(value):.2g}"
    whole, hundredths = divmod(round(value * 100), 100)
    return f"{whole:,}.{hundredths:02}"


def bar(share: Fraction) -> str:
    """Draw a share in eighths of a character; what is there is never drawn as nothing.

    >>> bar(Fraction(9, 16)), bar(Fraction(1, 10**6)), bar(Fraction(0))
    ('█████▋', '▏', '')
    """
    eighths = -(-share * BAR * 8 // 1)
    full, part = divmod(int(eighths), 8)
    return "█" * full + EIGHTHS[part].strip()


def shorten(text: str, width: int) -> str:
    """Leave out the middle of a name.

    >>> shorten("conv4_x/2..6/projection", 14)
    'conv4_x…ection'
    """
    if cell_width(text) <= width:
        return text
    head = width // 2
    return text[:head] + "…" + text[len(text) - (width - head - 1) :]


def wrap(text: str, width: int) -> list[str]:
    """Break a text at its spaces; a word that is longer than a line stays whole."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_width(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def cell_width(text: str) -> int:
    """Count the places that a text takes on a terminal: two for a wide character, as in Chinese."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - names are mostly ASCII

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def to_ascii(text: str) -> str:
    """Spell a text for a terminal that knows ASCII alone.

    >>> to_ascii("bottleneck × 6")
    'bottleneck x 6'
    """
    return text.translate(_ASCII).encode("ascii", "replace").decode()
