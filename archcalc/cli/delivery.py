"""Printing an answer in the form that was asked for, or writing it to a file."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from errno import EACCES
from os import urandom
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import TYPE_CHECKING, cast

from archcalc.cli.streams import ReaderLeft
from archcalc.errors import UsageError, printable
from archcalc.render.cells import to_ascii, wrap
from archcalc.render.export import escaped, export, to_json
from archcalc.render.screen import standard_error, standard_output
from archcalc.render.text import Line, arrange

if TYPE_CHECKING:
    from archcalc.cli.answer import Answer, Part
    from archcalc.cli.options import Output
    from archcalc.render.screen import Choice, Screen
    from archcalc.render.text import Layout

FOR_PROGRAMS = ("csv", "tsv", "json", "jsonl")


def deliver(answer: Answer, output: Output) -> int:
    """Print an answer to standard output, all that is said beside it to standard error.

    Raises ReaderLeft, with the verdict, if nobody reads to the end.
    """
    try:
        status = _deliver(answer, output)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderLeft(answer.status) from None
    return status


def _deliver(answer: Answer, output: Output) -> int:
    if answer.file:
        return _written(answer, output)
    format_name = output.format_for(text_alone=answer.is_text())
    color = cast("Choice", output.color)
    if output.human:
        answer = _rounded(answer, format_name)
    if output.output not in (None, "-"):
        write_file(Path(str(output.output)), rendered(answer, format_name, remarks=output.remarks))
        return _written(replace(answer, file=str(output.output)), output)
    screen = standard_output(color, output.width, wide=output.wide)
    if output.ascii and format_name == "table":
        screen = replace(screen, ascii=True)
    if format_name != "table":
        spell = escaped if format_name in {"json", "jsonl"} else to_ascii
        screen.print(rendered(answer, format_name, remarks=output.remarks), spell)
        return answer.status
    parts = answer.parts if screen.width else answer.unbounded().parts
    for number, part in enumerate(parts):
        if number:
            screen.print("\n")
        _print(part, screen, color)
    hint = answer.hint_now() if screen.live else ""
    if hint:
        screen.stream.flush()
        standard_error(color).write([Line(f"hint: {hint}", "hint")])
    return answer.status


def _written(answer: Answer, output: Output) -> int:
    """Say to which file an answer went, where figures do not go."""
    said = [f"wrote {answer.file}", *([f"note: {answer.note}"] if answer.note else [])]
    standard_error(cast("Choice", output.color)).write(Line(line, "hint") for line in said)
    return answer.status


def _rounded(answer: Answer, format_name: str) -> Answer:
    from archcalc.render.rounding import rounded  # noqa: PLC0415 - rarely asked for

    if format_name in FOR_PROGRAMS:
        hint = "--human is for people: leave it out"
        raise UsageError.of("conflict", f"figures in {format_name} are exact", hint)
    parts = tuple(part if isinstance(part, str) else rounded(part) for part in answer.parts)
    return replace(answer, parts=parts)


def rendered(answer: Answer, format_name: str, *, remarks: bool = False) -> str:
    """Write an answer in a format; what is text alone is the same in all of them."""
    data = answer.data_now() if format_name == "json" else None
    if data is not None:
        return to_json(data)
    if answer.is_text() and format_name != "json":
        return "\n".join(cast("tuple[str, ...]", answer.parts)).rstrip("\n") + "\n"
    name = "plain" if format_name == "table" else format_name
    return export(name, answer.unbounded().parts, answer.caption_now(), remarks=remarks)


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever reads half of it.

    Raises UsageError if it cannot be written.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    try:
        mode = _mode(path)
        if mode is not None and not S_ISREG(mode):  # a device or a pipe, which nothing may replace
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data, mode)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError.of("unwritable", f"`{path}` cannot be written: {error.strerror}") from None


def _mode(path: Path) -> int | None:
    """Tell what a path leads to, and who may use it; None if nothing is there. Raises OSError."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(path: Path, data: bytes, mode: int | None) -> None:
    """Write under a name that nobody can foresee, and move that, with the old permissions.

    A file that may not be written stays; one in a folder that may not is written in its place.
    """
    if mode is not None and not os.access(path, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    if mode is not None and not os.access(path.parent, os.W_OK):
        path.write_bytes(data)
        return
    beside = path.with_name(f".{urandom(8).hex()}")  # as short as any name may have to be
    try:
        with beside.open("xb") as file:
            file.write(data)
        if mode is not None:
            beside.chmod(S_IMODE(mode))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _print(part: Part, screen: Screen, color: Choice) -> None:
    if isinstance(part, str):
        screen.print("".join(f"{printable(line)}\n" for line in part.rstrip("\n").split("\n")))
        return
    layout = arrange(part, screen.width, bars=screen.live, ascii=screen.ascii)
    screen.write(layout.lines)
    said = hidden(layout)
    if said:
        screen.stream.flush()
        beside = standard_error(color)
        beside.write(Line(part, "hint") for part in wrap(said, beside.width or len(said)))


def hidden(layout: Layout) -> str:
    """Say which columns found no room, and how to see them."""
    if not layout.hidden:
        return ""
    titles = ", ".join(dict.fromkeys(column.title for column in layout.hidden))
    many = "columns" if len(layout.hidden) > 1 else "column"
    return f"{len(layout.hidden)} {many} hidden for want of room ({titles}): --wide shows all"
