"""The comparison that all tables of ops share: a layer as it is written, and all its figures."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.counts import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

FIGURES = (
    "weights",
    "biases",
    "gamma",
    "beta",
    "fixed",
    "statistics",
    "connections",
    "connections_in_bounds",
    "neurons",
)


@pytest.fixture(scope="session")
def check() -> Callable[..., None]:
    """Compare a layer's output and every figure of it; a figure that is not named must be zero."""

    def compare(layer: str, x: str, y: str, /, **expected: int) -> None:
        report = archcalc.count(archcalc.load(StringIO(f"input: {x}\nlayers: [{layer}]")))
        (row,) = report.rows
        found = {name: getattr(row, name) for name in FIGURES}
        found |= dict(zip(KINDS, row.work, strict=True))
        expected.setdefault("connections_in_bounds", expected.get("connections", 0))

        assert str(row.output) == y
        assert {k: n for k, n in found.items() if n} == {k: n for k, n in expected.items() if n}

    return compare


@pytest.fixture(scope="session")
def complaint() -> Callable[[str, str], str]:
    """Give the whole text of the error that a layer on an input raises."""

    def text(layer: str, x: str) -> str:
        with pytest.raises(archcalc.ArchcalcError) as caught:
            archcalc.count(archcalc.load(StringIO(f"input: {x}\nlayers:\n  - {layer}")))
        return str(caught.value)

    return text
