"""Blocks whose name, arguments or surroundings are only known while a network is unrolled."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc import limits
from archcalc.errors import SpecError

HEAD = """\
input: 1x8x8
parameters: {which: odd, rate: 0.25, n: 3}
blocks:
  wide: {parameters: {filters: , stride: 1}, layers: [{conv: =filters, kernel: 1, stride: =stride}]}
  nested: {layers: [{block: wide, filters: 2}]}
layers:
"""


def expand(layers: str) -> archcalc.Graph:
    return archcalc.expand(archcalc.load(StringIO(HEAD + layers)))


def mistake(layers: str) -> str:
    with pytest.raises(SpecError) as caught:
        expand(layers)
    return str(caught.value)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "- {name: a, block: =which}",
            (
                "spec:7:22: error[unknown-block]: a: there is no block `odd`\n"
                "    7 |   - {name: a, block: =which}\n"
                "      |                      ^^^^^^\n"
                "  hint: the blocks: nested, wide"
            ),
        ),
        (
            "- {name: a, block: \"='wid' + 'e'\", size: 3}",
            (
                "spec:7:38: error[unknown-key]: a: `size` is not a parameter of the block `wide`\n"
                "    7 |   - {name: a, block: \"='wid' + 'e'\", size: 3}\n"
                "      |                                      ^^^^\n"
                "  hint: the parameters: filters, stride"
            ),
        ),
        (
            "- {name: a, block: \"='wid' + 'e'\"}",
            (
                "spec:7:22: error[missing-key]: a: the block `wide` needs its `filters`\n"
                "    7 |   - {name: a, block: \"='wid' + 'e'\"}\n"
                "      |                      ^^^^^^^^^^^^^^"
            ),
        ),
        (
            "- {name: a, block: wide, filters: =n + which}",
            (
                "spec:7:37: error[bad-expression]: cannot add `3` and `odd`\n"
                "    7 |   - {name: a, block: wide, filters: =n + which}\n"
                "      |                                     ^^^^^^^^^^"
            ),
        ),
        (
            "- {name: a, block: =n + which}",
            (
                "spec:7:22: error[bad-expression]: cannot add `3` and `odd`\n"
                "    7 |   - {name: a, block: =n + which}\n"
                "      |                      ^^^^^^^^^^"
            ),
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(layer: str, message: str) -> None:
    assert mistake(f"  {layer}\n") == message


def test_depth_counts_blocks_within_blocks_not_one_after_the_other() -> None:
    with limits.raised(block_depth=2):
        expand("  - {block: nested, repeat: 5}\n  - {block: nested}\n")
    with limits.raised(block_depth=1):
        found = mistake("  - {block: wide, filters: 2}\n  - {name: a, block: nested}\n")

    assert "error[too-deep]: blocks within blocks, more than 1 deep" in found
    assert "`--limit block_depth=N` raises the bound of 1" in found


def test_what_stands_before_a_join_may_wait_for_an_expression() -> None:
    layers = "  - {name: a, add: [[], [relu]], before: [{dropout: =rate}], after: [{lrn: =n}]}\n"

    assert [node.path for node in expand(layers).nodes] == ["a.dropout", "a/relu1", "a", "a.lrn"]


def test_a_branch_of_a_named_join_sees_the_layers_around_it() -> None:
    layers = "  - {name: c, conv: 2, kernel: 1}\n  - {name: j, concat: [[], [{relu: , from: c}]]}\n"

    assert [node.inputs for node in expand(layers).nodes] == [(-1,), (0,), (0, 1)]


def test_a_report_with_heads_compares_its_parameters_with_heads() -> None:
    text = (
        HEAD + "  - {name: c, conv: 2, kernel: 1}\nheads: {aux: {from: c, layers: [{linear: 3}]}}\n"
    )
    spec = archcalc.load(StringIO(text))

    # without: 2·(1 + 1) = 4; the head 3·(2·8·8 + 1) = 387, at 4x4 3·(2·4·4 + 1) = 99
    (note,) = archcalc.count(spec, input="1x4x4", heads=True).notes
    assert note.startswith("input 1x4x4 instead of 1x8x8: 103 parameters, not 391")
    assert archcalc.count(spec, input="1x4x4").notes == ()
