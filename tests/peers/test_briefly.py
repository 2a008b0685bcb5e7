"""A few random networks hold against PyTorch in each run; `-m peers` draws 2,000 (`test_torch`)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

import archcalc
from tests.strategies import networks, specs

pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[peers]'")

FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))


def check(text: str) -> None:
    """Compare shapes, parameters, multiply-adds, outputs and gradients."""
    from tests.peers.test_torch import check_counts, check_values, expand  # noqa: PLC0415

    graph = expand(text)
    check_counts(archcalc.count(graph, heads=True))
    check_values(graph)


@FEW
@given(networks())
def test_a_few_random_layers_hold_against_torch(text: str) -> None:
    check(text)


@FEW
@given(specs())
def test_a_few_random_specs_hold_against_torch(text: str) -> None:
    check(text)
