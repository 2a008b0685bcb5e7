"""The random networks of the tests: every op is among them, and comes out as they say."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc import ops
from tests.strategies import drawn, maps


@pytest.mark.parametrize("op", sorted(ops.runnable()))
@settings(max_examples=25)
@given(data=st.data())
def test_every_op_is_drawn_and_gives_what_is_said(op: str, data: st.DataObject) -> None:
    here = data.draw(maps())
    layer = data.draw(drawn(op, here))
    report = archcalc.count(archcalc.load(StringIO(f"input: {here}\nlayers:\n  - {layer.text}\n")))

    assert op in report.by_op()
    assert str(report.nodes[-1].y) == str(layer.output)
