"""Conventions give what their tools give, to the unit, on single layers and on whole networks.

The tools' own figures stand in a table: torchinfo 1.8.0, fvcore 0.1.5.post20221221, thop
0.1.1.post2209072238, ptflops 0.7.5, calflops 0.3.2, torch 2.13.0, torchprofile 0.1.0, pthflops
0.4.2, onnx-tool 1.0.1.
"""

from __future__ import annotations

import pytest

from archcalc.convention.figure import Figure, apply
from archcalc.convention.library import find
from archcalc.report import count
from tests.convention.measured import CASES, COLUMNS, read, spec

MEASURED = read()
FROM_ELSEWHERE = {"onnx-tool": {"lrn"}}
"""What a tool has a rule for, but not as PyTorch writes it to a file."""


def known(figure: Figure) -> int | None:
    """Give a figure that is complete."""
    return None if figure.partial else figure.total


def test_every_case_is_measured() -> None:
    assert list(MEASURED) == list(CASES)
    assert {len(row) for row in MEASURED.values()} == {len(COLUMNS)}


@pytest.mark.parametrize("case", CASES)
def test_a_convention_gives_what_its_tool_gives(case: str) -> None:
    report = count(spec(case))
    used = {node.op.name for node in report.nodes}
    left = {tool for tool, found in FROM_ELSEWHERE.items() if used & found}
    measured = dict(zip(COLUMNS, MEASURED[case], strict=True))
    ours = {tool: known(apply(report, tool)) for tool in COLUMNS}

    assert {k: v for k, v in ours.items() if k not in left} == {
        k: v for k, v in measured.items() if k not in left
    }


@pytest.mark.parametrize("tool", COLUMNS)
def test_a_tool_has_a_rule_or_a_reason_for_every_op_that_is_measured(tool: str) -> None:
    convention = find(tool)
    used = {node.op.name for case in CASES for node in count(spec(case)).nodes}

    assert {op for op in used if not convention.knows(op)} == set(convention.failures)
