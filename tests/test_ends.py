"""What a network puts out, and what leads nowhere: counted like all else, and said."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc import Builder, Report, count
from archcalc.errors import SpecError
from archcalc.ops import make
from archcalc.spec.library import networks

SLIP = """
input: 1x8x8
layers:
  - {name: a, conv: 4, kernel: 3}
  - {name: b, conv: 8, kernel: 3}
  - {name: c, conv: 2, kernel: 3, from: a}
"""
"""40 = 4·(3·3 + 1), 296 = 8·(3·3·4 + 1) and 74 = 2·(3·3·4 + 1) parameters."""


def counted(text: str) -> Report:
    return count(archcalc.load(StringIO(text)))


def test_a_dead_end_counts_and_is_said() -> None:
    report = counted(SLIP)
    assert report.total.parameters == 40 + 296 + 74
    assert report.scope == (
        "whole network; dead end: b; 114 of 410 parameters on a path to an output"
    )
    assert (report.outputs, report.dead_ends) == (("c",), ("b",))
    assert report.leading_out.parameters == 40 + 74
    data = report.to_dict()
    assert (data["outputs"], data["dead_ends"]) == (["c"], ["b"])


def test_an_output_is_no_dead_end() -> None:
    report = counted(SLIP + "outputs: b")
    assert report.scope == "whole network; outputs: c, b"
    assert report.dead_ends == ()
    assert report.leading_out == report.total


def test_weights_that_are_shared_with_a_dead_end_lead_out() -> None:
    legs = """
input: 4
layers:
  - {name: a, linear: 3}
  - {name: b, linear: 3, from: input, weights: {weight: a}}
  - {name: c, linear: 3, from: input, weights: a}
  - {name: out, add: , from: [b, c]}
"""
    report = counted(legs)
    assert report.total.parameters == 3 * (4 + 1) + 3  # a, and the bias of b
    assert report.leading_out.parameters == 3 * 4 + 3 + 3  # at b; at c the bias of a
    assert report.scope == (
        "whole network; dead end: a; 18 of 18 parameters on a path to an output"
    )


def test_the_last_layer_is_an_output_named_or_not() -> None:
    assert counted(SLIP + "outputs: [b, c]").outputs == ("c", "b")


def test_all_that_leads_to_a_dead_end_only_is_off_the_path() -> None:
    report = counted(SLIP.replace("  - {name: c", "  - {name: d, linear: 2}\n  - {name: c"))
    linear = 2 * (8 * 4 * 4 + 1)
    assert report.scope == (
        f"whole network; dead end: d; 114 of {410 + linear} parameters on a path to an output"
    )


def test_many_dead_ends_are_not_all_named() -> None:
    layers = "".join(f"\n  - {{name: n{i}, linear: 1, from: a}}" for i in range(10))
    report = counted(SLIP.partition("\n  - {name: b")[0] + layers)
    named = ", ".join(f"n{i}" for i in range(8))
    assert f"; dead ends: {named} and 1 more; " in report.scope


def test_what_a_head_reads_is_no_dead_end_even_where_the_head_is_left_out() -> None:
    text = SLIP + "heads: {aux: {from: b, layers: [{linear: 3}]}}\n"
    assert counted(text).scope == "main path, without heads aux"
    other = count(archcalc.load(StringIO(text)), input="1x10x10")
    assert other.scope == "main path, without heads aux"


def test_the_same_holds_of_a_network_by_hand() -> None:
    net = Builder("by hand", "1x8x8")
    a = net.add("a", make("relu"), net.input)
    b = net.add("b", make("relu"), a)
    c = net.add("c", make("relu"), a)
    assert count(net.graph(c)).dead_ends == ("b",)
    assert count(net.graph(c, outputs=[b])).outputs == ("c", "b")
    assert count(net.graph(c, outputs=[b]), input="1x9x9").outputs == ("c", "b")


LOOKS = {  # detectors answer at maps of several sizes
    "faster-rcnn-fpn": 5,
    "mask-rcnn-fpn": 5,
    "retinanet": 5,
    "yolo-v3": 3,
    "yolo-v3-spp": 3,
    "yolo-v3-tiny": 2,
    "yolo-v4": 3,
    "yolo-v4-tiny": 2,
}


@pytest.mark.parametrize("id", [entry.id for entry in networks()])
def test_no_network_of_the_library_has_a_dead_end(id: str) -> None:  # noqa: A002
    report = count(id, heads=True)
    assert (len(report.outputs), report.dead_ends) == (LOOKS.get(id, 1), ())


def test_an_output_that_is_no_layer_is_refused() -> None:
    with pytest.raises(SpecError) as found:
        counted(SLIP + "outputs: [b, cc]")
    assert str(found.value) == (
        "spec:7:14: error[unknown-name]: no earlier layer is called `cc`\n"
        "    7 | outputs: [b, cc]\n"
        "      |              ^^\n"
        "  hint: did you mean `c`?"
    )
    with pytest.raises(SpecError) as found:
        counted(SLIP + "outputs: []")
    assert str(found.value) == (
        "spec:7:10: error[missing-key]: `outputs` names no layer\n"
        "    7 | outputs: []\n"
        "      |          ^"
    )
