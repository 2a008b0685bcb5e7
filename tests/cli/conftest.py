"""Running the command line inside the test's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from archcalc.cli.run import run

if TYPE_CHECKING:
    from collections.abc import Callable


class Outcome(NamedTuple):
    """What a run left behind."""

    status: int
    output: str
    errors: str


@pytest.fixture
def archcalc(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Call `archcalc` with arguments, no colour forced upon it."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Outcome:
        status = run(arguments)
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call
