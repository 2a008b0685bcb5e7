"""Networks of several inputs: each has a name, and what it enters says so."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np
import pytest

import archcalc
from archcalc import Builder, count
from archcalc.errors import ArchcalcError, SpecError, UsageError
from archcalc.graph import INPUT
from archcalc.ops import make
from archcalc.ops.op import Shape
from archcalc.render.caption import caption
from archcalc.render.pictures import drawing, mermaid, planes
from archcalc.render.tables.layers import title
from tests.exactly import exactly

if TYPE_CHECKING:
    from archcalc.spec.spec import Spec

LEGS = """
name: two legs
input: {left: 1x28x28, right: 2x14x14}
layers:
  - concat:
      - {name: l, linear: 10, from: left}
      - {name: r, linear: 10, from: right}
  - {name: fc, linear: 2}
"""
EXAMPLE = "3x224x224 (channels x height x width)"
WHICH = "  hint: say which, as in `left=1x28x28`"
LEFT, RIGHT, LAST = 10 * (28 * 28 + 1), 10 * (2 * 14 * 14 + 1), 2 * (20 + 1)


def load(text: str) -> Spec:
    return archcalc.load(StringIO(text))


def test_each_layer_reads_the_input_that_it_names() -> None:
    report = count(load(LEGS))
    assert [(n.path, n.inputs) for n in report.nodes][:3] == [
        ("l", (INPUT,)),
        ("r", (INPUT - 1,)),
        ("concat1", (0, 1)),
    ]
    assert [row.parameters for row in report.rows] == [LEFT, RIGHT, 0, LAST]
    assert report.inputs == {"left": Shape(1, 28, 28), "right": Shape(2, 14, 14)}
    # both inputs and what the left leg gives, before its input is let go
    assert report.memory().live == 784 + 392 + 10
    assert report.scope == "whole network"


def test_they_are_named_wherever_a_network_is() -> None:
    report = count(load(LEGS))
    assert title(report) == "two legs (spec), inputs left 1x28x28, right 2x14x14"
    assert caption(report)["input"] == "left 1x28x28, right 2x14x14"
    assert json.loads(json.dumps(report.to_dict()))["input"] == {
        "left": [1, 28, 28],
        "right": [2, 14, 14],
    }
    assert str(load(LEGS)) == "Spec('spec', input=left 1x28x28, right 2x14x14)"
    said = mermaid.draw(report)
    assert 'input(["left"])' in said
    assert "input2 -->|2x14x14| n1" in said
    assert ">left</text>" in drawing.draw(report)
    assert planes.is_small_chain(report) is False


def test_one_of_them_may_have_another_size() -> None:
    for given in ("left=1x32x32", {"left": "1x32x32"}, {"left": (1, 32, 32)}):
        report = count(load(LEGS), input=given)
        assert report["l"].parameters == 10 * (32 * 32 + 1)
        assert report["r"].parameters == RIGHT
    assert report.notes[0].startswith(
        "input left 1x32x32, right 2x14x14 instead of left 1x28x28, right 2x14x14: "
    )
    both = count(load(LEGS), input="left = 1x32x32, right = 1x7x7")
    assert both["r"].parameters == 10 * 50


def test_rule_and_witness_agree_on_them() -> None:
    assert archcalc.confirm(load(LEGS)).agrees
    same = LEGS.replace("2x14x14", "1x28x28").replace("linear: 10", "conv: 3, kernel: 5")
    confirmation = archcalc.confirm(load(same))
    assert confirmation.agrees
    fields = [
        claim.rule
        for line in confirmation.lines
        for claim in line.claims
        if claim.quantity == "receptive_field"
    ]
    assert None not in fields


def test_images_of_unlike_sizes_are_not_one_image() -> None:
    fields = count(load(LEGS)).fields
    assert [field and field.size for field in fields] == [(28, 28), (14, 14), None, None]


def test_a_model_takes_and_gives_back_one_batch_for_each() -> None:
    model = archcalc.build(load(LEGS), dtype="float64")
    x = {"left": np.ones((3, 1, 28, 28)), "right": np.zeros((3, 2, 14, 14))}
    y = model.forward(x, training=True)
    gradients = model.backward(np.ones_like(y))
    assert {name: found.shape for name, found in gradients.items()} == {
        "left": (3, 1, 28, 28),
        "right": (3, 2, 14, 14),
    }
    weights = model.parameters
    # d y / d left: through the last layer's first ten weights, then the left leg's matrix
    expected = weights["fc"]["weight"][:, :10].sum(axis=0) @ weights["l"]["weight"]
    assert np.allclose(gradients["left"][0].ravel(), expected.ravel())
    (flow,) = archcalc.gradients(load(LEGS))
    assert [layer.path for layer in flow.layers] == ["l", "r", "fc"]


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.ones((1, 1, 28, 28)), "two legs takes a batch for each of left, right, by name"),
        ({"left": 0}, "two legs takes a batch for each of left, right, not left"),
        (
            {"left": np.ones((2, 1, 28, 28)), "right": np.ones((1, 2, 14, 14))},
            "two legs takes as many samples of each input, not 2 and 1",
        ),
    ],
)
def test_a_batch_that_is_none_of_theirs_is_refused(x: object, said: str) -> None:
    with pytest.raises(UsageError) as found:
        archcalc.build(load(LEGS)).forward(x)  # type: ignore[arg-type]
    assert str(found.value) == f"error[wrong-input]: {said}"


def test_expressions_read_each_by_its_name() -> None:
    text = LEGS.replace("linear: 10, from: right", "linear: =input.left.width, from: right")
    assert count(load(text))["r"].output.channels == 28
    text = LEGS.replace("from: right", 'from: right, when: "=input.left.width > 2"')
    with pytest.raises(
        SpecError,
        match=exactly(
            "spec:7:50: error[structure-depends-on-size]: `when` may not depend on "
            "height or width: the layers are the same at every size\n"
            "    7 |       - {name: r, linear: 10, from: right, when: "
            '"=input.left.width > 2"}\n'
            "      |                                                  "
            "^^^^^^^^^^^^^^^^^^^^^^^"
        ),
    ):
        count(load(text))


def test_what_nothing_reads_is_said() -> None:
    report = count(load(LEGS.replace("from: right", "from: left")))
    assert report.scope == "whole network; nothing reads: right"


def test_what_enters_is_not_guessed() -> None:
    with pytest.raises(SpecError) as found:
        count(load(LEGS.replace(", from: left", "")))
    assert str(found.value) == (
        "spec:6:19: error[missing-key]: l: the network has several inputs: left, right; "
        "which one enters this?\n"
        "    6 |       - {name: l, linear: 10}\n"
        "      |                   ^^^^^^\n"
        "  hint: `from: left`"
    )
    with pytest.raises(
        SpecError,
        match=exactly(
            "spec:5:5: error[missing-key]: concat1: the network has several inputs: "
            "left, right; which one enters this?\n"
            "    5 |   - concat:\n"
            "      |     ^^^^^^\n"
            "  hint: `from: left`"
        ),
    ):
        count(load(LEGS.replace("{name: l, linear: 10, from: left}", "[]")))
    block = "blocks: {b: {layers: [relu]}}\ninput: {a: 8, b: 8}\nlayers: [{block: b}]"
    with pytest.raises(
        SpecError,
        match=exactly(
            "spec:3:18: error[missing-key]: b1: the network has several inputs: a, "
            "b; which one enters this?\n"
            "    3 | layers: [{block: b}]\n"
            "      |                  ^\n"
            "  hint: `from: a`"
        ),
    ):
        count(load(block))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "1x28x28",
            f"error[two-inputs]: the network has several inputs: left, right\n{WHICH}",
        ),
        (
            "lef=1x28x28",
            "error[unknown-name]: no input is called `lef`\n  hint: did you mean `left`?",
        ),
        (
            "left=1x",
            f"error[wrong-type]: expected an input such as {EXAMPLE}, not `1x`",
        ),
    ],
)
def test_an_input_that_is_none_of_theirs_is_refused(given: str, said: str) -> None:
    with pytest.raises(ArchcalcError) as found:
        count(load(LEGS), input=given)
    assert str(found.value) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{}", "error[missing-key]: `input` names no input"),
        ("{a/b: 8}", "error[bad-name]: `a/b` cannot be the name of an input"),
        ("{input: 8, x: 8}", "error[bad-name]: `input` cannot be the name of an input"),
        ("{a: 8x}", "error[wrong-type]: expected an input such as 3x224x224"),
    ],
)
def test_inputs_that_cannot_be_are_refused(written: str, said: str) -> None:
    with pytest.raises(SpecError) as found:
        load(f"input: {written}\nlayers: [{{relu: , from: a}}]")
    assert said in str(found.value).split("\n")[0]


def test_a_layer_is_not_called_like_an_input() -> None:
    with pytest.raises(SpecError) as found:
        count(load(LEGS.replace("name: fc", "name: left")))
    assert "error[duplicate-name]: `left` is the name of an input" in str(found.value)


def test_the_same_holds_of_a_network_by_hand() -> None:
    net = Builder("by hand", {"left": "1x28x28", "right": "2x14x14"})
    left = net.add("l", make("linear", units=10), net.here(INPUT))
    right = net.add("r", make("linear", units=10), net.here(INPUT - 1))
    both = net.add("both", make("concat", branches=2), left, right)
    graph = net.graph(net.add("fc", make("linear", units=2), both))
    assert count(graph).total == count(load(LEGS)).total
    assert count(graph, input="right=2x7x7")["r"].parameters == 10 * (2 * 49 + 1)
