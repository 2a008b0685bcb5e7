r"""darknet's cfg: text → sections, each with its keys and where they stand.

As darknet reads it: a line with `[` begins a section, `#` and `;` begin a comment line, blanks
count nowhere, and of two equal keys the first is taken. A number ends where `atoi` ends: `232 #192`
is 232.

>>> from archcalc.spec.reader import Source
>>> net, conv = parse(Source("cfg", "[net]\nwidth=32 # pixels\n\n[convolutional]\nfilters = 8\n"))
>>> conv.name, conv.integer("filters", 1), net.integer("width", 0), conv.integer("pad", 0)
('convolutional', 8, 32, 0)

Source: darknet, src/parser.c (read_cfg), src/option_list.c and src/utils.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.errors import Diagnostic, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.spec.reader import Source

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_BLANKS = str.maketrans("", "", " \t\r\n")
_DIGITS = 300
"""Digits of a number that can still be meant."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section by its name, without brackets, and the lines of its keys, counted from 0."""

    name: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def integer(self, key: str, default: int) -> int:
        """Read a whole number as `atoi` does: what is none is 0."""
        text = self.values.get(key)
        return default if text is None else atoi(text)

    def integers(self, key: str) -> list[int]:
        """List whole numbers that are separated by commas."""
        text = self.values.get(key, "")
        return [atoi(part) for part in text.split(",")] if text else []

    def decimal(self, key: str, default: float) -> float:
        """Read a decimal number as `atof` does."""
        text = self.values.get(key)
        if text is None:
            return default
        match = _DECIMAL.match(text)
        return float(match[0]) if match else 0.0

    def word(self, key: str, default: str) -> str:
        """Read a word."""
        return self.values.get(key, default)


def atoi(text: str) -> int:
    """Read the whole number that a text begins with; 0 if it begins with none.

    >>> atoi("232#192"), atoi("x"), atoi("-4")
    (232, 0, -4)
    """
    match = _INTEGER.match(text)
    return int(match[0][:_DIGITS]) if match else 0


def parse(source: Source) -> list[Section]:
    """Parse a text. Raises SpecError, with the place, for a line that darknet would not read."""
    sections: list[Section] = []
    most, count = limits.now().values, 0
    for number, line in _lines(source):
        count += 1
        if count > most:
            reason = limits.too_large("values", f"more than {most:,} lines")
            place = source.place(number, 0)
            raise SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)])
        if line.startswith("["):
            sections.append(Section(line.strip("[]").partition("]")[0].lower(), number))
            continue
        key, equals, value = line.partition("=")
        if not (sections and equals and key):
            what = "a section such as `[net]`" if not sections else "`key=value`"
            place = source.place(number, 0, len(source.lines[number]))
            raise SpecError([Diagnostic("not-cfg", f"expected {what}, not `{line[:60]}`", place)])
        if key not in sections[-1].values:
            sections[-1].values[key] = value
            sections[-1].lines[key] = number
    return sections


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """Give the lines that say something, without any blanks."""
    for number, line in enumerate(source.lines):
        bare = line.translate(_BLANKS)
        if bare and bare[0] not in "#;\0":
            yield number, bare
