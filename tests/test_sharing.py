"""Shared weights: counted once, at the first; worked with each time; one array that learns once."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest

import archcalc
from archcalc import Builder, Report, count
from archcalc.errors import ArchcalcError, ShapeError, SpecError, UsageError
from archcalc.graph import INPUT
from archcalc.ops import make
from archcalc.render.tables.layers import layers
from tests.exactly import exactly

LEGS = """
input: {left: 1x28x28, right: 1x28x28}
layers:
  - concat:
      - {name: l, linear: 10, from: left}
      - {name: r, linear: 10, from: right, weights: WHAT}
"""
MATRIX = 784 * 10


def counted(text: str) -> Report:
    return count(archcalc.load(StringIO(text)))


def legs(what: str) -> Report:
    return counted(LEGS.replace("WHAT", what))


@pytest.mark.parametrize(
    ("what", "own", "total"),
    [
        ("l", 0, MATRIX + 10),
        ("{weight: l}", 10, MATRIX + 20),
        ("{weight: l, bias: l}", 0, MATRIX + 10),
        ("{bias: l}", MATRIX, 2 * MATRIX + 10),
        ("{from: l}", 0, MATRIX + 10),
        ("{weight: {from: l, transposed: false}}", 10, MATRIX + 20),
    ],
)
def test_what_is_shared_counts_once_and_works_each_time(what: str, own: int, total: int) -> None:
    report = legs(what)
    assert (report["r"].parameters, report.total.parameters) == (own, total)
    assert report.total.connections == 2 * (MATRIX + 10)
    assert report.total.macs == 2 * MATRIX
    assert report.memory().parameters == total
    assert report.figure("parameters") == total
    assert (report["l"].shared_with, report["r"].shared_with) == ((), ("l",))
    assert report.to_dict()["rows"][1]["shared_with"] == ["l"]
    assert layers(report).rows[1][1] == "linear, shared with l"
    assert archcalc.confirm(report).agrees


def test_an_explanation_says_whose_they_are() -> None:
    found = archcalc.explain(legs("{weight: l}").graph, "r")["r"]
    assert (str(found["parameters"]), found["parameters"].note) == ("10", "weight is that of `l`")
    derivation = archcalc.explain(legs("l").graph, "r")["r"].steps[0].derivation
    assert derivation.zeros == ("parameters", "statistics")
    assert derivation.reason == (
        "its weights are those of `l`; a linear layer has no running statistics"
    )
    assert str(derivation["connections"]) == "10·(1·28·28 + 1) = 7,850"


BLOCK = """
input: 1x12x12
blocks:
  leg:
    layers:
      - {name: conv, conv: 4, kernel: 3, padding: 1, bias: false, after: [batchnorm, relu]}
      - {name: fc, linear: 5}
layers:
  - concat:
      - {name: one, block: leg}
      - {name: two, block: leg, weights: one}
  - {name: last, linear: 2}
"""
LEG = 9 * 4 + 8 + (4 * 144 + 1) * 5


def test_a_block_is_applied_again_with_the_same_weights() -> None:
    report = counted(BLOCK)
    assert report["one"].parameters == LEG
    assert (report["two"].parameters, report["two"].statistics) == (0, 0)
    assert report["two"].connections == report["one"].connections
    assert report["two"].macs == report["one"].macs
    assert report.total.parameters == LEG + 2 * 11
    assert report["two"].shared_with == ("one",)
    assert report["two/conv"].shared_with == ("one/conv",)
    assert archcalc.confirm(report).agrees


def test_a_group_too() -> None:
    text = BLOCK.replace("block: leg, weights: one", "weights: one, layers: [LAYERS]").replace(
        "LAYERS",
        "{name: conv, conv: 4, kernel: 3, padding: 1, bias: false, after: [batchnorm, relu]}, "
        "{name: fc, linear: 5}",
    )
    assert counted(text).total == counted(BLOCK).total


def test_a_layer_shares_what_stands_around_it() -> None:
    report = counted(
        "input: 4x6x6\nlayers:\n"
        "  - {name: a, conv: 4, kernel: 1, after: [batchnorm]}\n"
        "  - {name: b, conv: 4, kernel: 1, after: [batchnorm], weights: a}\n"
        "  - {name: c, conv: 4, kernel: 1, after: [batchnorm], weights: {kernel: a}}\n"
    )
    assert [row.parameters for row in report.rows] == [20 + 8, 0, 4 + 8]


def test_a_loop_that_names_itself_shares_among_its_turns() -> None:
    report = counted("input: 8\nlayers: [{name: rnn, linear: 8, repeat: 4, weights: rnn}]")
    assert [row.parameters for row in report.rows] == [72, 0, 0, 0]
    assert [row.shared_with for row in report.rows] == [(), *[("rnn/1",)] * 3]
    assert report["rnn"].shared_with == ()
    assert report.total.connections == 4 * 72


def test_what_shares_with_what_shares_shares_with_the_first() -> None:
    report = counted(
        "input: 8\nlayers:\n  - {name: a, linear: 8}\n  - {name: b, linear: 8, weights: a}\n"
        "  - {name: c, linear: 8, weights: b}\n"
    )
    assert report["c"].shared_with == ("a",)


DECODER = """
input: 784
layers:
  - {name: encoder, linear: 30, after: [sigmoid]}
  - {name: decoder, linear: 784, weights: WHAT}
"""


@pytest.mark.parametrize(
    "what", ["{from: encoder, transposed: true}", "{weight: {from: encoder, transposed: true}}"]
)
def test_a_decoder_takes_the_matrix_of_its_encoder_turned(what: str) -> None:
    report = counted(DECODER.replace("WHAT", what))
    assert [row.parameters for row in report.rows] == [30 * 785, 784]
    assert archcalc.confirm(report).agrees
    model = archcalc.build(report.graph, dtype="float64")
    w, b = (model.parameters["encoder"][name] for name in ("weight", "bias"))
    x = model.rng.standard_normal((2, 784))
    y = model.forward(x[..., np.newaxis, np.newaxis], training=True)
    hidden = 1 / (1 + np.exp(-(x @ w.T + b)))
    assert np.allclose(y[..., 0, 0], hidden @ w + model.parameters["decoder"]["bias"])
    # the loss is the sum of the outputs: its gradient by the matrix comes from both places
    model.backward(np.ones_like(y))
    through = (np.ones((2, 784)) @ w.T) * hidden * (1 - hidden)
    by_decoder = np.outer(hidden.sum(axis=0), np.ones(784))
    assert np.allclose(model.gradients["encoder"]["weight"], through.T @ x + by_decoder)
    assert "weight" not in model.gradients["decoder"]
    before, gradient = w.copy(), model.gradients["encoder"]["weight"].copy()
    model.step(0.5)
    assert np.allclose(w, before - 0.5 * gradient)
    assert np.shares_memory(model.layers[2].weights["weight"], w)
    assert sum(a.size for arrays in model.parameters.values() for a in arrays.values()) == (
        report.total.parameters
    )


def test_gradients_of_legs_add_up_and_running_statistics_are_one() -> None:
    model = archcalc.build(counted(BLOCK).graph, dtype="float64")
    one, two = (
        {layer.path: layer for layer in model.layers}[f"{leg}/conv.batchnorm"]
        for leg in ("one", "two")
    )
    x = model.rng.standard_normal((4, 1, 12, 12))
    y = model.forward(x, training=True)
    assert two.statistics["mean"] is one.statistics["mean"]
    model.backward(np.ones_like(y))
    # both legs see the same image, so the last layer's halves decide how much each adds
    halves = model.parameters["last"]["weight"].sum(axis=0).reshape(2, 5).sum(axis=0)
    assert np.allclose(model.gradients["one/fc"]["bias"], 4 * halves)
    assert "two/fc" not in model.gradients
    (flow,) = archcalc.gradients(counted(BLOCK).graph)
    assert [layer.path for layer in flow.layers] == ["one/conv", "one/fc", "last"]


def test_gradients_of_three_legs_add_up() -> None:
    model = archcalc.build(
        archcalc.load(
            StringIO(
                "input: 4\nlayers:\n  - add:\n      - {name: a, linear: 3}\n"
                "      - {name: b, linear: 3, weights: a}\n"
                "      - {name: c, linear: 3, weights: a}\n"
            )
        ),
        dtype="float64",
    )
    y = model.forward(model.noise(2), training=True)
    model.backward(np.ones_like(y))

    # two samples, each through three legs
    assert model.gradients["a"]["bias"].tolist() == [6, 6, 6]


def test_a_difference_says_what_is_shared() -> None:
    found = archcalc.diff(legs("{weight: l}").graph, legs("l").graph)
    assert found.change("parameters") == -10
    plain = counted(LEGS.replace(", weights: WHAT", ""))
    (change,) = [c for c in archcalc.diff(plain.graph, legs("l").graph).changes if c.details]
    assert [tuple(detail) for detail in change.details] == [("weights of", None, "l")]


def test_shared_with_a_layer_of_another_name_is_no_difference() -> None:
    other = counted(LEGS.replace("WHAT", "l").replace("l,", "one,").replace(": l}", ": one}"))
    found = archcalc.diff(legs("l").graph, other.graph)
    assert [(change.kind, change.path) for change in found.changes] == [("renamed", "one")]


def test_at_another_input_they_are_shared_still() -> None:
    report = count(legs("l").graph, input="left=1x8x8,right=1x8x8")
    assert report.total.parameters == 650


def refused(text: str, said: str, width: int = 1, hint: str = "") -> ArchcalcError:
    """Hold the whole text of a mistake: what is said, the line that it names, the caret, a hint."""
    with pytest.raises(ArchcalcError) as found:
        counted(text)
    line, column = map(int, said.split(":")[1:3])
    told = [
        said,
        f"{line:5} | {text.splitlines()[line - 1]}",
        f"      | {' ' * (column - 1)}{'^' * width}",
        *([f"  hint: {hint}"] if hint else []),
    ]
    assert str(found.value) == "\n".join(told)
    return found.value


@pytest.mark.parametrize(
    ("what", "said", "width", "hint"),
    [
        ("x", "spec:6:53: error[unknown-name]: r: no earlier layer is called `x`", 1, ""),
        (
            "{weigh: l}",
            "spec:6:61: error[unlike-weights]: r: `linear` has no weights called `weigh`",
            1,
            "did you mean `weight`?",
        ),
        (
            "{weight: {from: l, transposed: true}}",
            (
                "spec:6:69: error[unlike-weights]: r: `weight` is 10x784 here, and that of `l` "
                "10x784 transposed"
            ),
            1,
            "",
        ),
        ("", "spec:6:53: error[missing-key]: `weights` names no layer", 1, ""),
        (
            "{transposed: true, from: }",
            "spec:6:78: error[missing-key]: `weights` names no layer",
            1,
            "",
        ),
        (
            "{weight: {transposed: true}}",
            "spec:6:62: error[missing-key]: shared weights need `from`: the layer that has them",
            1,
            "",
        ),
        (
            "{from: l, turned: true}",
            "spec:6:63: error[unknown-key]: `turned` is not a key of shared weights",
            6,
            "its keys: from, transposed",
        ),
        ("[l]", "spec:6:53: error[wrong-type]: `weights` is a word, not a collection", 1, ""),
    ],
)
def test_ties_that_cannot_be_are_refused(what: str, said: str, width: int, hint: str) -> None:
    mistake = refused(LEGS.replace("WHAT", what), said, width, hint)
    assert isinstance(mistake, ShapeError if "unlike" in said else SpecError)


TWO = """\
input: 8
layers:
  - {name: a, linear: 8}
  - {LAYER}
"""


@pytest.mark.parametrize(
    ("layer", "said", "width", "hint"),
    [
        (
            "name: b, relu: , weights: a",
            "spec:4:32: error[nothing-to-share]: b: `relu` has no weights to share",
            1,
            "",
        ),
        (
            "name: b, conv: 8, kernel: 1, weights: a",
            "spec:4:44: error[unlike-weights]: b: `a` has no `kernel` to share",
            1,
            "the weights it has: bias, weight",
        ),
        (
            "name: b, linear: 8, weights: input",
            "spec:4:35: error[unknown-name]: b: no earlier layer has the path `input`",
            5,
            "",
        ),
        (
            "name: b, linear: 8, trainable: false, weights: a",
            "spec:4:53: error[unlike-weights]: b: the weights of `a` are trained: so they are here",
            1,
            "say `trainable` alike in both",
        ),
        (
            "name: b, layers: [{name: x, linear: 8}], weights: a",
            "spec:4:56: error[unknown-name]: b/x: no earlier layer has the path `a/x`",
            1,
            "layers are paired by their paths: whose weights are taken has the same below it",
        ),
        (
            "add: [[], []], weights: a",
            "spec:4:21: error[unknown-key]: `weights` is not a key of `add`",
            7,
            "its keys: add, after, before, branches, for, from, in, name, op, repeat, when",
        ),
        (
            "layers: [{linear: 8}], weights: a",
            (
                "spec:4:29: error[missing-key]: a group that takes weights needs a name: its "
                "layers are paired by their paths"
            ),
            7,
            "",
        ),
        (
            "name: b, linear: 4, weights: a",
            "spec:4:35: error[unlike-weights]: b: `weight` is 4x8 here, and that of `a` 8x8",
            1,
            "",
        ),
    ],
)
def test_what_has_no_such_weights_is_refused(layer: str, said: str, width: int, hint: str) -> None:
    refused(TWO.replace("LAYER", layer), said, width, hint)


def test_weights_of_another_shape_may_be_turned() -> None:
    refused(
        TWO.replace("linear: 8", "linear: 4").replace("LAYER", "name: b, linear: 8, weights: a"),
        "spec:4:35: error[unlike-weights]: b: `weight` is 8x4 here, and that of `a` 4x8",
        hint="`transposed: true` swaps the first two",
    )


def test_what_comes_later_has_no_weights_yet() -> None:
    refused(
        TWO.replace("linear: 8", "linear: 8, weights: b").replace("LAYER", "name: b, linear: 8"),
        "spec:3:35: error[unknown-name]: a: no earlier layer is called `b`",
        hint="it comes later: let it take the weights of this one",
    )


def test_a_network_by_hand_shares_too() -> None:
    net = Builder("legs", {"left": "1x28x28", "right": "1x28x28"})
    left = net.add("l", make("linear", units=10), net.here(INPUT))
    right = net.add("r", make("linear", units=10), net.here(INPUT - 1))
    end = net.add("both", make("concat", branches=2), left, right)
    net.share(right, left, "weight")
    assert count(net.graph(end)).total == legs("{weight: l}").total
    net.share(right, left)
    graph = net.graph(end)
    assert count(graph).total == legs("l").total
    assert count(graph, input="left=1x8x8,right=1x8x8").total.parameters == 650
    with pytest.raises(
        ShapeError,
        match=exactly(
            "error[unlike-weights]: `weight` is 10x784 here, and that of `l` 10x784 transposed"
        ),
    ):
        net.share(right, left, "weight", transposed=True)
    with pytest.raises(
        UsageError,
        match=exactly(
            "error[wrong-input]: weights are those of an earlier layer\n"
            "  hint: share the other way round"
        ),
    ):
        net.share(left, right)
    with pytest.raises(
        UsageError,
        match=exactly(
            "error[wrong-input]: `[-1, [1, 28, 28]]` is no layer of this network\n"
            "  hint: `add` gives one"
        ),
    ):
        net.share(right, net.input)
    with pytest.raises(
        UsageError, match=exactly("error[nothing-to-share]: `concat` has no weights to share")
    ):
        net.share(end, left)
