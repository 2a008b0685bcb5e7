"""`--watch`: run again whenever a file that was named is saved, until somebody interrupts."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from archcalc.cli.complaint import complain
from archcalc.errors import ArchcalcError, UsageError
from archcalc.files import SUFFIXES
from archcalc.render.screen import standard_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from archcalc.render.screen import Choice

    Stamp = tuple[int, int] | None

INTERVAL = 0.2
"""Seconds between two looks at the files: nobody saves faster than that."""
CLEAR = "\x1b[2J\x1b[H"


def watch(run: Callable[[], int], values: Mapping[str, Any], error_format: str, color: str) -> int:
    """Run, and again after every save. Raises UsageError if no file was named."""
    files = list(named_files(values.values()))
    if not files:
        message = "`--watch` needs a file to watch"
        raise UsageError.of("nothing-to-watch", message, "as in `archcalc show mine.yaml --watch`")
    while True:
        seen = [stamp(file) for file in files]
        screen = standard_output(cast("Choice", color))
        if screen.live and screen.color:
            screen.print(CLEAR)
        try:
            run()
        except ArchcalcError as error:
            complain(error.diagnostics, error_format, color)
        sys.stdout.flush()
        wait_for_change(files, seen)


def wait_for_change(files: list[Path], seen: list[Stamp]) -> None:
    """Wait until a file is another than it was; one that is gone may come back."""
    while [stamp(file) for file in files] == seen:
        time.sleep(INTERVAL)


def named_files(values: Iterable[Any]) -> Iterable[Path]:
    """Find the files among arguments: networks, with a `#variant` or not, conventions behind `@`.

    A folder may have an `@` in its name too; a file that there is not never changes.
    """
    for value in values:
        for text in value if isinstance(value, list | tuple) else [value]:
            for part in {text, *text.split("@")} if isinstance(text, str) else ():
                file = Path(part.partition("#")[0])
                if file.suffix.lower() in SUFFIXES:
                    yield file


def stamp(file: Path) -> Stamp:
    """Tell when a file was saved and how long it is; None if it is not there."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
