"""The bar that moves while one waits."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from archcalc.render.progress import progress

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    """A stream that says somebody watches."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def shown(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    """Show a bar on a stream in place of standard error."""
    monkeypatch.setattr(sys, "stderr", stream)
    with progress(2) as tell:
        tell(0.5, "lenet5")
        tell(2, "vgg16")
    return stream.getvalue()


def test_a_terminal_shows_how_far_it_is_and_on_what(monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(Terminal(), monkeypatch)

    assert "vgg16" in said
    assert "━" in said or "-" in said


def test_where_nobody_watches_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not shown(io.StringIO(), monkeypatch)
