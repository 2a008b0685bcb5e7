"""The bar that moves while one waits."""

from __future__ import annotations

import io
import sys

import pytest

from archcalc.render.progress import progress


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
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = shown(Terminal(), monkeypatch)

    assert "vgg16" in said
    assert "━" in said or "-" in said


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_escapes_has_no_bar_and_no_empty_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert not shown(Terminal(), monkeypatch)


def test_where_nobody_watches_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not shown(io.StringIO(), monkeypatch)


def test_a_bar_moves_though_nobody_knows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress() as tell:
        tell(0, "resnet50, 4.11G")
    said = stream.getvalue()

    assert "resnet50, 4.11G" in said
    assert "━" in said or "-" in said
