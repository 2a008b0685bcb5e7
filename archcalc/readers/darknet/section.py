"""A section's keys as darknet reads them, each within what can be meant, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from archcalc.errors import Diagnostic, SpecError
from archcalc.ops.fields import shown

if TYPE_CHECKING:
    from archcalc.errors import Place
    from archcalc.readers.sections import Section
    from archcalc.spec.reader import Source

LARGEST = 2**31 - 1
"""darknet's sizes are numbers of 32 bits."""


@dataclass(frozen=True)
class Keys:
    """The keys of a section; `number` is that of its layer, counted from 0."""

    source: Source
    section: Section
    number: int

    @property
    def name(self) -> str:
        """The word of the section."""
        return self.section.name

    @property
    def line(self) -> str:
        """Where it stands, in short."""
        return f"line {self.section.line + 1}"

    def has(self, key: str) -> bool:
        """Tell whether a key stands there."""
        return key in self.section.values

    def whole(self, key: str, default: int, *, least: int = 1) -> int:
        """Read a whole number; what is none is 0, as darknet has it."""
        found = self.section.integer(key, default)
        if not least <= found <= LARGEST:
            said = shown(self.section.values.get(key, str(default)))
            self.fail(f"`{key}` is a whole number, {least} or more, not {said}", key)
        return found

    def wholes(self, key: str) -> list[int]:
        """Read whole numbers that commas part."""
        found = self.section.integers(key)
        if any(abs(number) > LARGEST for number in found):
            self.fail(f"`{key}` has a number that is too large", key)
        return found

    def number_of(self, key: str, default: str) -> Fraction:
        """Read a decimal number exactly."""
        found = self.section.decimal(key, float(default))
        if key not in self.section.values:
            return Fraction(default)
        if abs(found) > LARGEST:
            self.fail(f"`{key}` has a number that is too large", key)
        return Fraction(str(found))

    def truth(self, key: str) -> bool:
        """Tell whether a key is switched on."""
        return self.section.integer(key, 0) != 0

    def word(self, key: str, default: str) -> str:
        """Read a word."""
        return self.section.word(key, default)

    def place(self, key: str = "") -> Place:
        """Tell where a key stands, or the section."""
        line = self.section.lines.get(key, self.section.line)
        text = self.source.lines[line] if line < len(self.source.lines) else ""
        bare = text.strip()
        return self.source.place(line, text.find(bare) if bare else 0, len(bare))

    def fail(self, message: str, key: str = "", code: str = "wrong-type") -> NoReturn:
        """Report a mistake."""
        raise SpecError([Diagnostic(code, message, self.place(key))])
