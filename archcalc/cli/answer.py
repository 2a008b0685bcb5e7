"""What a command answers: values to show, and what to say beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.render.table import Table

Part: TypeAlias = "Table | str"
"""A table, or text that is printed as it stands."""


@dataclass(frozen=True)
class Answer:
    """The parts in their order; `data` is what `--json` prints, by default the parts themselves.

    `caption` says what the figures are of (network, input, convention): a comment in csv and tsv.
    `hint` is the command that a reader may want next. `status` is the exit code: 1 is a failed
    check.
    """

    parts: tuple[Part, ...]
    data: Mapping[str, Any] | None = None
    caption: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    status: int = 0
