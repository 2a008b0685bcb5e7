"""Which layers of two networks are one layer, and what must hold for any two networks."""

from __future__ import annotations

from dataclasses import fields
from io import StringIO
from textwrap import indent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

import archcalc
from archcalc.convention.library import find
from archcalc.counts import QUANTITIES
from archcalc.ops.fields import written
from archcalc.referee.comparisons.difference import diff
from archcalc.referee.comparisons.matching import layers, match
from archcalc.referee.reconciliations.counted import CountedReport
from archcalc.referee.reconciliations.reconciliation import reconcile
from tests.strategies import networks

if TYPE_CHECKING:
    from archcalc.report import Report


def counted(text: str) -> Report:
    """Count a spec."""
    return archcalc.count(archcalc.load(StringIO(text)))


def knows(tool: str, report: Report) -> bool:
    """Tell whether a tool has a rule for every op of a network."""
    return all(find(tool).knows(node.op.name) for node in report.nodes)


@settings(max_examples=60, deadline=None)
@given(networks(), networks())
def test_any_two_networks_are_told_apart_to_the_unit(first: str, second: str) -> None:
    before, after = counted(first), counted(second)
    old, new = layers(before), layers(after)
    pairs = match(old, new).pairs
    found = diff(before, after)
    known = knows("onnx-tool", before) and knows("onnx-tool", after)
    tool = find("onnx-tool" if known else "macs")
    why = reconcile(CountedReport(before, tool), CountedReport(after, find("flops")))

    assert len(set(pairs.values())) == len(pairs)
    for quantity in QUANTITIES:
        assert sum(change.change(quantity) for change in found.changes) == found.change(quantity)
    assert sum(term.amount for term in why.terms) == why.difference
    assert (
        reconcile(CountedReport(after, find("flops")), CountedReport(after, find("flops"))).terms
        == ()
    )


@settings(max_examples=30, deadline=None)
@given(networks())
def test_a_network_by_other_names_is_the_same(text: str) -> None:
    head, key, rest = text.partition("layers:\n")
    body, outputs, names = rest.partition("outputs: ")
    before = counted(text)
    inside = f"{head}{key}  - name: all\n    layers:\n{indent(body, '    ')}"
    after = counted(f"{inside}{outputs}{names.replace('n', 'all/n')}")

    assert all(change.kind in {"same", "renamed"} for change in diff(before, after).layers)
    tool = find("thop" if knows("thop", before) else "macs")
    assert reconcile(CountedReport(before, tool), CountedReport(after, tool)).terms == ()


def flat(report: Report) -> str:
    """Write a network out, one row for each node, under names that say nothing."""
    lines = [f"input: {report.input}", "layers:"]
    for position, node in enumerate(report.nodes):
        own = {
            field.name: getattr(node.op, field.name)
            for field in fields(node.op)
            if getattr(node.op, field.name) != field.default and field.name != "branches"
        }
        feeding = ", ".join("input" if i < 0 else f"n{i}" for i in node.inputs)
        given = [f"name: n{position}", *(f"{key}: {written(value)}" for key, value in own.items())]
        lines.append(f"  - {{op: {node.op.name}, from: [{feeding}], {', '.join(given)}}}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "network",
    ["lenet5", "alexnet", "resnet18", "resnet50", "preact-resnet164", "googlenet", "densenet121"],
)
def test_a_network_written_flat_is_the_same_as_in_blocks(network: str) -> None:
    """What stands after or before a layer, or in another branch first, belongs where it did."""
    before = archcalc.count(network)
    after = counted(flat(before))

    for one, other in ((before, after), (after, before)):
        assert [c for c in diff(one, other).changes if c.kind != "renamed"] == []
        assert (
            reconcile(CountedReport(one, find("thop")), CountedReport(other, find("thop"))).terms
            == ()
        )


def test_of_a_flat_network_only_the_real_difference_is_told() -> None:
    """The stride moves from one convolution of a block to the next: two rows in each of three."""
    found = diff(counted(flat(archcalc.count("resnet50"))), "resnet50-v1.5")
    changed = [change for change in found.changes if change.kind != "renamed"]

    assert [change.path for change in changed] == [
        f"conv{stage}_x/1/conv{n}" for stage in (3, 4, 5) for n in (1, 2)
    ]
    assert {change.kind for change in changed} == {"changed"}


IN_BLOCKS = """\
input: 4x8x8
layers:
  - {name: stem, conv: 4, kernel: 3}
  - add:
      - [{name: one, conv: 8, kernel: 3, padding: 1}, {name: two, conv: 8, kernel: 3, padding: 1}]
      - {name: projection, conv: 8, kernel: 1}
  - {name: head, linear: 10}
"""
FLAT = """\
input: 4x8x8
layers:
  - {name: c0, conv: 4, kernel: 3}
  - {name: c1, conv: 8, kernel: 1, from: c0}
  - {name: c2, conv: 8, kernel: 5, padding: 2, from: c0}
  - {name: c3, conv: 8, kernel: 3, padding: 1, from: c2}
  - {name: sum, add: , from: [c3, c1]}
  - {name: fc, linear: 10}
"""


def test_a_layer_in_the_place_of_another_is_one_that_changed() -> None:
    """The projection stands elsewhere, so that neighbours do not tell; and two fields differ."""
    found = diff(counted(IN_BLOCKS), counted(FLAT))
    changed = [change for change in found.changes if change.kind != "renamed"]

    assert [(c.kind, c.before and c.before.path, c.path) for c in changed] == [
        ("changed", "one", "c2")
    ]
    assert found.change("parameters") == 8 * 4 * (5 * 5 - 3 * 3)


def test_layers_that_differ_in_their_biases_alone_are_pairs() -> None:
    """As in Keras's ResNet: every convolution has a bias, and what pads is a layer of its own."""
    conv = "conv: 8, kernel: 3, padding: 1"
    before = (
        "input: 4x8x8\nlayers:\n"
        "  - {name: p0, pad: 1}\n  - {name: c0, conv: 8, kernel: 3}\n"
        f"  - {{name: c1, {conv}}}\n  - {{name: c2, {conv}}}\n  - {{name: c3, {conv}}}\n"
        "  - {name: mean, avgpool: 8}\n"
    )
    after = (
        f"input: 4x8x8\ndefaults: {{conv: {{bias: false}}}}\nlayers:\n"
        f"  - {{name: a, {conv}}}\n  - {{name: b, {conv}}}\n  - {{name: c, {conv}}}\n"
        f"  - {{name: d, {conv}}}\n  - {{name: pool, globalavgpool: }}\n"
    )
    found = diff(counted(before), counted(after))

    assert [(c.kind, c.path, [d.name for d in c.details]) for c in found.layers] == [
        ("removed", "p0", []),
        ("changed", "a", ["padding", "bias", "input"]),
        ("changed", "b", ["bias"]),
        ("changed", "c", ["bias"]),
        ("changed", "d", ["bias"]),
        ("renamed", "pool", []),
    ]
    assert found.change("parameters") == -4 * 8
