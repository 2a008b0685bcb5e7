"""Printing an answer in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from archcalc.errors import UsageError, suggestion
from archcalc.render.screen import standard_error, standard_output
from archcalc.render.text import Line, arrange

if TYPE_CHECKING:
    from archcalc.cli.answer import Answer
    from archcalc.render.screen import Choice, Screen
    from archcalc.render.table import Table
    from archcalc.render.text import Layout

COLORS = ("auto", "always", "never")


@dataclass(frozen=True, kw_only=True)
class Output:
    """The output options of a command."""

    json: bool = False
    wide: bool = False
    width: int | None = None
    color: str = "auto"

    def __post_init__(self) -> None:
        """Check the choices."""
        if self.color not in COLORS:
            hint = suggestion(self.color, COLORS) or f"one of {', '.join(COLORS)}"
            raise UsageError.of("not-a-choice", f"there is no --color {self.color}", hint)


def deliver(answer: Answer, output: Output) -> int:
    """Print an answer to standard output, and what else is to say to standard error."""
    color = cast("Choice", output.color)
    screen = standard_output(color, output.width, wide=output.wide)
    if output.json:
        screen.print(as_json(answer))
        return answer.status
    for number, part in enumerate(answer.parts):
        if number:
            screen.print("\n")
        _print(part, screen, color)
    if answer.hint and screen.live:
        standard_error(color).write([Line(f"hint: {answer.hint}", "hint")])
    return answer.status


def as_json(answer: Answer) -> str:
    """Write an answer as JSON: its data, or else its parts."""
    from json import dumps  # noqa: PLC0415 - only where it is asked for

    data: Any = answer.data
    if data is None:
        data = {"schema": 1, **answer.caption, "parts": [_plain(part) for part in answer.parts]}
    return dumps(data, ensure_ascii=False, indent=2) + "\n"


def _plain(part: Table | str) -> Any:  # noqa: ANN401 - what JSON can hold
    if isinstance(part, str):
        return part
    names = [column.name for column in part.columns]
    return {
        "title": part.title,
        "rows": [dict(zip(names, map(_number, row), strict=True)) for row in part.rows],
        "totals": [dict(zip(names, map(_number, row), strict=True)) for row in part.totals],
        "notes": list(part.captions),
    }


def _number(cell: object) -> object:
    return cell if isinstance(cell, int | str | None) else float(cell)  # type: ignore[arg-type]


def _print(part: Table | str, screen: Screen, color: Choice) -> None:
    if isinstance(part, str):
        screen.print(part if part.endswith("\n") else f"{part}\n")
        return
    layout = arrange(part, screen.width, bars=screen.live)
    screen.write(layout.lines)
    said = hidden(layout)
    if said:
        standard_error(color).write([Line(said, "hint")])


def hidden(layout: Layout) -> str:
    """Say which columns found no room, and how to see them."""
    if not layout.hidden:
        return ""
    titles = ", ".join(column.title for column in layout.hidden)
    many = "columns" if len(layout.hidden) > 1 else "column"
    return f"{len(layout.hidden)} {many} hidden for want of room ({titles}): --wide shows all"
