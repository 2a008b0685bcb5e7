"""Where output goes, and what may be sent there: width, colour, characters."""

from __future__ import annotations

import os
import sys
from codecs import lookup
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Literal

from archcalc.render.cells import to_ascii

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from archcalc.render.text import Line

Choice = Literal["auto", "always", "never"]
STYLES = {
    "title": "bold",
    "head": "bold",
    "rule": "dim",
    "total": "bold",
    "caption": "dim",
    "field": "",
    "row": "",
    "good": "green",
    "bad": "red",
    "quiet": "dim",
    "error": "bold red",
    "hint": "cyan",
}


@dataclass(frozen=True)
class Screen:
    """A stream: `width` None is unlimited, `live` if somebody watches it as it comes.

    `ascii` if it shows ASCII alone, or is asked to.
    """

    stream: IO[str]
    width: int | None = None
    color: bool = False
    live: bool = False
    ascii: bool = False

    def write(self, lines: Iterable[Line]) -> None:
        """Print lines, in the styles of their roles if there is colour."""
        if self.color:
            self._write_styled(lines)
        else:
            self.print("".join(f"{self._plain(line)}\n" for line in lines))

    def _plain(self, line: Line) -> str:
        """Draw rules with dashes where nobody watches: box characters are for terminals."""
        return "-" * len(line.text) if line.role == "rule" and not self.live else line.text

    def print(self, text: str, spell: Callable[[str], str] = to_ascii) -> None:
        """Print a text as it stands, or spelled in ASCII where the stream knows no more."""
        try:
            text.encode("ascii" if self.ascii else _encoding(self.stream))
        except UnicodeEncodeError:
            text = spell(text)
        self.stream.write(text)

    def _write_styled(self, lines: Iterable[Line]) -> None:
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
        from rich.text import Text  # noqa: PLC0415

        console = Console(
            file=self.stream, force_terminal=True, color_system="standard", width=10**6
        )
        for line in lines:
            style = STYLES.get(line.tone or line.role, "")
            plain = self._plain(line)
            text = to_ascii(plain) if self.ascii or _encoding(self.stream) != "utf-8" else plain
            console.print(Text(text, style), soft_wrap=True)


def screen(
    stream: IO[str],
    color: Choice = "auto",
    width: int | None = None,
    *,
    wide: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Screen:
    """Find out what a stream can show. Only a terminal has a width, whatever COLUMNS says.

    >>> import io
    >>> screen(io.StringIO(), environment={"COLUMNS": "20", "FORCE_COLOR": "1"}).color
    True
    """
    live = stream.isatty() and environment.get("TERM") != "dumb"
    if width is None and stream.isatty() and not wide:
        from shutil import get_terminal_size  # noqa: PLC0415

        width = get_terminal_size().columns
    return Screen(
        stream,
        None if wide else width,
        _color(color, live, environment),
        stream.isatty(),
        _encoding(stream) == "ascii",
    )


def _color(choice: Choice, live: bool, environment: Mapping[str, str]) -> bool:  # noqa: FBT001
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return live


def _encoding(stream: IO[str]) -> str:
    """Name the encoding of a stream as Python does; one that nobody knows is taken for ASCII."""
    try:
        return lookup(getattr(stream, "encoding", None) or "utf-8").name
    except LookupError:
        return "ascii"


def standard_output(
    color: Choice = "auto", width: int | None = None, *, wide: bool = False
) -> Screen:
    """Look at standard output."""
    return screen(sys.stdout, color, width, wide=wide)


def standard_error(color: Choice = "auto") -> Screen:
    """Look at standard error."""
    return screen(sys.stderr, color)
