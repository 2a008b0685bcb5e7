"""Random networks, and those of the library, hold against PyTorch, which shares no line with us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import archcalc
from archcalc import ops
from archcalc.spec.family import interpret
from archcalc.spec.reader import Source, read
from tests.forgetting import forget
from tests.strategies import networks, specs

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install -e '.[peers]' to compare with it"
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc import Graph, Model, Report
    from tests.peers.peer import Peer

pytestmark = pytest.mark.peers

EXAMPLES = 1_000
"""Of each of the two kinds: 2,000 networks in a run."""
LONG = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
FORWARD, GRADIENT = 1e-8, 1e-5


def expand(text: str) -> Graph:
    """Unroll a text, in its first variant if it has one."""
    document = read(Source("drawn.yaml", text))
    return archcalc.expand(interpret(document, "drawn", "other" if "variants:" in text else None))


def close(ours: Any, theirs: Any, tolerance: float, what: str) -> None:  # noqa: ANN401 - arrays
    """Compare relative to the largest value, where that is above one."""
    theirs = theirs.detach().numpy().reshape(np.shape(ours))
    limit = tolerance * max(1.0, float(np.abs(theirs).max(initial=0)))
    assert float(np.abs(ours - theirs).max(initial=0)) <= limit, what


def check_counts(report: Report) -> None:
    """Compare shapes, parameters and multiply-adds of every node: no number is ever computed."""
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415 - torch may be missing

    from tests.peers.peer import Peer  # noqa: PLC0415

    peer = Peer(report.graph, "meta")
    xs = [torch.empty((1, *shape), device="meta") for shape in report.inputs.values()]
    peer.forward(xs)
    with FlopCounterMode(display=False) as counter:
        peer.forward(xs)
    for node, y, facts in zip(report.graph.nodes, peer.outputs, report.facts, strict=True):
        assert tuple(y.shape[1:]) == node.y, node.path
        held = facts.counts.parameters + facts.counts.fixed
        assert peer.parameters(node) == held, node.path
    assert counter.get_total_flops() == 2 * report.total.macs


def check_values(graph: Graph) -> None:
    """Compare outputs, and gradients of the inputs and of every weight."""
    from tests.peers.peer import Peer  # noqa: PLC0415

    model = archcalc.build(graph, dtype="float64", heads=True)
    rng = np.random.default_rng(len(graph.nodes))
    xs = {name: rng.standard_normal((3, *shape)) for name, shape in graph.inputs.items()}
    peer = Peer(graph, "cpu")
    there = [torch.from_numpy(x).requires_grad_() for x in xs.values()]
    peer.forward(there)
    peer.take({**model.parameters, **model.fixed})
    peer.take(model.statistics)
    for (name, y), same in zip(several(model.forward(xs)), peer.forward(there), strict=True):
        close(y, same, FORWARD, f"output {name}")
    if any(node.op.name == "dropout" for node in graph.nodes):
        return
    ys = several(model.forward(xs, training=True))
    same = peer.forward(there, training=True)
    dys = {name: rng.standard_normal(y.shape) for name, y in ys}
    dxs = model.backward(dys if len(dys) > 1 else dys[""])
    torch.autograd.backward(same, [torch.from_numpy(dy) for dy in dys.values()])
    try:
        check_gradients(model, peer, dxs if len(xs) > 1 else {"input": dxs}, there)
    except AssertionError:
        if not peer.meets_a_kink():
            raise


def check_gradients(model: Model, peer: Peer, dxs: Mapping[str, Any], there: list[Any]) -> None:
    """Compare the gradients of the inputs, and of every weight."""
    for (name, dx), x in zip(dxs.items(), there, strict=True):
        assert (dx is None) == (x.grad is None), name
        if dx is not None:
            close(dx, x.grad, GRADIENT, name)
    for path, gradients in model.gradients.items():
        for name, gradient in gradients.items():
            close(gradient, peer.names(path)[name].grad, GRADIENT, f"{path} {name}")


def several(ys: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - an array, or several by name
    """List outputs with their names."""
    return list(ys.items()) if isinstance(ys, dict) else [("", ys)]


def test_this_comparison_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = expand("input: 2x6x6\nlayers: [{conv: 3, kernel: 3}, {conv: 2, kernel: 1}]")
    monkeypatch.setattr("archcalc.ops.conv.Conv.parameters", lambda *_: 6)
    forget()
    with pytest.raises(AssertionError, match="conv1"):
        check_counts(archcalc.count(graph))
    monkeypatch.undo()
    monkeypatch.setattr("archcalc.ops.conv.Conv._weights", lambda *_: 1)
    forget()
    with pytest.raises(AssertionError):
        check_counts(archcalc.count(graph))
    monkeypatch.undo()
    monkeypatch.setattr("archcalc.kernels.conv.padded", lambda x, _: x + 1)
    with pytest.raises(AssertionError, match="output"):
        check_values(graph)


def test_every_op_has_its_peer() -> None:
    from tests.peers.peer import MAKE  # noqa: PLC0415 - torch may be missing

    assert set(ops.runnable()) - set(MAKE) == set()


@LONG
@given(networks())
def test_random_layers_hold_against_torch(text: str) -> None:
    graph = expand(text)
    check_counts(archcalc.count(graph, heads=True))
    check_values(graph)


@LONG
@given(specs())
def test_random_specs_hold_against_torch(text: str) -> None:
    graph = expand(text)
    check_counts(archcalc.count(graph, heads=True))
    check_values(graph)


@pytest.mark.parametrize("entry", list(archcalc.networks()), ids=lambda entry: entry.id)
def test_the_library_holds_against_torch(entry: Any) -> None:  # noqa: ANN401
    report = archcalc.count(entry.id, heads=True)
    if len(report.nodes) < 1_500:
        check_counts(report)
