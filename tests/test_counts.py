"""The figures of layers and their sums: what goes into them, and how often it is worked out."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import archcalc
from archcalc import counts
from archcalc.arithmetic import Derived
from archcalc.ops.conv import Conv
from archcalc.ops.op import Shape, Work

if TYPE_CHECKING:
    import pytest


def test_tallies_add_up_field_by_field() -> None:
    first = tuple(range(1, 23))
    second = (100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000, *[0] * 12)

    assert counts.add_up([first, second]) == counts.Counts(
        weights=101, biases=202, gamma=303, beta=404, fixed=505, statistics=606, connections=707,
        connections_in_bounds=808, neurons=909, activations=1_010,
        work=Work(
            mac=11, add=12, mul=13, div=14, cmp=15, exp=16, tanh=17, pow=18, sqrt=19, erf=20,
            log=21, trig=22,
        ),
    )  # fmt: skip
    assert counts.add_up([]) == counts.Counts()


def test_only_the_kinds_of_work_that_occur_are_plain_values() -> None:
    values = counts.counts_to_dict(counts.Counts(biases=2, work=Work(mac=3, pow=1)))

    assert values["work"] == {"mac": 3, "pow": 1}
    assert (values["parameters"], values["macs"], values["flops"]) == (2, 3, 7)


def test_equal_layers_on_equal_maps_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []
    work = Conv.work

    def noted(self: Conv, x: Shape, y: Shape) -> Work:
        measured.append(x)
        return work(self, x, y)

    monkeypatch.setattr(Conv, "work", noted)
    text = "input: 3x8x8\nlayers: [{conv: 3, kernel: 1, repeat: 50}, {conv: 4, kernel: 1}]"
    report = archcalc.count(archcalc.load(StringIO(text)))

    assert report.total.macs == 50 * 3 * 3 * 64 + 4 * 3 * 64
    assert len(measured) == 2


def test_a_graph_is_counted_with_its_heads_and_in_batches_when_asked() -> None:
    graph = archcalc.expand(archcalc.load("googlenet"))
    alone, batch = archcalc.count(graph), archcalc.count(graph, batch=3)

    assert (alone.total, alone.heads) == (alone.main, {})
    assert batch.total.macs == 3 * alone.total.macs
    assert batch.total.parameters == alone.total.parameters
    assert list(archcalc.count(graph, heads=True).heads) == ["aux1", "aux2"]


def test_how_the_connections_of_untied_biases_come_about() -> None:
    conv = Conv(filters=Derived(12), kernel=(Derived(5), Derived(5)), bias="untied")
    x = Shape(Derived(8), Derived(6), Derived(7))
    connections = conv.connections(x, conv.shape(x))

    assert isinstance(connections, Derived)
    assert connections == 12 * 201 * 2 * 3
    assert connections.expression == "12·(5·5·8 + 1)·(6 − 5 + 1)·(7 − 5 + 1)"
