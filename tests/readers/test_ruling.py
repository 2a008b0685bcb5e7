"""Rules that the caller has for layers of files that no reader knows."""

from __future__ import annotations

from io import BytesIO, StringIO
from math import prod
from typing import TYPE_CHECKING

import pytest

from archcalc import count, read
from archcalc.errors import UsageError
from tests.readers.onnx_writer import graph, info, model, node, tensor

if TYPE_CHECKING:
    from archcalc.live import Sizes

X = info("x", 1, 3, 8, 8)


def mystery() -> BytesIO:
    """Write a network with an op of nobody's before a linear layer: 3 x 8 x 8 to 10 units."""
    nodes = [node("Mystery", "x", "m"), node("Flatten", "m", "f"), node("Gemm", "f w", "y")]
    inner = [info("m", 1, 3, 8, 8)]
    return BytesIO(model(graph(nodes, [tensor("w", 192, 10)], [X], [info("y")], inner)))


def each(xs: Sizes, ys: Sizes) -> dict[str, int]:
    """Count an exp for each number, and a product of two that come in for each place."""
    assert xs == ys
    return {"exp": prod(ys[0]), "mac": 64, "interactions": 64}


@pytest.mark.parametrize("name", ["Mystery", "com.acme::Mystery"])
def test_a_layer_counts_by_the_rule_of_its_name(name: str) -> None:
    bare, ruled = count(mystery()), count(mystery(), rules={name: each})

    assert bare.total.unknown["macs"] == ("m",)
    assert not ruled.total.unknown
    assert ruled.uncounted == ()
    assert (ruled.total.work.exp, ruled.total.macs) == (192, 64 + 192 * 10)
    assert ruled.total.interactions == 64


def test_a_graph_keeps_its_rules_at_another_input() -> None:
    text = "[net]\nheight=6\nwidth=6\nchannels=3\n[convolutional]\nfilters=4\nactivation=odd\n"
    ruled = read(StringIO(text), rules={"activation": lambda _, ys: {"exp": prod(ys[0])}})

    assert count(ruled).total.work.exp == 4 * 36
    assert count(ruled, input="3x9x9").total.work.exp == 4 * 81


def test_what_no_rule_is_for_stays_unknown() -> None:
    assert count(mystery(), rules={"Riddle": each}).total.unknown["macs"] == ("m",)


def test_a_rule_that_fails_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        count(mystery(), rules={"Mystery": lambda xs, _: {"mul": xs[1][0]}})

    assert str(caught.value) == (
        "error[rule-failed]: the rule of `Mystery` failed on 3x8x8: IndexError: list index out of "
        "range"
    )
