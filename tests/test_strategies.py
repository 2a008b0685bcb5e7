"""The random networks of the tests: every op is among them, and comes out as they say."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import archcalc
from archcalc import ops
from tests.strategies import WEIGHTED, drawn, legs, maps, networks, specs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import SearchStrategy

    from archcalc import Graph


@pytest.mark.parametrize("op", sorted(ops.runnable()))
@settings(max_examples=25)
@given(data=st.data())
def test_every_op_is_drawn_and_gives_what_is_said(op: str, data: st.DataObject) -> None:
    here = data.draw(maps())
    layer = data.draw(drawn(op, here))
    report = archcalc.count(archcalc.load(StringIO(f"input: {here}\nlayers:\n  - {layer.text}\n")))

    assert op in report.by_op()
    assert str(report.nodes[-1].y) == str(layer.output)


def features(graph: Graph) -> Iterator[str]:
    """Name what a network is made of, and how it is wired."""
    yield from (node.op.name for node in graph.nodes)
    yield from (f"rank {shape.rank}" for shape in graph.inputs.values())
    yield from ["several inputs"] * (len(graph.inputs) > 1)
    yield from ["several outputs"] * (len(graph.outputs) > 1)
    yield from ["a dead end"] * bool(graph.dead_ends)
    for node in graph.nodes:
        arrays = node.op.weights(node.xs[0], node.y)
        joins = ops.is_join(node.op.name) and node.op.name != "concat"
        yield from ["a branch that is spread"] * (joins and len(set(node.xs)) > 1)
        yield from ["an input of its own"] * any(i < -1 for i in node.inputs)
        if node.shared:
            yield "all weights shared" if len(node.shared) == len(arrays) else "some weights shared"
        yield from ["weights turned round"] * any(tie.transposed for tie in node.shared)


WIRING = {
    "several inputs", "several outputs", "all weights shared", "some weights shared",
    "weights turned round",
}  # fmt: skip
ALL = {
    *ops.runnable(), *WIRING, "rank 1", "rank 2", "rank 3", "a dead end", "a branch that is spread",
    "an input of its own",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "wanted"), [(networks(), ALL), (specs(), WIRING)], ids=["networks", "specs"]
)
def test_the_networks_that_are_drawn_have_all_that_there_is(
    kind: SearchStrategy[str], wanted: set[str]
) -> None:
    """Draws a hundred after the other until nothing is missing: each op is one of many."""
    found = set[str]()
    for start in range(30):

        @seed(start)
        @settings(
            max_examples=100,
            derandomize=False,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(kind)
        def draw(text: str) -> None:
            found.update(features(archcalc.expand(archcalc.load(StringIO(text)))))

        draw()
        if wanted <= found:
            break

    assert wanted - found == set()


@pytest.mark.parametrize("op", WEIGHTED)
@settings(max_examples=10)
@given(data=st.data())
def test_every_op_with_weights_is_drawn_with_those_of_another(op: str, data: st.DataObject) -> None:
    here = data.draw(maps())
    layer = data.draw(legs(here, op))
    text = f"input: {here}\nlayers:\n  - {layer.text.replace('@', '')}\n"
    report = archcalc.count(archcalc.load(StringIO(text)))
    one, other = (node for node in report.nodes if node.op.name == op)
    shared = [tie.weight for tie in other.shared]

    assert str(report.nodes[-1].y) == str(layer.output)
    assert bool(shared) == bool(one.op.weights(one.xs[0], one.y))
    assert {report.nodes[tie.owner] for tie in other.shared} <= {one}
