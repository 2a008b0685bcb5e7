"""Sequences, by hand: attention, embeddings, trained tensors, recurrent layers."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc.facts import Facts
from archcalc.ops import make
from archcalc.ops.op import Shape
from tests.ops.conftest import by_hand, wrong

ATTENTION = {
    "weights": 4 * 4 * 4, "biases": 4 * 4,
    "connections": 3 * (4 * 4 * 4 + 4 * 4), "neurons": 3 * 4 * 4,
    # scores 3·3·4, mix 3·3·4
    "interactions": 72, "mac": 3 * 64 + 72,
    # 2 heads of 3·3 scores; 48 biases, and 2 adds for each of 2·3 rows
    "mul": 18, "exp": 18, "div": 18, "add": 48 + 12,
}  # fmt: skip
LSTM = {
    "weights": 4 * 2 * (3 + 2), "biases": 4 * 2,
    "connections": 5 * (40 + 8), "neurons": 5 * 4 * 2, "mac": 5 * 40,
    # 5 steps of 2 units: 3 sigmoids, 2 tanh, 3 products, a sum
    "exp": 30, "div": 30, "tanh": 20, "mul": 30, "add": 5 * 8 + 30 + 10,
}  # fmt: skip
CASES = [
    pytest.param("{attention: 2}", "4x3", "4x3", ATTENTION, id="attention"),
    pytest.param("{attention: 2, causal: true}", "4x3", "4x3", ATTENTION, id="the whole square"),
    pytest.param(
        "{attention: 2, kv_heads: 1, bias: false}",
        "4x3",
        "4x3",
        ATTENTION
        | {"weights": 2 * 4 * 4 + 2 * 2 * 4, "biases": 0, "neurons": 3 * (4 + 4 + 2 + 2)}
        | {"connections": 3 * 48, "mac": 3 * 48 + 72, "add": 12},
        id="heads that share keys and values",
    ),
    pytest.param(
        "{attention: 1, inner: 2, bias: false}",
        "4x3",
        "4x3",
        {"weights": 4 * 2 * 4, "connections": 3 * 32, "neurons": 3 * (3 * 2 + 4)}
        | {"interactions": 36, "mac": 3 * 32 + 36, "mul": 9, "exp": 9, "div": 9, "add": 6},
        id="fewer features within",
    ),
    pytest.param(
        "{scaled_dot_product: 2}",
        "4x3",
        "4x3",
        # scores 3·3·4, mix 3·3·4; 2 heads of 3·3 scores, 2 adds for each of 2·3 rows
        {"interactions": 72, "mac": 72, "mul": 18, "exp": 18, "div": 18, "add": 12},
        id="the core of attention",
    ),
    pytest.param(
        "{scaled_dot_product: 2, axis: width}",
        "4x5x3",
        "4x5x3",
        {"interactions": 5 * 72, "mac": 5 * 72, "add": 5 * 12}
        | dict.fromkeys(("mul", "exp", "div"), 5 * 18),
        id="five windows of three places",
    ),
    pytest.param(
        "matmul",
        "2x3x3",
        "2x3x3",
        {"interactions": 2 * 27, "mac": 2 * 27},
        id="products of matrices",
    ),
    pytest.param(
        "{attention: 2, within: 2, positions: relative}",
        "4x2x4",
        "4x2x4",
        {"weights": 64, "biases": 16 + 2 * 3 * 3, "connections": 8 * 80, "neurons": 8 * 16}
        # each of 8 places meets the 4 of its window: scores and mix of 4 features
        | {"interactions": 2 * 8 * 4 * 4, "mac": 8 * 64 + 256}
        # 2 heads of 8·4 scores; a position for each; 128 biases, 3 adds for each of 2·8 rows
        | {"mul": 64, "exp": 64, "div": 64, "add": 128 + 48 + 64},
        id="windows",
    ),
    pytest.param(
        "{attention: 2, kv_heads: 1, positions: rotary, bias: false, past: 2}",
        "4x3",
        "4x3",
        {"weights": 48, "connections": 3 * 48, "neurons": 3 * 12}
        # each of 3 places meets 2 + 3
        | {"interactions": 2 * 3 * 5 * 4, "mac": 144 + 120}
        # 30 scores; 3·4 elements of queries and 3·2 of keys are turned: 2 muls and an add each
        | {"mul": 30 + 36, "exp": 30, "div": 30, "add": 6 * 4 + 18},
        id="turned, after a past",
    ),
    pytest.param("{embedding: 8, words: 50}", "1x20", "8x20", {"weights": 400}, id="words"),
    pytest.param("{embedding: 8, words: 50}", "20", "8x20", {"weights": 400}, id="a vector"),
    pytest.param("learned", "4x3", "4x3", {"weights": 12}, id="positions"),
    pytest.param("{learned: 4x1}", "4x3", "4x1", {"weights": 4}, id="class token"),
    pytest.param("{learned: 4, trainable: false}", "4x3", "4x1x1", {"fixed": 4}, id="fixed tensor"),
    pytest.param("{lstm: 2}", "3x5", "2x1x1", LSTM, id="lstm"),
    pytest.param("{lstm: 2, steps: all}", "3x5", "2x5", LSTM, id="lstm, all steps"),
    pytest.param(
        "{lstm: 2, bias: double}",
        "3x5",
        "2x1x1",
        LSTM | {"biases": 16, "connections": 5 * 56, "add": 5 * 16 + 40},
        id="two vectors of biases",
    ),
    pytest.param(
        "{lstm: 2, bidirectional: true, stack: 2, bias: false, steps: all}",
        "3x5",
        "4x5",
        {"weights": 2 * 40 + 2 * 4 * 2 * (4 + 2), "connections": 5 * 176, "mac": 5 * 176}
        | {"neurons": 5 * 32, "exp": 120, "div": 120, "tanh": 80, "mul": 120, "add": 160},
        id="two layers in two directions",
    ),
    pytest.param(
        "{gru: 2}",
        "3x5",
        "2x1x1",
        {"weights": 3 * 2 * (3 + 2), "biases": 2 * 3 * 2, "connections": 5 * 42, "mac": 5 * 30}
        | {"neurons": 30, "exp": 20, "div": 20, "tanh": 10, "mul": 30, "add": 5 * 12 + 20 + 30},
        id="gru, reset behind the product",
    ),
    pytest.param(
        "{gru: 2, reset_after: false}",
        "3x5",
        "2x1x1",
        {"weights": 30, "biases": 6, "connections": 5 * 36, "mac": 5 * 30}
        | {"neurons": 30, "exp": 20, "div": 20, "tanh": 10, "mul": 30, "add": 5 * 6 + 20 + 20},
        id="gru, reset before the product",
    ),
    pytest.param(
        "{rnn: 2}",
        "3x5",
        "2x1x1",
        {"weights": 2 * 5, "biases": 2, "connections": 5 * 12, "mac": 50, "neurons": 10}
        | {"tanh": 10, "add": 10},
        id="rnn",
    ),
]


test_by_hand = by_hand(CASES)


test_what_does_not_fit = wrong(
    [
        (
            "{attention: 3}",
            "4x5",
            (
                "spec:3:17: error[heads-do-not-divide]: attention1: 3 heads do not divide 4 "
                "features evenly; what enters `attention` is 4x5\n"
                "    3 |   - {attention: 3}\n"
                "      |                 ^\n"
                "  hint: `inner` sets the features of all heads, if they are not the channels"
            ),
        ),
        (
            "{attention: 4, kv_heads: 3}",
            "4x5",
            (
                "spec:3:30: error[heads-do-not-divide]: attention1: 3 heads of keys do not divide "
                "4 heads evenly; what enters `attention` is 4x5\n"
                "    3 |   - {attention: 4, kv_heads: 3}\n"
                "      |                              ^"
            ),
        ),
        (
            "{attention: 2, within: 3}",
            "4x6x7",
            (
                "spec:3:28: error[windows-do-not-divide]: attention1: windows of 3x3 do not divide "
                "4x6x7 evenly; what enters `attention` is 4x6x7\n"
                "    3 |   - {attention: 2, within: 3}\n"
                "      |                            ^\n"
                "  hint: a network that pads its map to whole windows has a `pad` before it"
            ),
        ),
        (
            "{attention: 2, positions: relative, past: 3}",
            "4x6",
            (
                "spec:3:31: error[keys-elsewhere]: attention1: `positions` is about places among "
                "themselves, not those of `past`; what enters `attention` is 4x6\n"
                "    3 |   - {attention: 2, positions: relative, past: 3}\n"
                "      |                               ^^^^^^^^"
            ),
        ),
        (
            "{attention: 4, positions: rotary}",
            "4x6",
            (
                "spec:3:31: error[odd-features]: attention1: rotary positions turn pairs of "
                "features, and a head has 1; what enters `attention` is 4x6\n"
                "    3 |   - {attention: 4, positions: rotary}\n"
                "      |                               ^^^^^^"
            ),
        ),
        (
            "{attention: 4, positions: absolute}",
            "4x6",
            (
                "spec:3:31: error[wrong-type]: expected relative or rotary, not `absolute`\n"
                "    3 |   - {attention: 4, positions: absolute}\n"
                "      |                               ^^^^^^^^"
            ),
        ),
        (
            "{embedding: 8, words: 9}",
            "2x5",
            (
                "spec:3:6: error[wrong-rank]: embedding1: `embedding` reads one number at each "
                "place, not the 2 of 2x5; what enters `embedding` is 2x5\n"
                "    3 |   - {embedding: 8, words: 9}\n"
                "      |      ^^^^^^^^^\n"
                "  hint: an input such as 1x20 is a row of 20 words"
            ),
        ),
        (
            "{lstm: 5, steps: none}",
            "3x5",
            (
                "spec:3:22: error[wrong-type]: expected last or all, not `none`\n"
                "    3 |   - {lstm: 5, steps: none}\n"
                "      |                      ^^^^"
            ),
        ),
        (
            "{lstm: 5, steps: 9}",
            "3x5",
            (
                "spec:3:22: error[wrong-type]: expected last or all, not `9`\n"
                "    3 |   - {lstm: 5, steps: 9}\n"
                "      |                      ^"
            ),
        ),
        (
            "{lstm: 5, steps: first}",
            "3x5",
            (
                "spec:3:22: error[wrong-type]: expected last or all, not `first`\n"
                "    3 |   - {lstm: 5, steps: first}\n"
                "      |                      ^^^^^"
            ),
        ),
    ]
)


def test_windows_of_swin() -> None:
    """Liu et al. 2021, equations 1 and 2: h·w·C·(4·C + 2·h·w), and 4·C + 2·M² within windows."""
    x = Shape(96, 56, 56)
    everywhere, within = make("attention", heads=3), make("attention", heads=3, within=(7, 7))

    assert everywhere.work(x, x).mac == 56 * 56 * 96 * (4 * 96 + 2 * 56 * 56)
    assert within.work(x, x).mac == 56 * 56 * 96 * (4 * 96 + 2 * 7 * 7)


def test_a_token_behind_a_cache() -> None:
    """One token of a model of width 4,096 behind 99 others: 4·4,096² and 2·100·4,096 macs."""
    token = Shape(4_096, 1)
    op = make("attention", heads=32, positions="rotary", bias=False, past=99, causal=True)

    assert op.work(token, token).mac == 4 * 4_096**2 + 2 * 100 * 4_096


def test_keys_and_values_from_other_layers() -> None:
    text = """
    input: {asking: 4x3, asked: 6x5, values: 2x5}
    layers:
      - {attention: 2, from: [asking, asked, values], bias: false}
    """
    (row,) = archcalc.count(archcalc.load(StringIO(text))).rows

    assert row.parameters == 4 * 4 + 4 * 6 + 4 * 2 + 4 * 4
    assert row.interactions == 2 * 3 * 5 * 4
    assert row.macs == 3 * 4 * 4 + 5 * 4 * 6 + 5 * 4 * 2 + 3 * 4 * 4 + row.interactions
    assert (str(row.output), row.field) == ("4x3", None)
    assert archcalc.confirm(archcalc.load(StringIO(text))).agrees


def test_the_core_of_attention_with_a_mask_and_shared_keys() -> None:
    text = """
    input: {queries: 8x3, keys: 4x5, values: 6x5, mask: 4x3x5}
    layers:
      - {scaled_dot_product: 4, kv_heads: 2, from: [queries, keys, values, mask]}
    """
    report = archcalc.count(archcalc.load(StringIO(text)))
    (row,) = report.rows

    # 4 heads: of 2 features in queries and keys, of 3 in values
    assert str(row.output) == "12x3"
    assert row.interactions == row.macs == 4 * 3 * 5 * 2 + 4 * 3 * 5 * 3
    assert row.work.add == 4 * 3 * (5 - 1) + 4 * 3 * 5
    assert (row.connections, row.neurons, row.parameters) == (0, 0, 0)
    assert archcalc.confirm(report).agrees


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "input: {q: 8x3, k: 6x5}\nlayers:\n  - {scaled_dot_product: 2, from: [q, k]}",
            (
                "spec:3:6: error[unlike-shapes]: scaled_dot_product1: `scaled_dot_product` cannot "
                "take 8x3, 6x5 for queries, keys, values and a mask\n"
                "    3 |   - {scaled_dot_product: 2, from: [q, k]}\n"
                "      |      ^^^^^^^^^^^^^^^^^^"
            ),
        ),
        (
            "input: 8x3\nlayers:\n  - {scaled_dot_product: 3}",
            (
                "spec:3:26: error[heads-do-not-divide]: scaled_dot_product1: 3 heads do not divide "
                "8 features evenly; what enters `scaled_dot_product` is 8x3\n"
                "    3 |   - {scaled_dot_product: 3}\n"
                "      |                          ^"
            ),
        ),
        (
            "input: 8x2x3\nlayers:\n  - matmul",
            (
                "spec:3:5: error[unlike-shapes]: matmul1: `matmul` cannot multiply 8x2x3 with "
                "8x2x3; what enters `matmul` is 8x2x3\n"
                "    3 |   - matmul\n"
                "      |     ^^^^^^\n"
                "  hint: the last two extents are rows and columns: CxLxK and CxKxS, say"
            ),
        ),
    ],
    ids=["features", "heads", "matrices"],
)
def test_what_does_not_fit_is_refused(text: str, said: str) -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(archcalc.load(StringIO(text)))

    assert str(caught.value) == said


def test_one_attention_takes_three_inputs_at_most() -> None:
    text = "input: 4x3\nlayers:\n  - {name: a, identity: }\n  - {attention: 1, from: [a, a, a, a]}"
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(text))

    assert str(caught.value) == (
        "spec:4:26: error[two-inputs]: `attention` takes 3 inputs at most, not 4\n"
        "    4 |   - {attention: 1, from: [a, a, a, a]}\n"
        "      |                          ^"
    )


def test_what_each_place_sees() -> None:
    text = """
    input: 4x6
    layers:
      - {attention: 1, causal: true}
      - {conv: 2, kernel: 3}
      - {lstm: 2, steps: all}
      - {lstm: 2, bidirectional: true}
    """
    report = archcalc.count(archcalc.load(StringIO(text)))

    # up to here: 6 back; then 2 more ahead; then 3 more back; then all four places
    assert [row.field and row.field.size for row in report.rows] == [(6,), (8,), (11,), (14,)]
    assert archcalc.confirm(report).agrees


def test_the_bias_of_an_op_with_interactions() -> None:
    x = Shape(4, 3)

    assert Facts.of(make("attention", heads=2), (x,), x).bias == 48
