"""Reporting mistakes on standard error: for people, for editors, for GitHub's annotations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from archcalc.errors import printable
from archcalc.render.cells import wrap
from archcalc.render.export import escaped, to_json
from archcalc.render.screen import standard_error
from archcalc.render.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.errors import Diagnostic
    from archcalc.render.screen import Choice

UNEXPLAINED = ("usage", "internal")
"""Codes whose explanation says no more than the message."""


def complain(
    diagnostics: Iterable[Diagnostic], error_format: str = "text", color: str = "auto"
) -> None:
    """Report mistakes in a format; in colour and with a way to more where somebody watches."""
    found = list(diagnostics)
    screen = standard_error(cast("Choice", color) if color in {"always", "never"} else "auto")
    if error_format == "json":
        screen.print(as_json(found), escaped)
        return
    if error_format == "github":
        screen.print(as_github(found))
        return
    width = screen.width
    screen.write(line for diagnostic in found for line in as_lines(diagnostic, width))
    codes = [diagnostic.code for diagnostic in found if diagnostic.code not in UNEXPLAINED]
    if screen.live and codes:
        screen.write([Line(f"more: archcalc explain-error {codes[0]}", "caption")])


def as_lines(diagnostic: Diagnostic, width: int | None = None) -> Iterator[Line]:
    """Say a mistake: place, code and sentence, the line with a caret, a hint; within a width."""
    place, hint = diagnostic.place, diagnostic.hint
    for text in _wrapped(str(replace(diagnostic, hint=None)).split("\n")[0], width):
        yield Line(text, "error")
    if place and place.text:
        line, caret = place.excerpt(width).split("\n")
        yield from (Line(line, "row"), Line(caret, "bad"))
    if hint:
        first, *more = _wrapped(f"hint: {printable(hint)}", width and width - 2)
        yield from (Line(text, "hint") for text in (f"  {first}", *(f"    {m}" for m in more)))


def _wrapped(text: str, width: int | None) -> list[str]:
    return wrap(text, width - 2) if width else [text]


def as_json(diagnostics: list[Diagnostic]) -> str:
    """Write mistakes as one JSON document."""
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
