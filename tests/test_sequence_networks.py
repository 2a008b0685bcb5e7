"""Networks of sequences, written from their papers and worked out by hand."""

from __future__ import annotations

from io import StringIO

import archcalc

ENCODER = """
name: one encoder layer, width 128, 8 heads, 256 hidden
input: 128x512
defaults: {linear: {flatten: false}}
layers:
  - {name: mixing, add: [[], {attention: 8}]}
  - {name: feed, add: [[], [{linear: 256, after: [relu]}, {linear: 128}]]}
"""

VIT = """
name: a small ViT
input: 3x32x32
parameters: {width: 64, count: 4, depth: 3, classes: 10}
defaults: {linear: {flatten: false}}
blocks:
  encoder:
    parameters: {hidden: }
    layers:
      - add: [[], {name: attention, attention: =count}]
      - add: [[], {layers: [{name: fc1, linear: =hidden, after: [relu]},
                            {name: fc2, linear: =input.channels}]}]
layers:
  - {name: patches, conv: =width, kernel: 4, stride: 4}
  - {name: positions, add: [[], learned]}
  - {name: encoder, block: encoder, hidden: =4*width, repeat: =depth}
  - {name: head, linear: =classes, before: [globalavgpool]}
"""

TAGGER = """
name: a tagger of words
input: 1x40
defaults: {linear: {flatten: false}}
layers:
  - {name: words, embedding: 100, words: 20000}
  - {name: lstm, lstm: 200, steps: all, bidirectional: true, stack: 2, bias: double}
  - {name: tags, linear: 17}
"""

GPT = """
name: a small GPT-2
input: 1x64
parameters: {width: 96, count: 6, depth: 2}
defaults: {linear: {flatten: false}, attention: {causal: true}}
blocks:
  decoder:
    layers:
      - add: [[], {name: attention, attention: =count}]
      - add: [[], {layers: [{name: fc1, linear: =4*channels, after: [tanh]},
                            {name: fc2, linear: =channels // 4}]}]
layers:
  - {name: words, embedding: =width, words: 1000}
  - {name: positions, add: [[], learned]}
  - {name: h, block: decoder, repeat: =depth}
  - {name: logits, linear: 1000, bias: false, weights: words}
"""


def count(text: str) -> archcalc.Report:
    return archcalc.count(archcalc.load(StringIO(text)))


def agree(text: str) -> bool:
    return archcalc.confirm(archcalc.load(StringIO(text))).agrees is True


def test_an_encoder_layer() -> None:
    report = count(ENCODER)

    assert report["mixing"].parameters == 66_048
    assert report["feed"].parameters == 33_024 + 32_896
    assert report.total.macs == 33_554_432 + 67_108_864 + 33_554_432
    assert report.total.interactions == 67_108_864
    assert report.total.connections == 33_554_432 * 2 + 512 * (4 * 128 + 256 + 128)
    assert agree(ENCODER)


def test_a_vision_transformer_without_its_norms() -> None:
    report = count(VIT)
    block = 4 * 64 * 65 + 256 * 65 + 64 * 257

    assert report["encoder/1"].parameters == block == 49_728
    assert report.total.parameters == 64 * 49 + 64 * 64 + 3 * block + 650 == 157_066
    # patches; each block: four products, scores and mix, two linear layers; head
    assert report["encoder/1"].macs == 4 * 64**3 + 2 * 64**3 + 2 * 64 * 256 * 64
    assert report.total.macs == 196_608 + 3 * 3_670_016 + 640
    assert report.total.interactions == 3 * 2 * 64 * 64 * 64
    assert agree(VIT)


def test_a_tagger() -> None:
    report = count(TAGGER)

    assert report["words"].parameters == 2_000_000
    first, second = 4 * (200 * (100 + 200) + 400), 4 * (200 * (400 + 200) + 400)
    assert report["lstm"].parameters == 2 * (first + second) == 1_446_400
    assert report.total.parameters == 2_000_000 + 1_446_400 + 6_817
    assert report.total.macs == 40 * (1_440_000 + 6_800)
    assert report["lstm"].connections == 40 * 1_446_400
    assert report["lstm"].neurons == 40 * 4 * 200 * 2 * 2
    assert str(report["tags"].output) == "17x40"


def test_a_language_model_that_reads_its_embedding_again() -> None:
    report = count(GPT)

    assert report["words"].parameters == 96_000
    assert report["h/1"].parameters == 4 * 96 * 97 + 384 * 97 + 96 * 385 == 111_456
    assert report["logits"].parameters == 0
    assert report["logits"].macs == report["logits"].connections == 96_000 * 64
    assert report.total.parameters == 96_000 + 96 * 64 + 2 * 111_456 == 325_056
    assert report.total.macs == 2 * 7_864_320 + 6_144_000
    assert agree(GPT)


def test_a_vector_of_words_as_others_write_it() -> None:
    text = """
    input: 20
    layers:
      - {embedding: 8, words: 50}
      - {conv: 6, kernel: 3}
      - {maxpool: 2}
      - {lstm: 5}
      - {linear: 1}
    """
    report = count(text)

    assert [row.parameters for row in report.rows] == [400, 150, 0, 240, 6]
    assert [str(row.output) for row in report.rows] == ["8x20", "6x18", "6x9", "5x1x1", "1x1x1"]
    assert agree(text)
    assert count(text.replace("lstm: 5", "lstm: 5, bias: double")).rows[3].parameters == 260


def test_one_more_word_behind_those_that_are_kept() -> None:
    gpt = archcalc.load("gpt-2", past=1023)
    llama = archcalc.load("llama-7b", past=2047)

    # each weight once, but for the tables, and two products with each of the places in each block
    blocks = 12 * (4 + 8) * 768**2
    assert archcalc.count(gpt, input="1x1").total.macs == blocks + 12 * 2 * 768 * 1024 + 768 * 50257
    blocks = 32 * (4 * 4096**2 + 3 * 4096 * 11008)
    assert (
        archcalc.count(llama, input="1x1").total.macs
        == blocks + 32 * 2 * 4096 * 2048 + 4096 * 32000
    )
