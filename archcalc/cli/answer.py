"""What a command answers: values to show, and what to say beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from archcalc.cli.arguments import is_standard_input

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archcalc.render.table import Table

Part: TypeAlias = "Table | str"
"""A table, or text that is printed as it stands."""


@dataclass(frozen=True)
class Answer:
    """The parts in their order; `data` is what `--json` prints, by default the parts themselves.

    `lines` stand for the parts where no width bounds them, in a pipe or a file, to be searched.

    `caption` says what the figures are of (network, input, convention): a comment in csv and tsv.
    `hint` is the command that a reader may want next. All three may be functions, called only if
    they are needed. `status` is the exit code: 1 is a failed check. `file` is where it was written
    already: then nothing is printed, but for the `note` on that.
    """

    parts: tuple[Part, ...]
    lines: tuple[Part, ...] = field(default=(), kw_only=True)
    data: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None
    caption: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None
    hint: str | Callable[[], str] = ""
    status: int = 0
    file: str = ""
    note: str = ""

    def unbounded(self) -> Answer:
        """Give the answer as it is where no width bounds its lines."""
        return replace(self, parts=self.lines) if self.lines else self

    def data_now(self) -> Mapping[str, Any] | None:
        """Give the data, made now if it had to wait."""
        return self.data() if callable(self.data) else self.data

    def caption_now(self) -> Mapping[str, str]:
        """Give the caption, made now if it had to wait."""
        return (self.caption() if callable(self.caption) else self.caption) or {}

    def hint_now(self) -> str:
        """Give the hint, made now if it had to wait."""
        return self.hint() if callable(self.hint) else self.hint

    def is_text(self) -> bool:
        """Tell whether there is nothing but text, which is the same in every format."""
        return all(isinstance(part, str) for part in self.parts)


def invocation(*words: str) -> str:
    """Spell a call as it can be pasted into a shell; none if it reads what was piped in.

    >>> invocation("show", "my net.yaml"), invocation("show", "-")
    ("archcalc show 'my net.yaml'", '')
    """
    from shlex import join  # noqa: PLC0415 - only a terminal needs it

    if any(map(is_standard_input, words)):
        return ""
    return f"archcalc {join(words)}"
