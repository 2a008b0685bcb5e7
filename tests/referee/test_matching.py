"""Which layers of two networks are one layer, and what must hold for any two networks."""

from __future__ import annotations

from io import StringIO
from textwrap import indent
from typing import TYPE_CHECKING

from hypothesis import given, settings

import archcalc
from archcalc.convention.library import find
from archcalc.counts import QUANTITIES
from archcalc.referee.difference import diff
from archcalc.referee.matching import layers, match
from archcalc.referee.reconciliation import reconcile
from archcalc.referee.side import Side
from tests.strategies import networks

if TYPE_CHECKING:
    from archcalc.report import Report


def counted(text: str) -> Report:
    """Count a spec."""
    return archcalc.count(archcalc.load(StringIO(text)))


@settings(max_examples=60, deadline=None)
@given(networks(), networks())
def test_any_two_networks_are_told_apart_to_the_unit(first: str, second: str) -> None:
    before, after = counted(first), counted(second)
    old, new = layers(before), layers(after)
    pairs = match(old, new)
    found = diff(before, after)
    why = reconcile(Side(before, find("onnx-tool")), Side(after, find("flops")))

    assert len(set(pairs.values())) == len(pairs)
    assert {new[now].row.path for now in pairs} >= {r.row.path for r in old} & {
        r.row.path for r in new
    }
    for quantity in QUANTITIES:
        assert sum(change.change(quantity) for change in found.changes) == found.change(quantity)
    assert sum(term.amount for term in why.terms) == why.difference
    assert reconcile(Side(after, find("flops")), Side(after, find("flops"))).terms == ()


@settings(max_examples=30, deadline=None)
@given(networks())
def test_a_network_by_other_names_is_the_same(text: str) -> None:
    head, key, body = text.partition("layers:\n")
    before = counted(text)
    after = counted(f"{head}{key}  - name: all\n    layers:\n{indent(body, '    ')}")

    assert all(change.kind in {"same", "renamed"} for change in diff(before, after).layers)
    assert reconcile(Side(before, find("thop")), Side(after, find("thop"))).terms == ()
