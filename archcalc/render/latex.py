"""Tables and texts → LaTeX: floats for the package booktabs, each with caption and label."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.render.cells import to_ascii
from archcalc.render.markup import one_line, tabulated
from archcalc.render.tables.formula import Formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.render.table import Table

    Parts = Sequence[Table | str]
    Caption = Mapping[str, str]

LONG = 40
"""Characters of a text beyond which it is broken into lines."""

_SHAPE = re.compile(r"(?<![\w.])\d+(?:x\d+)+(?![\w.])")
_SPACED = re.compile(r"(\\\\|^ *)(?=[\[*])")
_OWN = str.maketrans({
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\^{}",
    "<": "\\ensuremath{<}",
    ">": "\\ensuremath{>}",
})  # fmt: skip
_SIGNS = str.maketrans({
    "×": "\\ensuremath{\\times}",
    "≈": "\\ensuremath{\\approx}",
    "⌈": "\\ensuremath{\\lceil}",
    "⌉": "\\ensuremath{\\rceil}",
    "⌊": "\\ensuremath{\\lfloor}",
    "⌋": "\\ensuremath{\\rfloor}",
    "²": "\\ensuremath{^2}",
    "≥": "\\ensuremath{\\geq}",
    "≤": "\\ensuremath{\\leq}",
    "≠": "\\ensuremath{\\neq}",
    "·": "\\ensuremath{\\cdot}",
    "°": "\\ensuremath{^\\circ}",
    "ᵀ": "\\ensuremath{^T}",
    "ᵢ": "\\ensuremath{_i}",
    "₁": "\\ensuremath{_1}",
    "₋": "\\ensuremath{_-}",
    **{sign: f"\\ensuremath{{^{letter}}}" for sign, letter in zip("ᵏᵒᵛᵠ", "kovq", strict=True)},
    "Φ": "\\ensuremath{\\Phi}",
    "λ": "\\ensuremath{\\lambda}",
    "π": "\\ensuremath{\\pi}",
    "√": "\\ensuremath{\\surd}",
    "⋆": "\\ensuremath{\\star}",
    "Σ": "\\ensuremath{\\Sigma}",
    "α": "\\ensuremath{\\alpha}",
    "β": "\\ensuremath{\\beta}",
    "γ": "\\ensuremath{\\gamma}",
    "ε": "\\ensuremath{\\varepsilon}",
    "δ": "\\ensuremath{\\delta}",
    "σ": "\\ensuremath{\\sigma}",
    "θ": "\\ensuremath{\\theta}",
    "∂": "\\ensuremath{\\partial}",
    "′": "\\ensuremath{'}",
    "→": "\\ensuremath{\\to}",
    "…": "\\dots{}",
    "█": "\\rule{0.5em}{1.5ex}",
    "–": "--",
    "−": "--",
})  # fmt: skip


def latex(parts: Parts, caption: Caption) -> str:
    """Write LaTeX; what is said beside the tables is a comment. One formula is one line."""
    formula = _only_formula(parts)
    if formula is not None:
        return f"{formula.latex}\n"
    lines = [f"% {one_line(caption)}"] if caption else []
    numbers = count(1)
    for place, part in enumerate(parts):
        lines += [""] if place else []
        if isinstance(part, str):
            lines += ["\\begin{verbatim}", to_ascii(part.rstrip()), "\\end{verbatim}"]
        elif part.matrix:
            lines += _matrix(part)
        else:
            lines += _float(part, caption, next(numbers))
    return "\n".join(lines) + "\n"


def _only_formula(parts: Parts) -> Formula | None:
    """Give the formula of an answer that has a single one in a single row."""
    if len(parts) != 1 or isinstance(parts[0], str) or len(parts[0].rows) != 1:
        return None
    found = [cell for cell in parts[0].rows[0] if isinstance(cell, Formula)]
    return found[0] if len(found) == 1 else None


def _matrix(table: Table) -> list[str]:
    """Set a matrix of any width under its rule; `text` alone is of the package amsmath."""
    name, sides = escaped(table.matrix), "r" * (len(table.columns) - 1)
    rows = [" & ".join(str(cell) for cell in row[1:]) for row in table.rows]
    return [
        *(escaped(line) for line in (table.title, *table.captions) if line),
        f"\\[ \\text{{{name}}} = \\left(\\begin{{array}}{{{sides}}}",
        *(f"  {row} \\\\" for row in rows),
        "\\end{array}\\right) \\]",
    ]


def _float(table: Table, caption: Caption, number: int) -> Iterator[str]:
    yield from (f"% {printable(line)}" for line in table.captions if line)
    yield "\\begin{table}[ht]"
    yield "\\centering"
    said = table.title or _networks(caption)
    if said:
        yield f"\\caption{{{escaped(said)}}}"
        yield f"\\label{{tab:{_label(caption)}{f'-{number}' if number > 1 else ''}}}"
    yield from _tabular(table)
    yield "\\end{table}"


def _networks(caption: Caption) -> str:
    """Name what stands side by side, without the inputs and hashes."""
    return re.sub(r" \([^()]*\)", "", caption.get("networks", ""))


def _label(caption: Caption) -> str:
    """Name a table after its networks, in letters, digits and hyphens."""
    found = caption.get("variant", "") or _networks(caption) or caption.get("op", "")
    return re.sub(r"[^a-z0-9]+", "-", found.lower()).strip("-") or "archcalc"


def _tabular(table: Table) -> list[str]:
    found = _formulas(table, tabulated(table, "latex_booktabs"))
    found[0] = f"\\begin{{tabular}}{{{''.join(_sides(table))}}}"
    if table.totals:
        found.insert(len(found) - 2 - len(table.totals), "\\midrule")
    return found


def _sides(table: Table) -> Iterator[str]:
    """Say where the cells of each column stand; sentences are broken into lines."""
    for i, column in enumerate(table.columns):
        texts = [str(row[i]) for row in table.rows if not isinstance(row[i], Formula)]
        if column.kind == "prose" and max(map(len, texts), default=0) > LONG:
            yield "p{0.25\\linewidth}"
        else:
            yield "r" if column.is_number or column.kind == "bar" else "l"


def _formulas(table: Table, lines: list[str]) -> list[str]:
    """Write formulas as mathematics, and the signs in all other cells as commands."""
    found = [_signs(line) for line in lines]
    first = lines.index("\\midrule") + 1
    for number, row in enumerate((*table.rows, *table.totals), start=first):
        if any(isinstance(cell, Formula) for cell in row):
            texts = re.split(r"(?<!\\)&", found[number].removesuffix(" \\\\"))
            cells = [
                f" {cell.latex} " if isinstance(cell, Formula) else text
                for cell, text in zip(row, texts, strict=True)
            ]
            found[number] = "&".join(cells) + " \\\\"
    return found


def escaped(text: str) -> str:
    """Escape a text outside of a table."""
    return _signs(printable(text).translate(_OWN))


def _signs(text: str) -> str:
    r"""Spell signs that are not in every font, and shapes; LaTeX's own signs are escaped already.

    A row that begins with a bracket or a star would be an option of the line break before it.

    >>> print(_signs("[3pt] of 6x14x14"))
    {}[3pt] of $6 \times 14 \times 14$
    """
    shaped = _SHAPE.sub(_shape, text)
    return re.sub(r"^( *)(?=[\[*])", r"\1{}", shaped).translate(_SIGNS)


def _shape(found: re.Match[str]) -> str:
    sides = found[0].split("x")
    return "$" + r" \times ".join(sides) + "$"
