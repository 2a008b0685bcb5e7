"""Lessons of groups, turned convolutions, sequences, norms and ties, worked out by hand."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc

if TYPE_CHECKING:
    from archcalc.graph import Graph
    from archcalc.referee.derivations.lesson import Lesson

ENCODER = """
input: 128x512
layers:
  - {name: eight, attention: 8}
  - {name: one, attention: 1}
  - {name: shared, attention: 8, kv_heads: 2, causal: true}
  - {name: norm, op: layernorm}
"""

TAGGER = """
input: 1x40
defaults: {linear: {flatten: false}}
layers:
  - {name: words, embedding: 100, words: 20000}
  - {name: lstm, lstm: 200, steps: all}
  - {name: pytorch, lstm: 50, bidirectional: true, stack: 2, bias: double, steps: all}
  - {name: gru, gru: 5, steps: all}
  - {name: plain, rnn: 100, steps: all}
  - {name: tags, linear: 20000, bias: false, weights: words}
"""

UP = """
input: 30x16x16
layers:
  - {name: up, deconv: 20, kernel: 3, stride: 2, padding: 1, output_padding: 1}
  - {name: deep, conv: 20, kernel: 3, padding: 1, groups: 20, after: [batchnorm, relu]}
  - {name: point, conv: 40, kernel: 1, bias: false, after: [batchnorm]}
  - {name: parts, conv: 40, kernel: 3, groups: 4}
  - {name: alone, op: batchnorm}
"""


def graph(text: str) -> Graph:
    return archcalc.expand(archcalc.load(StringIO(text)))


def lessons(text: str, layer: str) -> dict[str, Lesson]:
    found = archcalc.explain(archcalc.load(StringIO(text)), layer)
    return {lesson.title: lesson for lesson in found.lessons}


def told(lesson: Lesson) -> dict[str, str]:
    return {figure.quantity: str(figure) for figure in lesson.figures}


def test_products_of_activations_stand_apart_from_those_with_weights() -> None:
    lesson = lessons(ENCODER, "eight")["Products without weights"]

    assert told(lesson) == {
        "scores: queries with keys": "8·512·512·16 = 33,554,432",
        "mix: scores with values": "8·16·512·512 = 33,554,432",
        "macs with weights": "100,663,296 − 67,108,864 = 33,554,432",  # 4·128·128·512
    }
    # 4·128·128·L = 2·L·L·128 at L = 256
    assert lesson.text.endswith("from 256 places on they are half of all and more.")


@pytest.mark.parametrize(
    "layer",
    [
        "{attention: 8}", "{attention: 2, inner: 6}", "{attention: 4, kv_heads: 2, bias: false}",
        "{attention: 3, inner: 12, causal: true}", "{attention: 2, past: 5}",
        "{attention: 2, positions: rotary}", "{attention: 4, positions: relative}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("places", [2, 7])
def test_scores_and_mix_are_the_interactions(layer: str, places: int) -> None:
    text = f"input: 24x{places}\nlayers:\n  - {{name: a, {layer[1:]}\n"
    (row,) = archcalc.count(graph(text)).rows
    scores, mix, weighted = lessons(text, "a")["Products without weights"].figures

    assert scores.value == mix.value
    assert scores.value + mix.value == row.interactions
    assert weighted.value == row.macs - row.interactions


def test_keys_from_elsewhere_have_places_of_their_own() -> None:
    text = """
    input: {asking: 4x3, asked: 6x5}
    layers:
      - {name: a, attention: 2, from: [asking, asked]}
    """
    found = lessons(text, "a")

    assert told(found["Products without weights"]) == {
        "scores: queries with keys": "2·5·3·2 = 60",
        "mix: scores with values": "2·2·3·5 = 60",
        "macs with weights": "456 − 120 = 336",  # 3·4·4 + 2·5·4·6 + 3·4·4
    }
    assert "What a causal mask leaves" not in found


def test_heads_share_the_features_out() -> None:
    lesson = lessons(ENCODER, "eight")["What the number of heads changes"]

    assert told(lesson) == {
        "features of a head": "128/8 = 16",
        "parameters with 1 head": "128·(128 + 1) + 2·128·(128 + 1) + 128·(128 + 1) = 66,048",
        "macs with 1 head": (
            "128·128·512 + 128·128·512 + 2·128·128·512 + 2·512·512·128 = 100,663,296"
        ),
        "scores": "4,096·512 = 2,097,152",
        "scores with 1 head": "512·512 = 262,144",
    }
    row = archcalc.count(graph(ENCODER))["eight"]
    assert (row.parameters, row.macs) == (66_048, 100_663_296)
    assert "What the number of heads changes" not in lessons(ENCODER, "one")


def test_heads_may_share_keys_and_values() -> None:
    lesson = lessons(ENCODER, "shared")["Heads that share keys and values"]

    # 2 of 8 heads: 32 of 128 features, twice: 2·96·129 parameters and 2·96·128·512 MACs fewer
    assert [figure.value for figure in lesson.figures] == [66_048, 100_663_296]
    assert lesson.text == (
        "8 heads of queries share 2 of keys and values: 24,768 parameters and 12,582,912 MACs "
        "fewer. The interactions stay as they are; what is kept of each place while a text goes on "
        "is 1/4."
    )


def test_a_causal_mask_leaves_half_and_a_diagonal() -> None:
    masked = lessons(ENCODER, "shared")["What a causal mask leaves"]
    free = lessons(ENCODER, "eight")["What a causal mask leaves"]

    assert (
        told(masked)
        == told(free)
        == {
            "pairs of places": "512·512 = 262,144",
            "pairs that a mask leaves": "512·(512 + 1)/2 = 131,328",
            "interactions left": "131,328·256 = 33,619,968",  # 2·8·16 for each pair
        }
    )
    assert masked.text.startswith("It is masked: a place takes in itself and those before it")
    assert free.text.startswith("With a mask a place takes in itself and those before it, 131,328")


def test_with_a_past_a_mask_leaves_it_whole() -> None:
    text = "input: 8x3\nlayers:\n  - {name: a, attention: 2, causal: true, past: 5}\n"

    # three places meet the 5 before them, then 1, 2, 3
    assert told(lessons(text, "a")["What a causal mask leaves"]) == {
        "pairs of places": "3·(5 + 3) = 24",
        "pairs that a mask leaves": "5·3 + 3·(3 + 1)/2 = 21",
        "interactions left": "21·16 = 336",  # 2·8 for each pair
    }


def test_within_windows_products_grow_with_the_places() -> None:
    text = "input: 8x4x6\nlayers:\n  - {name: a, attention: 2, within: 2x3}\n"
    found = lessons(text, "a")

    assert told(found["Products without weights"])["mix: scores with values"] == "2·4·24·6 = 1,152"
    assert found["Products without weights"].text.endswith(
        "Within windows of one size they grow as the others do, with the places."
    )
    assert "What a causal mask leaves" not in found


def test_distances_are_learnt_for_each_head() -> None:
    text = "input: 8x5\nlayers:\n  - {name: a, attention: 4, positions: relative}\n"
    lesson = lessons(text, "a")["What the number of heads changes"]

    assert lesson.figures[1].value == archcalc.count(graph(text))["a"].parameters - 3 * 9
    assert lesson.text.startswith(
        "No MACs, and no parameters but those of distances, which each head has anew: 4 heads share"
    )


def test_an_lstm_has_four_sums_and_a_gru_three() -> None:
    four = lessons(TAGGER, "lstm")["Four weighted sums in each unit"]
    three = lessons(TAGGER, "gru")["Three weighted sums in each unit"]

    assert told(four) == {
        "parameters of one sum": "200·(100 + 200) + 200 = 60,200",
        "parameters of all": "4·(200·(100 + 200) + 200) = 240,800",
        "parameters of a GRU": "3·(200·(100 + 200) + 200) = 180,600",
    }
    assert told(three) == {
        "parameters of one sum": "5·(100 + 5) + 2·5 = 535",
        "parameters of all": "3·(5·(100 + 5) + 2·5) = 1,605",
        "parameters of an LSTM": "4·(5·(100 + 5) + 2·5) = 2,140",
    }
    assert four.text.endswith("A GRU has 3 sums.")
    stacked = lessons(TAGGER, "pytorch")["Four weighted sums in each unit"]
    assert stacked.text.endswith("A GRU has 3 sums. There are 4 of them.")
    assert not any("weighted sums" in title for title in lessons(TAGGER, "plain"))


def test_keras_has_one_bias_and_pytorch_two() -> None:
    # the LSTM of 256 units on 4,096 inputs: 4,457,472 and 4,458,496
    text = "input: 4096x3\nlayers:\n  - {name: a, lstm: 256}\n"
    lesson = lessons(text, "a")["One bias or two"]

    assert told(lesson) == {
        "with one bias, as in Keras": "4·(256·(4,096 + 256) + 256) = 4,457,472",
        "with two biases, as in PyTorch": "4·(256·(4,096 + 256) + 2·256) = 4,458,496",
    }
    assert lesson.text.endswith("the second adds nothing that could be learned: 1,024 parameters "
                                "more.")  # fmt: skip
    without = lessons(text.replace("256}", "256, bias: false}"), "a")
    assert "One bias or two" not in without


def test_a_gru_has_two_forms() -> None:
    lesson = lessons("input: 6x9\nlayers:\n  - {name: a, gru: 5}\n", "a")["Two forms of a GRU"]

    assert told(lesson) == {
        "with reset before the product, as in the paper": "3·(5·(6 + 5) + 5) = 180",
        "with reset after it, as in PyTorch and Keras": "3·(5·(6 + 5) + 2·5) = 195",
    }
    assert lesson.text.endswith("a bias of its own: 15 parameters more.")


def test_steps_share_their_weights() -> None:
    lesson = lessons(TAGGER, "plain")["The same weights at every step"]

    assert told(lesson) == {
        "parameters": "100·(5 + 100) + 100 = 10,600",
        "connections of the unrolled network": "10,600·40 = 424,000",
    }
    frozen = lessons(TAGGER.replace("rnn: 100", "rnn: 100, trainable: false"), "plain")
    assert frozen["The same weights at every step"].figures[0].value == 10_600


def test_a_look_up_is_a_product_without_the_products() -> None:
    lesson = lessons(TAGGER, "words")["A look-up is a product with a one-hot vector"]

    assert told(lesson) == {
        "parameters of that product": "100·20,000 = 2,000,000",
        "macs of that product": "100·40·20,000 = 80,000,000",
        "of these with a 1": "100·40 = 4,000",
    }


def test_tied_weights_are_held_once() -> None:
    lesson = lessons(TAGGER, "tags")["Weights that two layers share"]
    held = archcalc.count(graph(TAGGER)).total.parameters

    assert told(lesson) == {
        "parameters if they were its own": "20,000·100 = 2,000,000",
        "parameters of the network then": f"{held:,} + 2,000,000 = {held + 2_000_000:,}",
    }
    assert f"2,000,000 numbers of `words`: the network holds {held:,}, not" in lesson.text
    assert "Weights that two layers share" not in lessons(TAGGER, "words")


def test_a_layer_norm_takes_what_a_batch_norm_keeps() -> None:
    lesson = lessons(ENCODER, "norm")["Whose mean and variance"]
    own = archcalc.count(graph(ENCODER))["norm"].flops

    assert told(lesson) == {
        "parameters of a batch norm": "128 + 128 = 256",
        "its running statistics": "128·2 = 256",
        "its flops at inference": "65,536 + 65,536 = 131,072",
    }
    # n = 65,536 in g = 512: 3n muls, 2·(n - g) + n + g + n adds, 2g divs, g sqrts
    assert own == 3 * 65_536 + 2 * 65_024 + 2 * 65_536 + 512 + 3 * 512 == 459_776
    assert lesson.text.startswith(
        "This layer takes 512 of each, of the sample at hand, over 128 elements, at inference too: "
        "459,776 operations, 3.51 times those of a batch norm."
    )


def test_a_batch_norm_is_folded_into_the_convolution_before_it() -> None:
    lesson = lessons(UP, "point.batchnorm")["At inference a batch norm is a part of what it reads"]

    # 40·20 weights, 2·40 and 2·40 of the norm: 960; folded 40·(20 + 1)
    assert told(lesson) == {"parameters of both in one": "40·(1·1·20 + 1) = 840"}
    assert "840 numbers, where both hold 960, and no operation of its own" in lesson.text
    # an export of the two alone holds as many
    alone = "input: 20x4x4\nlayers:\n  - {conv: 40, kernel: 1, bias: false, after: [batchnorm]}\n"
    assert archcalc.count(graph(alone)).figure("onnx-folded") == 840
    behind_a_bias = lessons(UP, "alone")["At inference a batch norm is a part of what it reads"]
    assert behind_a_bias.figures[0].value == archcalc.count(graph(UP))["parts"].parameters


def test_a_depthwise_convolution_sees_one_map() -> None:
    lesson = lessons(UP, "deep")["A depthwise convolution against a full one"]

    assert told(lesson) == {
        "weights of all pairs": "20·3·3·20 = 3,600",
        "macs of all pairs": "3,600·32·32 = 3,686,400",
    }
    assert lesson.text == (
        "A map of a full convolution sees all 20 before it, here 1 of them: it is depthwise. That "
        "leaves 1/20 of the weights and of the MACs, whatever the window. Maps of different groups "
        "meet first in a later layer."
    )


def test_groups_see_a_part() -> None:
    lesson = lessons(UP, "parts")["Groups against all pairs"]

    assert told(lesson)["weights of all pairs"] == "40·3·3·40 = 14,400"
    assert "here 10 of them. That leaves 1/4" in lesson.text
    assert "A depthwise convolution and a 1x1 against a full one" not in lessons(UP, "parts")


def test_depthwise_and_pointwise_are_a_part_in_maps_and_a_part_in_taps() -> None:
    lesson = lessons(UP, "deep")["A depthwise convolution and a 1x1 against a full one"]

    assert told(lesson) == {
        "weights of both": "20·3·3·20/20 + 40·1·1·20 = 980",
        "weights of one full": "40·3·3·20 = 7,200",
        "macs of both": "180·32·32 + 800·32·32 = 1,003,520",
        "macs of one full": "7,200·32·32 = 7,372,800",
    }
    # 980/7,200 = 1/40 + 1/9
    assert lesson.text.endswith("0.136 times its MACs: 1/40 for its maps and 1/9 for its taps.")


@pytest.mark.parametrize("layer", ["layer1", "layer2", "layer12"])
def test_the_depthwise_layers_of_mobilenet(layer: str) -> None:
    report = archcalc.count("mobilenet-v1")
    deep, point = (report.ops[i] for i in report.index[layer] if report.nodes[i].op.name == "conv")
    (lesson,) = [
        each
        for each in archcalc.explain("mobilenet-v1", deep.path).lessons
        if each.title == "A depthwise convolution and a 1x1 against a full one"
    ]
    values = [figure.value for figure in lesson.figures]

    assert values[0] == deep.weights + point.weights
    assert values[2] == deep.macs + point.macs
    assert values[1] == 9 * deep.input.channels * point.output.channels
    assert f"1/{point.output.channels:,} for its maps and 1/9 for its taps" in lesson.text


@pytest.mark.parametrize(
    "layer",
    [
        "deconv: 20, kernel: 3, stride: 2, padding: 1, output_padding: 1",
        "deconv: 20, kernel: 4, stride: 2, padding: 1, bias: false",
        "deconv: 6, kernel: 3, groups: 2, dilation: 2",
        "deconv: 5, kernel: 3x2, stride: 2x1, padding: same",
    ],
)
def test_a_turned_convolution_is_the_way_back_of_one(layer: str) -> None:
    text = f"input: 10x7x9\nlayers:\n  - {{name: up, {layer}}}\n"
    (row,) = archcalc.count(graph(text)).rows
    figures = {
        f.quantity: f.value
        for f in lessons(text, "up")["The way back through a convolution"].figures
    }

    assert (figures["its height"], figures["its width"]) == (7, 9)
    assert figures["its weights"] == row.weights
    assert figures["its MACs"] == row.macs


def test_of_the_sizes_that_lead_there_output_padding_picks_one() -> None:
    lesson = lessons(UP, "up")["The way back through a convolution"]

    assert told(lesson)["its weights"] == "30·3·3·20 = 5,400"
    assert told(lesson)["its height"] == "⌊(32 + 1 + 1 − 3)/2⌋ + 1 = 16"
    assert lesson.text == (
        "A convolution of 30 maps with the same window leads from 20x32x32 to 30x16x16. Its "
        "gradient goes the other way by the same weights: that is this layer, tap by tap, so that "
        "it has as many weights and as many MACs. Of 2 sizes that lead there, `output_padding` "
        "picks this."
    )
