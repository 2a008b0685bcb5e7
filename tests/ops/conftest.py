"""What all tables of ops share: a layer as it is written, and all its figures or its mistake."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

import archcalc
from archcalc.counts import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FIGURES = (
    "weights",
    "biases",
    "gamma",
    "beta",
    "slope",
    "fixed",
    "statistics",
    "connections",
    "connections_in_bounds",
    "neurons",
    "interactions",
)


def by_hand(cases: Iterable[Any]) -> Callable[..., None]:
    """Make a test of layers with their inputs, outputs and figures."""

    @pytest.mark.parametrize(("layer", "x", "y", "figures"), cases)
    def test(layer: str, x: str, y: str, figures: dict[str, int]) -> None:
        check(layer, x, y, **figures)

    return test


def wrong(cases: Iterable[tuple[str, str, str]]) -> Callable[..., None]:
    """Make a test of layers with inputs that they do not fit, and what is said of them."""

    @pytest.mark.parametrize(("layer", "x", "message"), cases, ids=[case[0] for case in cases])
    def test(layer: str, x: str, message: str) -> None:
        assert complaint(layer, x) == message

    return test


def check(layer: str, x: str, y: str, /, **expected: int) -> None:
    """Compare a layer's output and every figure of it; a figure that is not named must be zero."""
    report = archcalc.count(archcalc.load(StringIO(f"input: {x}\nlayers: [{layer}]")))
    (row,) = report.rows
    found = {name: getattr(row, name) for name in FIGURES}
    found |= dict(zip(KINDS, row.work, strict=True))
    expected.setdefault("connections_in_bounds", expected.get("connections", 0))

    assert str(row.output) == y
    assert {k: n for k, n in found.items() if n} == {k: n for k, n in expected.items() if n}


def complaint(layer: str, x: str) -> str:
    """Give the whole text of the error that a layer on an input raises."""
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(archcalc.load(StringIO(f"input: {x}\nlayers:\n  - {layer}")))
    return str(caught.value)
