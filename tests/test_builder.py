"""A network that no spec describes: made by hand, and asked everything that a spec's is asked."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import Builder, count, limits
from archcalc.convention.figure import apply
from archcalc.convention.library import conventions, find
from archcalc.errors import ShapeError, UnknownName, UsageError
from archcalc.graph import INPUT, Graph, Here
from archcalc.ops import make
from archcalc.ops.op import Shape
from archcalc.origin import Origin
from archcalc.referee.reconciliations.counted import CountedReport
from archcalc.render.caption import caption
from archcalc.render.export import export
from archcalc.render.pictures import drawing, mermaid, planes, plot
from archcalc.render.tables.layers import layers
from tests.exactly import exactly

if TYPE_CHECKING:
    from archcalc.spec.spec import Spec

CONV = make("conv", filters=6, kernel=(5, 5))


def residual() -> Graph:
    """Make 6·(5·5 + 1) = 156, 6·(3·3·6 + 1) = 330 and 10·(6·14·14 + 1) = 11,770 parameters."""
    net = Builder("by hand", "1x18x18")
    stem = net.add("stem", CONV, net.input)
    conv = net.add("block/conv", make("conv", filters=6, kernel=(3, 3), padding=(1, 1, 1, 1)), stem)
    relu = net.add("block/conv.relu", make("relu"), conv)
    both = net.add("block/add", make("add", branches=2), relu, stem)
    return net.graph(net.add("fc", make("linear", units=10), both))


def test_a_network_by_hand_counts_as_the_spec_that_says_the_same(
    net: Spec,
) -> None:
    ours, theirs = count(residual()), count(net)
    assert (ours.total, ours.total.parameters) == (theirs.total, 156 + 330 + 11_770)
    assert [(r.path, r.op, r.output) for r in ours.fold(1)] == [
        ("stem", "conv", Shape(6, 14, 14)),
        ("block", "group", Shape(6, 14, 14)),
        ("fc", "linear", Shape(10, 1, 1)),
    ]
    assert [(r.op, r.parameters) for r in ours.rows] == [(r.op, r.parameters) for r in theirs.rows]
    assert ours.fields == theirs.fields
    assert ours.memory() == theirs.memory()


@pytest.fixture
def net() -> Spec:
    """Say `residual` in a spec."""
    return archcalc.load(
        StringIO(
            """
            input: 1x18x18
            layers:
              - {name: stem, conv: 6, kernel: 5}
              - name: block
                layers:
                  - name: add
                    add:
                      - {name: conv, conv: 6, kernel: 3, padding: 1, after: [relu]}
                      - []
              - {name: fc, linear: 10}
            """
        )
    )


def test_every_question_can_be_asked_of_it() -> None:
    graph = residual()
    report = count(graph)

    assert str(archcalc.explain(graph, "stem")["stem"]["parameters"]) == "6·(5·5·1 + 1) = 156"
    assert archcalc.explain(graph).sum("parameters").value == 12_256
    assert archcalc.confirm(graph).agrees
    assert archcalc.confirm(report).total["parameters"].witness == 12_256
    assert archcalc.build(graph).forward([[[[0.0] * 18] * 18]]).shape == (1, 10, 1, 1)
    (flow,) = archcalc.gradients(graph)
    assert (flow.network, len(flow.layers)) == ("by hand", 3)
    assert archcalc.unroll(graph, "stem").shape == (6 * 14 * 14, 18 * 18)
    assert archcalc.budget(graph, max_parameters=12_256).over is False
    compared = archcalc.compare(graph, "lenet5", by="stage")
    assert compared.total.values("parameters") == (12_256, 60_000)
    assert archcalc.diff(graph, graph).changes == tuple(
        change for change in archcalc.diff(graph, graph).changes if not change.details
    )
    data = json.loads(json.dumps(report.to_dict()))
    assert (data["network"], data["input"]) == ("by hand", [1, 18, 18])
    assert data["total"]["parameters"] == 12_256


def test_it_is_drawn_and_written() -> None:
    report = count(residual())
    assert "by hand" in drawing.draw(report, None)
    assert 'n0["stem' in mermaid.draw(report, None)
    assert planes.is_small_chain(report) is False
    assert plot.plot([report]).startswith(b"<?xml")
    table = layers(report, depth=None)
    assert table.title == "by hand, input 1x18x18"
    assert [row[0] for row in table.rows] == ["stem", "block/conv", "block/add", "fc"]
    assert "fc,linear,10,,11770,11770,11760," in export("csv", (table,), caption(report))
    assert caption(report)["variant"] == "by hand"
    assert caption(report)["spec"].startswith("sha256:")


@pytest.mark.parametrize("convention", [c.name for c in conventions()])
def test_every_convention_counts_it(convention: str, net: Spec) -> None:
    ours, theirs = (apply(count(one), find(convention)) for one in (residual(), net))
    assert ours.total == theirs.total


def test_it_is_reconciled_with_a_network_and_with_a_number() -> None:
    side = CountedReport(count(residual()), find("macs"))
    macs = 14 * 14 * (6 * 25 + 6 * 54) + 10 * 6 * 14 * 14
    assert side.total == macs
    assert (side.name, archcalc.reconcile(side, "lenet5").difference) == (
        "by hand@macs",
        325_680 - macs,
    )
    met = archcalc.reconcile(side, "12256").candidates
    assert met[0].changes == ("convention parameters",)


def test_at_another_input_every_shape_is_inferred_anew() -> None:
    report = count(residual(), input="1x20x20")
    assert [str(node.y) for node in report.nodes][::4] == ["6x16x16", "10x1x1"]
    assert report.total.parameters == 156 + 330 + 10 * (6 * 16 * 16 + 1)
    (note,) = report.notes
    assert note == (
        "input 1x20x20 instead of 1x18x18: 15,856 parameters, not 12,256; "
        "a linear layer has a weight for every element that reaches it"
    )
    assert [row.path for row in report.fold(1)] == ["stem", "block", "fc"]


def test_at_another_input_what_does_not_fit_is_said() -> None:
    with pytest.raises(ShapeError) as found:
        count(residual(), input="1x4x4")
    assert str(found.value) == (
        "error[window-does-not-fit]: stem: a window of 5 does not fit in the height 4; "
        "what enters `conv` is 1x4x4 (channels x height x width)\n"
        "  hint: a smaller kernel, more padding, or a larger input"
    )


def test_a_field_that_came_from_the_size_is_not_known_at_another() -> None:
    net = Builder("global", "3x8x8")
    pool = net.add("pool", make("avgpool", kernel=(8, 8)), net.input, bound="kernel")
    graph = net.graph(net.add("fc", make("linear", units=2), pool))
    assert count(graph, input="3x8x8").total.parameters == 8
    with pytest.raises(ShapeError) as found:
        count(graph, input="3x16x16")
    assert str(found.value) == (
        "error[bound-to-size]: pool: `kernel` of `avgpool` came from 3x8x8; at 3x16x16 it is not "
        "known\n  hint: read the network again at this input, if what it was read from can tell"
    )


def test_a_spec_s_graph_unrolls_its_spec_again() -> None:
    graph = archcalc.expand(archcalc.load("resnet18"))
    assert count(graph, input="3x32x32").total == count("resnet18", input="3x32x32").total
    assert graph.at(None) is graph
    assert graph.at("3x224x224") is graph


def test_heads_that_were_left_out_at_another_input_come_back_when_asked_for() -> None:
    bare = archcalc.expand(archcalc.load("googlenet"), "3x256x256", heads=False)
    assert list(count(bare, input="3x256x256", heads=True).heads) == ["aux1", "aux2"]


def test_heads_stand_last_and_apart() -> None:
    net = Builder("two", "8")
    body = net.add("body", make("linear", units=4), net.input)
    end = net.add("fc", make("linear", units=2), body)
    net.add("aux", make("linear", units=3), body, head="aux")
    report = count(net.graph(end), heads=True)
    assert (report.main.parameters, report.heads["aux"].parameters) == (36 + 10, 15)
    assert report.scope == "main path and heads aux"
    assert count(net.graph(end)).scope == "main path, without heads aux"
    assert count(net.graph(end), input="16").total.parameters == 4 * 17 + 10
    with pytest.raises(
        UsageError,
        match=exactly("error[wrong-input]: late: heads come last, behind the whole main path"),
    ):
        net.add("late", make("relu"), end)


def test_containers_are_named_and_say_what_they_are() -> None:
    net = Builder("named", "8")
    one = net.add("block/fc", make("linear", units=8), net.input)
    net.container("block", "dense", repeats=2)
    row = count(net.graph(one))["block"]
    assert (row.op, row.repeats, str(row.output)) == ("dense", 2, "8x1x1")


def test_an_origin_says_more() -> None:
    origin = Origin(id="a", name="A net", source="a paper", inputs={"input": Shape(8, 1, 1)})
    net = Builder(origin, "8")
    report = count(net.graph(net.add("fc", make("linear", units=8), net.input)))
    assert (report.name, report.to_dict()["source"]) == ("A net", "a paper")


RELU = make("relu")


@pytest.mark.parametrize(
    ("path", "op", "inputs", "said"),
    [
        ("", RELU, 1, "error[bad-name]: : an empty text cannot be a path"),
        ("a//b", RELU, 1, "error[bad-name]: a//b: `a//b` cannot be a path"),
        ("a.b/c", RELU, 1, "error[bad-name]: a.b/c: `a.b/c` cannot be a path"),
        ("a\nb", RELU, 1, "error[bad-name]: a\\nb: `a\\nb` cannot be a path"),
        ("stem", RELU, 1, "error[duplicate-name]: stem: there is a layer of this path already"),
        ("new", "relu", 1, "error[wrong-type]: new: expected an op, not `relu`"),
        ("new", RELU, 2, "error[two-inputs]: new: `relu` takes 1 input, not 2"),
        ("new", RELU, 0, "error[two-inputs]: new: `relu` takes 1 input, not 0"),
        (
            "new",
            make("add", branches=3),
            2,
            "error[two-inputs]: new: `add` takes 3 inputs, not 2",
        ),
    ],
)
def test_what_cannot_be_a_layer_is_refused(path: str, op: object, inputs: int, said: str) -> None:
    net = Builder("wrong", "1x18x18")
    stem = net.add("stem", CONV, net.input)
    with pytest.raises(UsageError) as found:
        net.add(path, op, *[stem] * inputs)  # type: ignore[arg-type]
    assert str(found.value).split("\n")[0] == said
    assert len(net.nodes) == 1


@pytest.mark.parametrize(
    ("here", "said"),
    [
        (Here(3, Shape(6, 14, 14)), "`[3, [6, 14, 14]]`"),
        (Here(0, Shape(6, 1, 1)), "`[0, [6, 1, 1]]`"),
        (Here(-2, Shape(1, 18, 18)), "`[-2, [1, 18, 18]]`"),
        (None, "nothing"),
    ],
)
def test_an_output_of_another_network_is_refused(here: Here, said: str) -> None:
    net = Builder("wrong", "1x18x18")
    net.add("stem", CONV, net.input)
    message = (
        f"error[wrong-input]: relu: {said} is no output of this network\n"
        "  hint: `add` gives one, and so does `here`"
    )
    with pytest.raises(UsageError, match=exactly(message)):
        net.add("relu", RELU, here)


def test_an_op_that_does_not_fit_says_what_enters_it() -> None:
    net = Builder("wrong", "3x4x4")
    with pytest.raises(ShapeError) as found:
        net.add("conv", CONV, net.input)
    assert str(found.value).split("\n")[0].endswith("is 3x4x4 (channels x height x width)")
    assert "error[window-does-not-fit]: conv: " in str(found.value)


def test_what_a_stranger_may_add_is_bounded() -> None:
    with limits.raised(layers=2, path_length=9, integer_bits=20):
        net = Builder("large", "1x18x18")
        with pytest.raises(
            UsageError,
            match=exactly(
                "error[too-large]: aaaaaaaaaa: a path of 10 characters; 9 are the most\n"
                "  hint: `--limit path_length=N` raises the bound of 9"
            ),
        ):
            net.add("a" * 10, RELU, net.input)
        with pytest.raises(
            UsageError,
            match=exactly(
                "error[too-large]: fc: a shape of 21 bits\n"
                "  hint: `--limit integer_bits=N` raises the bound of 20"
            ),
        ):
            net.add("fc", make("linear", units=2**20), net.input)
        one = net.add("a", RELU, net.input)
        net.add("b", RELU, one)
        with pytest.raises(
            UsageError,
            match=exactly(
                "error[too-large]: c: more than 2 layers after unrolling\n"
                "  hint: `--limit layers=N` raises the bound of 2"
            ),
        ):
            net.add("c", RELU, one)


@pytest.mark.parametrize(
    ("given", "said"),
    [("3x", "`3x`"), (None, "nothing"), ((0, 2), "`[0, 2]`"), ({}, "`{}`"), ("=3", "`=3`")],
)
def test_an_input_that_is_none_is_refused(given: object, said: str) -> None:
    expected = "an input such as 3x224x224 (channels x height x width)"
    message = f"error[wrong-type]: expected {expected}, not {said}"
    with pytest.raises(UsageError, match=exactly(message)):
        Builder("wrong", given)  # type: ignore[arg-type]


def test_equal_ops_on_equal_shapes_are_inferred_once() -> None:
    net = Builder("twice", "1x18x18")
    assert not net.has_met(CONV, (net.input.shape,))
    net.add("a", CONV, net.input)
    assert net.has_met(CONV, (net.input.shape,))
    assert net.here(INPUT) == net.input


def test_an_input_of_another_name_is_refused() -> None:
    with pytest.raises(UnknownName) as found:
        residual().at({"image": "1x20x20"})
    assert str(found.value) == (
        "error[unknown-name]: no input is called `image`\n  hint: the inputs: input"
    )
