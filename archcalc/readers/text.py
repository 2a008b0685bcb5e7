"""The text of another tool's file."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archcalc.spec.reader import Source

if TYPE_CHECKING:
    from archcalc.files import File


class Text(Source):
    """A text whose lines end as those of C programs do, and nowhere else."""

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends."""
        return self.text.split("\n")


def text_of(file: File) -> Text:
    """Read the text of a file; what is not UTF-8 is taken byte by byte: comments often are not."""
    content = file.content()
    try:
        return Text(file.name, content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Text(file.name, content.decode("latin-1"))
