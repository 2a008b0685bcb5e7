"""What can go wrong, and how it is said.

    ArchcalcError
    ├── SpecError        the spec's text is wrong: syntax, keys, types, names, expressions
    ├── ShapeError       the network does not fit together: windows, channels, joins
    ├── UnknownName      no such network, file, layer, column ...
    └── UsageError       the call asks for something that has no meaning

Low levels raise a bare `Reason`; the stage that knows the place turns it into one of these.

    >>> place = Place("mine.yaml", 14, 5, "    strid: 2", 5)
    >>> message, hint = "`strid` is not a key of `conv`", "did you mean `stride`?"
    >>> print(Diagnostic("unknown-key", message, place, hint))
    mine.yaml:14:5: error[unknown-key]: `strid` is not a key of `conv`
       14 |     strid: 2
          |     ^^^^^
      hint: did you mean `stride`?
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

SHOWN = 80
"""Columns of a long line that are shown before and after a place."""
COMPARED = 100
"""Characters of a word that are compared with others."""
LISTED = 1_000
"""Letters of the words of a list that a message shows."""


class Place(NamedTuple):
    """A stretch of one line of a spec; lines and columns count from 1.

    Where there are no lines (0), as in a spec that is given as a dict, `file` is a path within it.
    """

    file: str
    line: int
    column: int
    text: str = ""
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def excerpt(self, width: int | None = None) -> str:
        """Show the line with a caret under the stretch, control characters made visible.

        Of a long line what surrounds the stretch: in a width, what there is room for.

        >>> print(Place("net.yaml", 9, 11, "the quick brown fox jumps over", 5).excerpt(30))
            9 | the quick brown fox j
              |           ^^^^^
        """
        column = self.column - 1
        room = SHOWN if width is None else max(2, min(2 * SHOWN, width - 8) // 2)
        start = max(0, column - room)
        before = printable(self.text[start:column])
        marked = printable(self.text[column : column + min(self.length, room)])
        after = printable(self.text[column + self.length : column + room])
        line, caret = before + marked + after, " " * len(before) + "^" * max(1, len(marked))
        return f"{self.line:>5} | {line}\n      | {caret}"


@dataclass(frozen=True)
class Diagnostic:
    """One mistake: a stable code, a sentence with the values, the place, a hint."""

    code: str
    message: str
    place: Place | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = f"{printable(str(self.place))}: " if self.place else ""
        lines = [f"{where}error[{self.code}]: {printable(self.message)}"]
        if self.place and self.place.text:
            lines.append(self.place.excerpt())
        if self.hint:
            lines.append(f"  hint: {printable(self.hint)}")
        return "\n".join(lines)


class ArchcalcError(Exception):
    """The root: everything that a user's mistake can raise, with its `diagnostics`."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    @classmethod
    def of(cls, code: str, message: str, hint: str | None = None) -> Self:
        """Make the error of one mistake that has no place in a file."""
        return cls([Diagnostic(code, message, None, hint)])

    @classmethod
    def because(cls, reason: Reason) -> Self:
        """Make the error of a reason that has no place in a file."""
        return cls.of(reason.code, reason.message, reason.hint)

    def __str__(self) -> str:
        return "\n".join(str(diagnostic) for diagnostic in self.diagnostics)


class SpecError(ArchcalcError):
    """The text of a spec is wrong."""


class ShapeError(ArchcalcError):
    """The layers of a network do not fit together."""


class UnknownName(ArchcalcError):  # noqa: N818 - it is what happened
    """A name that nothing answers to."""

    @classmethod
    def layer(cls, network: str, path: str, hint: str | None) -> Self:
        """Say that a network has no layer of this path."""
        return cls.of("unknown-layer", f"{network} has no layer `{path[:80]}`", hint)


class UsageError(ArchcalcError):
    """A call that asks for something that has no meaning."""


class Reason(Exception):  # noqa: N818 - not an error yet: it has no place
    """Why something cannot be, said where only the values are known.

    `key` names the field that is to blame, where one is.
    """

    def __init__(
        self, code: str, message: str, hint: str | None = None, key: str | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.key = code, message, hint, key


def suggestion(
    word: str, known: Iterable[str], *, key: Callable[[str], str] = str.lower
) -> str | None:
    """Offer the nearest known word; words are alike as their keys are.

    >>> suggestion("strid", ["kernel", "stride"])
    'did you mean `stride`?'
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    word = key(word[:COMPARED])
    spelled = {key(name[:COMPARED]): name for name in islice(known, 1000)}
    near = get_close_matches(word, _alike(word, spelled), n=1, cutoff=0.65)
    return f"did you mean `{spelled[near[0]]}`?" if near else None


def _alike(word: str, known: Iterable[str]) -> list[str]:
    """Choose the words that share most pieces with another: comparing long words takes long."""
    own = _pieces(word)

    def likeness(name: str) -> float:
        pieces = _pieces(name)
        return len(own & pieces) / (len(own) + len(pieces) or 1)

    return sorted(known, key=likeness, reverse=True)[: max(5, 1_000 // (len(word) + 1))]


@lru_cache(2_000)
def _pieces(word: str) -> frozenset[str]:
    """List the letters of a word and its pairs of letters."""
    return frozenset({*word, *map("".join, pairwise(word))})


def listed(what: str, known: Iterable[str]) -> str:
    """List all known words, where none is near.

    >>> listed("blocks", ["basic", "bottleneck"])
    'the blocks: basic, bottleneck'
    """
    return f"the {what}: {in_a_row(sorted(known))}"


def in_a_row(words: Collection[str]) -> str:
    """Write words with commas between them; of very many or long ones the first.

    >>> in_a_row(["basic", "bottleneck"]), in_a_row([])
    ('basic, bottleneck', 'none')
    """
    room = LISTED
    some = [word for word in words if (room := room - len(word)) > 0]
    more = len(words) - len(some)
    return ", ".join(some) + (f" and {more:,} more" if more else "") if words else "none"


def printable(text: str) -> str:
    r"""Make control characters, escapes and direction marks visible: none reaches a terminal.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
