"""Tables and texts → every format of a file; plain text, csv, tsv, json and jsonl here.

For programs integers are plain and rows are all there is: totals are a remark, so that nobody adds
them up with the rows. For people integers have their separators and totals stand below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any

from archcalc.errors import printable
from archcalc.render.markup import html, markdown, one_line
from archcalc.render.table import AtLeast, Table, decimal
from archcalc.render.text import arrange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


_FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet reckons with."""
_AFTER_SEPARATOR = re.compile(r"([,;\t]\s*)(?=[=+@-])")


def export(format_name: str, parts: Parts, caption: Caption, *, remarks: bool = False) -> str:
    """Write the parts of an answer in a format, under the caption that says what they are of.

    csv and tsv hold one header and rows, and on request what else there is to say, as `remarks`.

    >>> from archcalc.render.table import Column
    >>> table = Table((Column("layer", "layer"), Column("macs", "MACs", "number")), (("C1", 1500),))
    >>> print(export("csv", [table], {"network": "lenet5"}, remarks=True))
    # network: lenet5
    layer,macs
    C1,1500
    <BLANKLINE>
    """
    said = "".join(_remarks(parts, caption)) if remarks and format_name in SEPARATED else ""
    return said + WRITERS[format_name](parts, caption)


def _plain(parts: Parts, caption: Caption) -> str:
    lines = [one_line(caption)] if caption else []
    for part in parts:
        found = part.rstrip("\n").split("\n") if isinstance(part, str) else _lines(part)
        lines += ["", *found] if lines else found
    return "\n".join(lines) + "\n"


def _lines(table: Table) -> list[str]:
    lines = arrange(table).lines
    return ["-" * len(line.text) if line.role == "rule" else line.text for line in lines]


def _csv(parts: Parts, caption: Caption) -> str:  # noqa: ARG001 - the form of every writer
    return "".join(_separated(parts, ","))


def _tsv(parts: Parts, caption: Caption) -> str:  # noqa: ARG001
    return "".join(_separated(parts, "\t"))


def _separated(parts: Parts, separator: str) -> Iterator[str]:
    """Write the rows of all tables under one header; of several, the table is a column too."""
    tables = [part for part in parts if isinstance(part, Table)]
    names = list(dict.fromkeys(column.name for table in tables for column in table.columns))
    several = ["table"] if len(tables) > 1 else []
    yield _line([*several, *names], separator)
    for number, table in enumerate(tables, start=1):
        which = [table.title or str(number)] if several else []
        places = {column.name: i for i, column in enumerate(table.columns)}
        for row in table.rows:
            cells = [row[places[name]] if name in places else None for name in names]
            yield _line([*which, *cells], separator)


def _line(cells: Sequence[Cell], separator: str) -> str:
    return separator.join(_quoted(_raw(cell), separator) for cell in cells) + "\n"


def _remarks(parts: Parts, caption: Caption) -> Iterator[str]:
    """Write as comments what stands around the rows."""
    if caption:
        yield _remark(one_line(caption))
    for part in parts:
        if isinstance(part, str):
            yield from map(_remark, part.rstrip("\n").split("\n"))
            continue
        yield from (_remark(line) for line in (part.title, *part.captions) if line)
        names = [column.name for column in part.columns]
        yield from (_remark(_total(names, total)) for total in part.totals)


def _remark(line: str) -> str:
    """Write a comment none of whose parts is a formula, wherever a spreadsheet parts it."""
    text = printable(line).replace('"', "'")
    return f"# {_AFTER_SEPARATOR.sub(_guarded, text)}\n"


def _guarded(separator: re.Match[str]) -> str:
    return f"{separator[1]}'"


def _total(names: Sequence[str], total: Sequence[Cell]) -> str:
    pairs = zip(names[1:], total[1:], strict=True)
    said = ", ".join(f"{name} {_raw(cell)}" for name, cell in pairs if cell is not None)
    return f"{total[0]}: {said}"


def _raw(cell: Cell) -> str:
    """Write a cell so that it is read as the value it is: a text is never a formula."""
    if isinstance(cell, str):
        text = printable(cell).removeprefix("= ")  # the sign of a verdict, which its words repeat
        return f"'{text}" if text.startswith(_FORMULA) else text
    if cell is None:
        return ""
    return str(cell) if cell.denominator == 1 else repr(decimal(cell))


def _quoted(text: str, separator: str) -> str:
    """Quote what has a separator, be it that of another country, or begins like a comment."""
    if any(sign in text for sign in (separator, ",", ";", '"')) or text.startswith("#"):
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


def _record(table: Table, row: Sequence[Cell]) -> dict[str, Any]:
    """Give a row by the names of the columns; `partial` names those that are at least so much."""
    names = [column.name for column in table.columns]
    values = {
        name: cell if isinstance(cell, str | None) else decimal(cell)
        for name, cell in zip(names, row, strict=True)
    }
    partial = [n for n, cell in zip(names, row, strict=True) if isinstance(cell, AtLeast)]
    return values | ({"partial": partial} if partial else {})


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

    encoder = JSONEncoder(ensure_ascii=ensure_ascii, indent=indent, allow_nan=False)
    try:
        if indent is None:
            return encoder.encode(data)
        pieces = encoder.iterencode(data)
        return "".join(iter(lambda: "".join(islice(pieces, 10_000)), ""))
    except ValueError:
        return _encoded(_finite(data), indent, ensure_ascii=ensure_ascii)


def _finite(data: object) -> object:
    """Put nothing in the place of a number that JSON cannot hold: not a number, or infinite.

    >>> _finite({"loss": float("nan"), "norms": [1.5, float("inf")]})
    {'loss': None, 'norms': [1.5, None]}
    """
    if isinstance(data, Mapping):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not isfinite(data) else data


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


def _latex(parts: Parts, caption: Caption) -> str:
    from archcalc.render.latex import latex  # noqa: PLC0415 - only where it is asked for

    return latex(parts, caption)


WRITERS: dict[str, Callable[[Parts, Caption], str]] = {
    "plain": _plain,
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "jsonl": _jsonl,
    "md": markdown,
    "latex": _latex,
    "html": html,
}
"""What writes each format; `table` is for terminals, and not among them."""
SEPARATED = ("csv", "tsv")
"""The formats that hold rows alone."""
FORMATS = ("table", *WRITERS)
