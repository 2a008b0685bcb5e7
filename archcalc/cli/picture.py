"""Writing a picture to its file."""

from __future__ import annotations

from pathlib import Path

from archcalc.cli.answer import Answer
from archcalc.cli.delivery import write_file


def keep(file: str, content: str | bytes) -> Answer:
    """Write a picture; nothing is left to print. Raises UsageError if it cannot be written."""
    write_file(Path(file), content)
    return Answer((), file=file)
