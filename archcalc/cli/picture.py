"""Writing a picture to its file, and saying so where figures do not go."""

from __future__ import annotations

from pathlib import Path

from archcalc.cli.answer import Answer
from archcalc.cli.delivery import write_file
from archcalc.render.screen import standard_error
from archcalc.render.text import Line


def keep(file: str, content: str | bytes) -> Answer:
    """Write a picture; nothing is left to print. Raises UsageError if it cannot be written."""
    write_file(Path(file), content)
    standard_error().write([Line(f"wrote {file}", "hint")])
    return Answer(())
