"""Cells → texts: how figures, shares and names are said, and how wide they are on a terminal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.render.table import AtLeast

if TYPE_CHECKING:
    from archcalc.render.table import Cell, Column

BAR = 10
"""Characters of a full bar."""
EIGHTHS = " ▏▎▍▌▋▊▉"

_ASCII = str.maketrans(
    {"×": "x", "·": "*", "…": "~", "─": "-", "█": "#", "–": "-", "≈": "~", "≠": "!="}
    | dict.fromkeys(EIGHTHS[1:], "#")
    | {"−": "-", "→": "->", "≤": "<=", "≥": ">=", "²": "^2", "Σ": "sum", "′": "'"}
    | {
        "δ": "delta",
        "σ": "sigma",
        "θ": "theta",
        "∂": "d",
        "⋆": "*",
        "ᵀ": "^T",
        "√": "sqrt",
        "γ": "gamma",
    }
    | {"β": "beta", "ε": "epsilon", "α": "alpha"}
    | {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "₁": "1", "₂": "2", "ᵢ": "i"}
)


def shown(cell: Cell, column: Column, *, bars: bool = False) -> str:
    """Say a cell: integers with all their digits and thousands separators, shares in percent."""
    if cell is None:
        return ""
    if column.kind == "bar" and isinstance(cell, Fraction | int):
        said = percent(Fraction(cell))
        return f"{bar(Fraction(cell)):<{BAR}} {said:>6}" if bars else said
    if column.kind == "text" and type(cell) is int:  # a name, as one writes it
        return str(cell)
    return printable(cell) if isinstance(cell, str) else _number(cell, column)


def _number(cell: int | Fraction, column: Column) -> str:
    if isinstance(cell, AtLeast):
        return said(cell)
    if column.kind == "ratio":
        return ratio(Fraction(cell))
    if cell.denominator == 1:
        return f"{int(cell):+,}" if column.kind == "change" and cell else f"{int(cell):,}"
    whole, rest = divmod(round(abs(Fraction(cell)) * 10**4), 10**4)
    sign = "-" if cell < 0 else "+" if column.kind == "change" else ""
    return f"{sign}{whole:,}.{rest:04}".rstrip("0").rstrip(".")


def said(figure: Cell) -> str:
    """Say a figure with all its digits.

    >>> said(1500), said(AtLeast(1500)), said("unknown")
    ('1,500', '≥ 1,500', 'unknown')
    """
    if isinstance(figure, AtLeast):
        return f"≥ {int(figure):,}"
    return f"{figure:,}" if isinstance(figure, int) else str(figure)


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
    head, tail = text, text
    while cell_width(head) > width // 2:
        head = head[:-1]
    while cell_width(tail) > width - 1 - cell_width(head):
        tail = tail[1:]
    return f"{head}…{tail}"


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
