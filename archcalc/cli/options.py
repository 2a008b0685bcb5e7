"""The output options that every command has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from archcalc.cli.completion import (
    complete_colors,
    complete_error_formats,
    complete_formats,
    complete_limits,
)
from archcalc.errors import UsageError, suggestion
from archcalc.render.export import FORMATS, SUFFIXES

COLORS = ("auto", "always", "never")
ERROR_FORMATS = ("text", "json", "github")


@dataclass(frozen=True, kw_only=True)
class Output:
    """The output options of a command, checked."""

    format: str = ""
    json: bool = False
    output: str | None = None
    remarks: bool = False
    human: bool = False
    wide: bool = False
    width: int | None = None
    ascii: bool = False
    color: str = "auto"
    error_format: str = "text"
    watch: bool = False
    limit: list[str] | None = None

    def __post_init__(self) -> None:
        """Check the choices. Raises UsageError."""
        check_choice("--format", self.format or "table", FORMATS)
        check_choice("--color", self.color, COLORS)
        check_choice("--error-format", self.error_format, ERROR_FORMATS)
        if self.json and self.format not in {"", "json"}:
            raise UsageError.of(
                "conflict", f"`--json` and `--format {self.format}` exclude each other"
            )

    def bounds(self) -> dict[str, int]:
        """Read the limits that are to be raised. Raises UsageError."""
        found = {}
        for text in self.limit or ():
            name, _, bound = text.partition("=")
            if not (bound.isascii() and bound.isdigit() and len(bound) < 20):
                message = f"`--limit {text[:80]}` is not NAME=N"
                raise UsageError.of("wrong-type", message, "as in `--limit layers=1000000`")
            found[name] = int(bound)
        return found

    def format_for(self, *, text_alone: bool) -> str:
        """Settle the format: asked for, else by the suffix of the file. Raises UsageError."""
        if self.json or self.format:
            return "json" if self.json else self.format
        if self.output is None or text_alone:
            return "table"
        suffix = Path(self.output).suffix
        if suffix not in SUFFIXES:
            known = ", ".join(SUFFIXES)
            message = f"the suffix of `{self.output}` names no format"
            raise UsageError.of("unknown-suffix", message, f"one of {known}, or say --format")
        return SUFFIXES[suffix]


def check_choice(option: str, given: str, choices: tuple[str, ...]) -> None:
    """Complain of a value that is none of the choices. Raises UsageError."""
    if given not in choices:
        hint = suggestion(given, choices) or f"one of {', '.join(choices)}"
        raise UsageError.of("not-a-choice", f"there is no `{option} {given[:80]}`", hint)


OPTIONS: dict[str, tuple[Any, Any]] = {
    "format": (
        Annotated[
            str,
            typer.Option(
                "--format",
                "-f",
                metavar="FORMAT",
                help=f"{', '.join(FORMATS)}.",
                autocompletion=complete_formats,
                show_default=False,
            ),
        ],
        "",
    ),
    "json": (Annotated[bool, typer.Option("--json", help="The same as --format json.")], False),
    "output": (
        Annotated[
            str | None,
            typer.Option(
                "--output", "-o", metavar="FILE", help="Write a file; its suffix says the format."
            ),
        ],
        None,
    ),
    "remarks": (
        Annotated[
            bool,
            typer.Option("--remarks", help="csv, tsv: also the caption and totals, as comments."),
        ],
        False,
    ),
    "human": (
        Annotated[bool, typer.Option("--human", help="Round figures, as in 61.7 M (M is 10^6).")],
        False,
    ),
    "wide": (
        Annotated[bool, typer.Option("--wide", help="Hide and shorten nothing, however wide.")],
        False,
    ),
    "width": (
        Annotated[
            int | None,
            typer.Option("--width", min=1, metavar="N", help="Fit tables into N characters."),
        ],
        None,
    ),
    "ascii": (
        Annotated[bool, typer.Option("--ascii", help="Write tables in ASCII alone.")],
        False,
    ),
    "color": (
        Annotated[
            str,
            typer.Option(
                "--color",
                metavar="WHEN",
                help="auto, always or never.",
                autocompletion=complete_colors,
            ),
        ],
        "auto",
    ),
    "error_format": (
        Annotated[
            str,
            typer.Option(
                "--error-format",
                metavar="FORMAT",
                help="How mistakes are reported: text, json or github.",
                autocompletion=complete_error_formats,
            ),
        ],
        "text",
    ),
    "limit": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--limit",
                metavar="NAME=N",
                help="Raise a bound that protects the machine, as in layers=1000000.",
                autocompletion=complete_limits,
            ),
        ],
        None,
    ),
    "watch": (
        Annotated[bool, typer.Option("--watch", help="Run again whenever a file is saved.")],
        False,
    ),
}
"""By the field of `Output`: the type of the option and its default."""
