"""Tables and texts → every format of a file; plain text, csv, tsv, json and jsonl here.

For programs integers are plain and rows are all there is: totals go to a comment, so that nobody
adds them up with the rows. For people integers have their separators and totals stand below.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from archcalc.errors import printable
from archcalc.render.markup import html, latex, markdown, one_line
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


def escaped(text: str) -> str:
    r"""Spell JSON in ASCII, to the same values.

    >>> print(escaped('{"name": "Höhe"}'))
    {"name": "H\u00f6he"}
    """
    from json import dumps  # noqa: PLC0415 - only where it is asked for

    return "".join(sign if sign.isascii() else dumps(sign)[1:-1] for sign in text)


def _jsonl(parts: Parts, caption: Caption) -> str:
    """Write a record for each row; what each is of stands in it."""
    records = [
        {**caption, **_record(part, row)}
        for part in parts
        if isinstance(part, Table)
        for row in part.rows
    ]
    return "".join(map(_dumps, records))


WRITERS: dict[str, Callable[[Parts, Caption], str]] = {
    "plain": _plain,
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "jsonl": _jsonl,
    "md": markdown,
    "latex": latex,
    "html": html,
}
"""What writes each format; `table` is for terminals, and not among them."""
FORMATS = ("table", *WRITERS)
