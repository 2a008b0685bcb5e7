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


U_NET = """\
input: 1x92x92
blocks:
  level:
    parameters: {filters: , deeper: }
    layers:
      - {name: left, conv: =filters, kernel: 3}
      - when: =deeper > 0
        layers:
          - {maxpool: 2}
          - {name: below, block: level, filters: =2*filters, deeper: =deeper - 1}
          - {name: up, deconv: =filters, kernel: 2, stride: 2}
          - {name: copy, crop: , from: [left, up]}
          - {concat: , from: [copy, up]}
          - {name: right, conv: =filters, kernel: 3}
layers:
  - {name: u, block: level, filters: 4, deeper: 2}
"""


def test_a_block_calls_itself_to_a_given_depth() -> None:
    report = archcalc.count(archcalc.load(StringIO(U_NET)))

    # 92 - 2 = 90, 45 - 2 = 43, 21 - 2 = 19, and up again: 38 - 2 = 36, 72 - 2 = 70
    assert {row.path: str(row.output) for row in report.rows} == {
        "u/left": "4x90x90",
        "u/maxpool1": "4x45x45",
        "u/below/left": "8x43x43",
        "u/below/maxpool1": "8x21x21",
        "u/below/below/left": "16x19x19",
        "u/below/up": "8x38x38",
        "u/below/copy": "8x38x38",
        "u/below/concat1": "16x38x38",
        "u/below/right": "8x36x36",
        "u/up": "4x72x72",
        "u/copy": "4x72x72",
        "u/concat1": "8x72x72",
        "u/right": "4x70x70",
    }
    assert [report[path].parameters for path in ("u/below/up", "u/up", "u/right")] == [
        8 * (16 * 4) + 8, 4 * (8 * 4) + 4, 4 * (8 * 9 + 1),
    ]  # fmt: skip


@pytest.mark.parametrize("deeper", ["=deeper", "=deeper + 1", "3"])
def test_a_block_that_never_stops_calling_itself(deeper: str) -> None:
    text = U_NET.replace("=deeper - 1", deeper).replace("- {maxpool: 2}", "- relu")
    text = text.replace("kernel: 3}", "kernel: 1}").replace("=2*filters", "=filters")
    with pytest.raises(SpecError) as caught:
        archcalc.count(archcalc.load(StringIO(text)))

    line = f"          - {{name: below, block: level, filters: =filters, deeper: {deeper}}}"
    assert str(caught.value) == (
        "spec:10:34: error[too-deep]: blocks within blocks, more than 32 deep: `level` calls "
        "itself without an end\n"
        f"   10 | {line}\n"
        "      |                                  ^^^^^\n"
        "  hint: `when` ends a block that calls itself, as in `when: =n > 0`, with `n: =n - 1`; "
        "`--limit block_depth=N` raises the bound of 32"
    )


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
