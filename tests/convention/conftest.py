"""Counting a network that stands in the test."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

from archcalc.report import count
from archcalc.spec.library import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.report import Report


@pytest.fixture
def counted() -> Callable[..., Report]:
    """Count a network that is given as text."""

    def count_text(text: str, *, batch: int = 1) -> Report:
        return count(load(StringIO(text)), batch=batch)

    return count_text
