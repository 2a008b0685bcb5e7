"""Reporting mistakes on standard error: for people, for editors, for GitHub's annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.render.screen import standard_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archcalc.errors import Diagnostic


def complain(diagnostics: Iterable[Diagnostic], error_format: str = "text") -> None:
    """Report mistakes in a format."""
    write = {"json": as_json, "github": as_github}.get(error_format, as_text)
    standard_error().print(write(list(diagnostics)))


def as_text(diagnostics: list[Diagnostic]) -> str:
    """Say mistakes as design and users know them: place, code, sentence, excerpt, hint."""
    return "".join(f"{diagnostic}\n" for diagnostic in diagnostics)


def as_json(diagnostics: list[Diagnostic]) -> str:
    """Write mistakes as one JSON document."""
    from archcalc.render.export import to_json  # noqa: PLC0415 - rarely asked for

    records = [
        {
            "code": diagnostic.code,
            "message": diagnostic.message,
            "file": place.file if (place := diagnostic.place) else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "length": place.length if place else None,
            "hint": diagnostic.hint,
        }
        for diagnostic in diagnostics
    ]
    return to_json({"schema": 1, "errors": records})


def as_github(diagnostics: list[Diagnostic]) -> str:
    """Write mistakes as workflow commands, which GitHub shows beside the lines."""
    return "".join(_annotation(diagnostic) for diagnostic in diagnostics)


def _annotation(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    fields = {"title": diagnostic.code}
    if place:
        end = place.column + place.length - 1
        fields = {"file": place.file, "line": str(place.line), "col": str(place.column)}
        fields |= {"endColumn": str(end), "title": diagnostic.code}
    said = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in fields.items())
    message = diagnostic.message + (f" ({diagnostic.hint})" if diagnostic.hint else "")
    return f"::error {said}::{_escaped(message)}\n"


def _escaped(text: str, more: str = "") -> str:
    text = printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for character in more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
