"""Tables and texts → the formats of other programs: csv, tsv, json, jsonl, Markdown, LaTeX, HTML.

For programs integers are plain and rows are all there is: totals go to a comment, so that nobody
adds them up with the rows. For people integers have their separators and totals stand below.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from archcalc.errors import printable
from archcalc.render.cells import shown, to_ascii
from archcalc.render.formula import Formula
from archcalc.render.table import Table, decimal
from archcalc.render.text import arrange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from archcalc.render.table import Cell

    Parts = Sequence[Table | str]
    Caption = Mapping[str, str]

SUFFIXES = {
    ".txt": "plain",
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".md": "md",
    ".tex": "latex",
    ".html": "html",
}
"""The format that the suffix of a file asks for."""

SHORT, LONG = 24, 40
"""Characters of a text that a web page does not break, and beyond which a printed one does."""

_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.8rem; vertical-align: baseline; }
th { border-bottom: 1px solid; text-align: left; }
tfoot td { border-top: 1px solid; font-weight: bold; }
p { max-width: 50rem; color: #555; }"""


def export(format_name: str, parts: Parts, caption: Caption) -> str:
    """Write the parts of an answer in a format, under the caption that says what they are of.

    >>> from archcalc.render.table import Column
    >>> table = Table((Column("layer", "layer"), Column("macs", "MACs", "number")), (("C1", 1500),))
    >>> print(export("csv", [table], {"network": "lenet5"}))
    # network: lenet5
    layer,macs
    C1,1500
    <BLANKLINE>
    """
    return WRITERS[format_name](parts, caption)


def one_line(caption: Caption) -> str:
    """Say a caption in one line.

    >>> one_line({"network": "lenet5", "input": "1x32x32"})
    'network: lenet5; input: 1x32x32'
    """
    return "; ".join(f"{key}: {printable(value)}" for key, value in caption.items() if value)


def _plain(parts: Parts, caption: Caption) -> str:
    lines = [one_line(caption)] if caption else []
    for part in parts:
        found = part.rstrip("\n").split("\n") if isinstance(part, str) else _lines(part)
        lines += ["", *found] if lines else found
    return "\n".join(lines) + "\n"


def _lines(table: Table) -> list[str]:
    lines = arrange(table).lines
    return ["-" * len(line.text) if line.role == "rule" else line.text for line in lines]


def _csv(parts: Parts, caption: Caption) -> str:
    return "\n".join(_separated(parts, caption, ","))


def _tsv(parts: Parts, caption: Caption) -> str:
    return "\n".join(_separated(parts, caption, "\t"))


def _separated(parts: Parts, caption: Caption, separator: str) -> Iterator[str]:
    """Write tables one after the other; what is not a row is a comment."""
    if caption:
        yield f"# {one_line(caption)}"
    for number, part in enumerate(parts):
        if number:
            yield ""
        if isinstance(part, str):
            yield from (f"# {line}" for line in part.rstrip("\n").split("\n"))
            continue
        yield from (f"# {printable(line)}" for line in (part.title, *part.captions) if line)
        names = [column.name for column in part.columns]
        for total in part.totals:
            yield f"# {_comment(names, total)}"
        for row in (names, *part.rows):
            yield separator.join(_quoted(_raw(cell), separator) for cell in row)
    yield ""


def _comment(names: Sequence[str], total: Sequence[Cell]) -> str:
    pairs = zip(names[1:], total[1:], strict=True)
    said = ", ".join(f"{name} {_raw(cell)}" for name, cell in pairs if cell is not None)
    return f"{printable(str(total[0]))}: {said}"


def _raw(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str | int) or cell.denominator == 1:
        return printable(str(cell))
    return repr(decimal(cell))


def _quoted(text: str, separator: str) -> str:
    if separator in text or '"' in text or "\n" in text or text.startswith("#"):
        return '"' + text.replace('"', '""') + '"'
    return text


def plain_values(part: Table | str) -> Any:  # noqa: ANN401 - what JSON can hold
    """Give a table or a text as plain values."""
    if isinstance(part, str):
        return part
    return {
        "title": part.title,
        "columns": [column.name for column in part.columns],
        "rows": [_record(part, row) for row in part.rows],
        "totals": [_record(part, row) for row in part.totals],
        "notes": list(part.captions),
    }


def _record(table: Table, row: Sequence[Cell]) -> dict[str, int | float | str | None]:
    return {
        column.name: cell if isinstance(cell, str | None) else decimal(cell)
        for column, cell in zip(table.columns, row, strict=True)
    }


def _json(parts: Parts, caption: Caption) -> str:
    return to_json({"schema": 1, **caption, "parts": [plain_values(part) for part in parts]})


def to_json(data: object) -> str:
    """Write plain values as JSON, one key a line."""
    return _dumps(data, indent=2)


def _dumps(data: object, indent: int | None = None) -> str:
    """Write JSON in which nothing acts upon a terminal: marks of direction are escaped too."""
    text = _encoded(data, indent, ensure_ascii=False)
    if not text.replace("\n", "").isprintable():
        text = _encoded(data, indent, ensure_ascii=True)
    return text + "\n"


def _encoded(data: object, indent: int | None, *, ensure_ascii: bool) -> str:
    """Write what `json.dumps` does, which keeps millions of small pieces if it indents."""
    from json import JSONEncoder  # noqa: PLC0415 - only where it is asked for

    encoder = JSONEncoder(ensure_ascii=ensure_ascii, indent=indent)
    if indent is None:
        return encoder.encode(data)
    pieces = encoder.iterencode(data)
    return "".join(iter(lambda: "".join(islice(pieces, 10_000)), ""))


def _jsonl(parts: Parts, caption: Caption) -> str:
    """Write a record for each row; what each is of stands in it."""
    records = [
        {**caption, **_record(part, row)}
        for part in parts
        if isinstance(part, Table)
        for row in part.rows
    ]
    return "".join(map(_dumps, records))


def _tabulate(table: Table, format_name: str, clean: Callable[[str], str] = str) -> list[str]:
    """Let tabulate write a table; numbers go in as the texts that they are shown as."""
    from tabulate import tabulate  # noqa: PLC0415 - only published formats need it

    columns = table.columns
    rows = [
        [clean(shown(cell, column)) for cell, column in zip(row, columns, strict=True)]
        for row in (*table.rows, *table.totals)
    ]
    sides = ["right" if column.is_number or column.kind == "bar" else "left" for column in columns]
    titles = [clean(column.title) for column in columns]
    text = tabulate(
        rows, titles, tablefmt=format_name, disable_numparse=True, colalign=sides if rows else None
    )
    return text.split("\n")


def _md(parts: Parts, caption: Caption) -> str:
    blocks = []
    for part in parts:
        if isinstance(part, str):
            blocks.append(f"```text\n{part.rstrip()}\n```")
            continue
        blocks += [f"**{_md_text(part.title)}**"] if part.title else []
        blocks.append("\n".join(_tabulate(part, "pipe", _md_text)))
        blocks += [_md_text(line) for line in part.captions]
    blocks += [f"*{_md_text(one_line(caption))}*"] if caption else []
    return "\n\n".join(blocks) + "\n"


def _md_text(text: str) -> str:
    text = printable(text)
    for character in "\\|*_`<>[]":
        text = text.replace(character, f"\\{character}")
    return text


def _latex(parts: Parts, caption: Caption) -> str:
    lines = [f"% {one_line(caption)}"] if caption else []
    for number, part in enumerate(parts):
        if number:
            lines.append("")
        if isinstance(part, str):
            lines += ["\\begin{verbatim}", to_ascii(part.rstrip()), "\\end{verbatim}"]
            continue
        lines += [f"% {printable(line)}" for line in (part.title, *part.captions) if line]
        found = _latex_formulas(part, _tabulate(part, "latex_booktabs"))
        found[0] = f"\\begin{{tabular}}{{{''.join(_latex_sides(part))}}}"
        if part.totals:
            found.insert(len(found) - 2 - len(part.totals), "\\midrule")
        lines += found
    return "\n".join(lines) + "\n"


def _latex_sides(table: Table) -> Iterator[str]:
    """Say where the cells of each column stand; sentences are broken into lines."""
    for i, column in enumerate(table.columns):
        texts = [str(row[i]) for row in table.rows if not isinstance(row[i], Formula)]
        if column.kind == "prose" and max(map(len, texts), default=0) > LONG:
            yield "p{0.25\\linewidth}"
        else:
            yield "r" if column.is_number or column.kind == "bar" else "l"


def _latex_formulas(table: Table, lines: list[str]) -> list[str]:
    """Write formulas as mathematics, and the signs in all other cells as commands."""
    found = [_latex_signs(line) for line in lines]
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


def _latex_signs(text: str) -> str:
    """Spell signs that are not in every font; tabulate has escaped LaTeX's own."""
    signs = {"×": "\\ensuremath{\\times}", "≈": "\\ensuremath{\\approx}", "…": "\\dots{}"}
    signs |= {
        "█": "\\rule{0.5em}{1.5ex}",
        "≠": "\\ensuremath{\\neq}",
        "·": "\\ensuremath{\\cdot}",
        "–": "--",
        "−": "--",
    }
    return "".join(signs.get(character, character) for character in text)


def _html(parts: Parts, caption: Caption) -> str:
    from html import escape  # noqa: PLC0415 - only a page needs it

    title = next((part.title for part in parts if isinstance(part, Table)), "") or "archcalc"
    head = (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(printable(title))}</title>\n<style>\n{_STYLE}\n</style>\n"
    )
    blocks = [_html_part(part) for part in parts]
    foot = f"<p>{escape(one_line(caption))}</p>\n" if caption else ""
    return head + "\n".join(blocks) + foot + "</html>\n"


def _html_text(text: str) -> str:
    """Keep short texts on one line, such as `bottleneck × 3`; sentences may wrap."""
    return text if len(text) > SHORT else text.replace(" ", "\u00a0")


def _html_part(part: Table | str) -> str:
    from html import escape  # noqa: PLC0415

    if isinstance(part, str):
        return f"<pre>\n{escape(part)}</pre>\n"
    lines = _tabulate(part, "html", _html_text)
    if part.totals:
        first = len(lines) - 2 - len(part.totals)
        lines[first:] = ["</tbody>", "<tfoot>", *lines[first:-2], "</tfoot>", "</table>"]
    title = f"<h2>{escape(printable(part.title))}</h2>\n" if part.title else ""
    notes = "".join(f"<p>{escape(printable(line))}</p>\n" for line in part.captions)
    return title + "\n".join(lines) + "\n" + notes


WRITERS: dict[str, Callable[[Parts, Caption], str]] = {
    "plain": _plain,
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "jsonl": _jsonl,
    "md": _md,
    "latex": _latex,
    "html": _html,
}
"""What writes each format; `table` is for terminals, and not among them."""
FORMATS = ("table", *WRITERS)
