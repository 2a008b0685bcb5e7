"""The figures of layers and their sums: what goes into them, and how often it is worked out."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import archcalc
from archcalc import counts
from archcalc.arithmetic import Derived
from archcalc.ops.conv import Conv
from archcalc.ops.op import Shape, Weight, Work
from archcalc.render.tables.layers import layers
from tests.forgetting import forget

if TYPE_CHECKING:
    import pytest


def test_tallies_add_up_field_by_field() -> None:
    first = tuple(range(1, 25))
    second = (*range(100, 1_300, 100), *[0] * 12)

    assert counts.add_up([first, second]) == counts.Counts(
        weights=101, biases=202, gamma=303, beta=404, slope=505, fixed=606, statistics=707,
        connections=808, connections_in_bounds=909, neurons=1_010, interactions=1_111,
        activations=1_212,
        work=Work(
            mac=13, add=14, mul=15, div=16, cmp=17, exp=18, tanh=19, pow=20, sqrt=21, erf=22,
            log=23, trig=24,
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
    forget()
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


def test_slopes_are_parameters_and_interactions_no_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Conv, "interactions", lambda _self, _x, y: y.size)
    monkeypatch.setattr(
        Conv,
        "weights",
        lambda _self, _x, _y: (Weight("a", "slope", (2,)), Weight("w", "weight", (18,))),
    )
    text = "input: 1x4x4\nlayers: [{conv: 2, kernel: 3, bias: false}]"
    report = archcalc.count(archcalc.load(StringIO(text)))

    assert (report.total.slope, report.total.weights, report.total.parameters) == (2, 16, 18)
    assert report.total.interactions == 2 * 2 * 2
    names = [column.name for column in layers(report, columns=["all"]).columns]
    assert {"slope", "interactions"} <= {*names}


def test_what_is_rare_is_left_out_of_all_columns_where_it_does_not_occur() -> None:
    report = archcalc.count("lenet1")
    everything = {column.name for column in layers(report, columns=["all"]).columns}
    asked = {column.name for column in layers(report, columns=["slope"]).columns}

    assert not {"slope", "interactions"} & everything
    assert "slope" in asked
