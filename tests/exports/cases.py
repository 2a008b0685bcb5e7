"""Small networks, one for each op and each way in which it is written, and one of each family."""

from __future__ import annotations

from textwrap import dedent

import archcalc
from archcalc import Graph
from archcalc.spec.family import interpret
from archcalc.spec.reader import Source, read

FAMILIES = {entry.family: entry.id for entry in reversed(list(archcalc.networks()))}
"""A network of each family, by the family."""


def read_spec(text: str) -> Graph:
    return archcalc.expand(interpret(read(Source("small.yaml", dedent(text))), "small"))


SMALL = {
    "conv": ("3x9x9", "{conv: 4, kernel: 3, stride: 2, padding: 1, groups: 1}"),
    "conv same": ("3x9x8", "{conv: 4, kernel: 3, stride: 2, padding: same}"),
    "conv untied": ("3x9x8", "{conv: 4, kernel: 3, padding: [1, 0, 2, 1], bias: untied}"),
    "conv table": ("3x8x8", "{op: conv, kernel: 3, table: [[0, 1], [2], [0, 1, 2]]}"),
    "conv ceil": ("3x8x8", "{conv: 4, kernel: 3, stride: 2, ceil: true}"),
    "conv dilated": ("4x9x9", "{conv: 6, kernel: 3, dilation: 2, groups: 2, bias: false}"),
    "conv 1d": ("3x20", "{conv: 4, kernel: 5, stride: 2}"),
    "conv 3d": ("2x5x6x7", "{conv: 3, kernel: 3, padding: half}"),
    "deconv": ("3x5x5", "{deconv: 4, kernel: 3, stride: 2, padding: 1, output_padding: 1}"),
    "local": ("3x6x6", "{local: 4, kernel: 3, padding: 1}"),
    "subsample": ("3x6x6", "{subsample: 2}"),
    "maxpool": ("3x8x8", "{maxpool: 3, stride: 2, ceil: true}"),
    "maxpool same": ("3x8x8", "{maxpool: 3, stride: 2, padding: same}"),
    "avgpool": ("3x8x8", "{avgpool: 3, stride: 2, padding: 1, count_padding: false}"),
    "avgpool output": ("3x8x7", "{op: avgpool, output: 4}"),
    "globalmaxpool": ("3x8x7", "globalmaxpool"),
    "linear": ("3x4x4", "{linear: 5}"),
    "linear places": ("3x6", "{linear: 5, over: places}"),
    "linear rows": ("3x6", "{linear: 5, flatten: false}"),
    "linear last": ("3x6x5", "{linear: 5, flatten: false}"),
    "rbf": ("12", "{rbf: 5}"),
    "embedding": ("1x7", "{embedding: 6, words: 11}"),
    "attention": ("8x6", "{attention: 2, causal: true}"),
    "attention shared": ("8x6", "{attention: 4, kv_heads: 2, inner: 16, bias: false}"),
    "attention rotary": ("8x6", "{attention: 2, positions: rotary, causal: true}"),
    "attention windows": ("8x4x6", "{attention: 2, within: 2x3, positions: relative}"),
    "lstm": ("3x6", "{lstm: 4, bias: double, stack: 2, steps: all}"),
    "lstm one bias": ("3x6", "{lstm: 4, bidirectional: true}"),
    "gru": ("3x6", "{gru: 4, steps: last}"),
    "rnn": ("3x6", "{rnn: 4, bias: false, steps: all}"),
    "batchnorm": ("3x5x5", "{op: batchnorm, eps: 0.001}"),
    "batchnorm scale": ("3x5x5", "{op: batchnorm, shift: false}"),
    "batchnorm units": ("3", "batchnorm"),
    "layernorm": ("4x6", "layernorm"),
    "layernorm maps": ("4x6x5", "layernorm"),
    "layernorm all": ("4x6x5", "{layernorm: all}"),
    "l2norm": ("4x6x5", "{op: l2norm, scale: true}"),
    "l2norm alone": ("4x6x5", "l2norm"),
    "unpool": ("3x4x5", "{unpool: 2x3}"),
    "rmsnorm": ("4x6", "rmsnorm"),
    "groupnorm": ("4x6x5", "{groupnorm: 2}"),
    "instancenorm": ("4x6x5", "{op: instancenorm, scale: true, shift: true}"),
    "affine": ("4x6x5", "affine"),
    "lrn": ("7x3x3", "lrn"),
    "prelu": ("4x6x5", "prelu"),
    "prelu shared": ("4x6x5", "{prelu: shared}"),
    "glu": ("4x6", "glu"),
    "hard_tanh": ("4x6x5", "{op: hard_tanh, low: -0.5, high: 2}"),
    "leaky_relu": ("4x6x5", "{leaky_relu: 0.1}"),
    "elu": ("4x6x5", "{elu: 0.7}"),
    "gelu tanh": ("4x6x5", "{gelu: tanh}"),
    "gelu sigmoid": ("4x6x5", "{gelu: sigmoid}"),
    "softmax": ("4x6x5", "softmax"),
    "softmax along": ("4x6", "{softmax: length}"),
    "lecun_tanh": ("4x6x5", "lecun_tanh"),
    "threshold": ("4x6x5", "{threshold: 0.3, value: 0.1}"),
    "slice": ("4x6x5", "{slice: [1, 3]}"),
    "slice along": ("4x6x5", "{slice: [1, 3], axis: height}"),
    "split": ("4x6x5", "{split: 2, part: 2}"),
    "split sizes": ("4x6x5", "{split: [1, 3], part: 2}"),
    "shuffle": ("4x6x5", "{shuffle: 2}"),
    "pixel_shuffle": ("8x3x3", "{pixel_shuffle: 2}"),
    "pixel_unshuffle": ("2x4x4", "{pixel_unshuffle: 2}"),
    "upsample": ("3x4x5", "{upsample: 2}"),
    "upsample bilinear": ("3x4x5", "{upsample: 2, mode: bilinear}"),
    "pad": ("3x4x5", "{pad: [1, 0, 2, 1]}"),
    "pad_channels": ("3x4x6", "{pad_channels: 5, stride: 2}"),
    "crop": ("3x6x7", "{crop: [1, 2, 0, 3]}"),
    "tokens": ("3x4x5", "tokens"),
    "mean": ("3x4x5", "mean"),
    "mean along": ("3x4x5", "{mean: height}"),
    "scale": ("3x4x5", "{scale: 0.1}"),
    "one_minus": ("3x4x5", "one_minus"),
    "reshape": ("3x4x5", "{reshape: 6x10}"),
    "permute": ("3x4x5", "{permute: [2, 0, 1]}"),
    "fold": ("3x4x5", "{fold: height}"),
}
"""An input and a layer for what is written, and for each way in which it is written otherwise."""
JOINS = (
    "[{conv: 4, kernel: 1}, {add: [[], {conv: 4, kernel: 1, name: c}]}, relu]",
    "[{concat: [[], {maxpool: 3, stride: 1, padding: 1}], axis: height}]",
    "[{multiply: [[], [globalavgpool, {linear: 3, after: [sigmoid]}]]}]",
    "[{subtract: [[], {conv: 3, kernel: 1}]}, {maximum: [[], {conv: 3, kernel: 1}]}]",
    "[tokens, {add: [[], learned]}, {concat: [{learned: 3x1}, []], axis: length}]",
    "[{name: a, maxpool: 2}, {name: b, crop: , from: [input, a]}, {add: , from: [a, b]}]",
    "[tokens, {linear: 8, flatten: false}, {attention: 2, before: [layernorm]}, {mean: }]",
)
"""Layers behind an input of 3x6x6."""


HEADS = {
    "from the middle of a row, and from a head": """
        input: 3x6x6
        layers: [{name: first, conv: 4, kernel: 3, repeat: 3, padding: 1}, {name: out, linear: 5}]
        heads:
          early: {from: first/2, layers: [{name: pool, op: globalavgpool}, {name: says, linear: 2}]}
          later: {from: early, linear: 3}
    """,
    "alike, with the weights of one": """
        input: {image: 3x8x8, region: 4}
        blocks: {says: {layers: [{name: conv, conv: 2, kernel: 3, after: [relu]}, globalavgpool]}}
        layers:
          - {name: fine, conv: 4, kernel: 1, from: image}
          - {name: coarse, maxpool: 2}
        heads:
          above: {from: fine, block: says}
          below: {from: coarse, block: says, weights: above}
          beside: {from: region, layers: [{linear: 3}]}
    """,
}
"""Networks with heads: their outputs stand behind those of the main path."""
