"""Printing an answer in the form that was asked for, or writing it to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

from archcalc.errors import UsageError
from archcalc.render.screen import standard_error, standard_output
from archcalc.render.text import Line, arrange

if TYPE_CHECKING:
    from archcalc.cli.answer import Answer, Part
    from archcalc.cli.options import Output
    from archcalc.render.screen import Choice, Screen
    from archcalc.render.text import Layout


def deliver(answer: Answer, output: Output) -> int:
    """Print an answer to standard output, all that is said beside it to standard error."""
    format_name = output.format_for(text_alone=answer.is_text())
    color = cast("Choice", output.color)
    if output.output not in (None, "-"):
        write_file(Path(str(output.output)), rendered(answer, format_name))
        standard_error(color).write([Line(f"wrote {output.output}", "hint")])
        return answer.status
    screen = standard_output(color, output.width, wide=output.wide)
    if format_name != "table":
        screen.print(rendered(answer, format_name))
        return answer.status
    for number, part in enumerate(answer.parts):
        if number:
            screen.print("\n")
        _print(part, screen, color)
    if answer.hint and screen.live:
        screen.stream.flush()
        standard_error(color).write([Line(f"hint: {answer.hint}", "hint")])
    return answer.status


def rendered(answer: Answer, format_name: str) -> str:
    """Write an answer in a format; what is text alone is the same in all of them."""
    from archcalc.render.export import export, to_json  # noqa: PLC0415 - a terminal needs none

    data = answer.data_now() if format_name == "json" else None
    if data is not None:
        return to_json(data)
    if answer.is_text() and format_name != "json":
        return "\n".join(cast("tuple[str, ...]", answer.parts)).rstrip("\n") + "\n"
    return export(
        "plain" if format_name == "table" else format_name, answer.parts, answer.caption_now()
    )


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever reads half of it.

    Raises UsageError if it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError.of("unwritable", f"`{path}` cannot be written: {error.strerror}") from None


def _print(part: Part, screen: Screen, color: Choice) -> None:
    if isinstance(part, str):
        screen.print(part if part.endswith("\n") else f"{part}\n")
        return
    layout = arrange(part, screen.width, bars=screen.live)
    screen.write(layout.lines)
    said = hidden(layout)
    if said:
        screen.stream.flush()
        standard_error(color).write([Line(said, "hint")])


def hidden(layout: Layout) -> str:
    """Say which columns found no room, and how to see them."""
    if not layout.hidden:
        return ""
    titles = ", ".join(column.title for column in layout.hidden)
    many = "columns" if len(layout.hidden) > 1 else "column"
    return f"{len(layout.hidden)} {many} hidden for want of room ({titles}): --wide shows all"
