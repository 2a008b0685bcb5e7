"""Twelve small networks of the kinds that people count."""

from __future__ import annotations

NETWORKS = {
    "deconvolved": """
input: 1x28x28
defaults: {conv: {kernel: 3, padding: 1, after: [batchnorm, relu]}}
layers:
  - {conv: 8}
  - {maxpool: 2}
  - {conv: 16, stride: 2}
  - {deconv: 8, kernel: 4, stride: 2, padding: 1, after: [batchnorm, relu]}
  - {deconv: 1, kernel: 2, stride: 2, bias: false}
  - sigmoid
  - identity
""",
    "u-net": """
input: 3x32x32
defaults: {conv: {kernel: 3, padding: 1, after: [relu]}}
layers:
  - {name: a, conv: 8}
  - {maxpool: 2}
  - {name: b, conv: 16}
  - {maxpool: 2}
  - {conv: 32}
  - {name: up1, deconv: 16, kernel: 2, stride: 2}
  - {op: concat, from: [b, up1]}
  - {conv: 16}
  - {name: up2, upsample: 2, mode: bilinear}
  - {op: concat, from: [a, up2]}
  - {conv: 8}
  - {conv: 2, kernel: 1, after: []}
""",
    "mobilenet": """
input: 3x32x32
defaults: {conv: {kernel: 1, bias: false, after: [batchnorm, relu6]}}
layers:
  - {conv: 16, kernel: 3, stride: 2, padding: 1}
  - {conv: 16, kernel: 3, padding: 1, groups: 16}
  - {conv: 8, after: [batchnorm]}
  - {conv: 48}
  - {conv: 48, kernel: 3, stride: 2, padding: 1, groups: 48}
  - {conv: 12, after: [batchnorm]}
  - add:
    - - {conv: 72}
      - {conv: 72, kernel: 3, padding: 1, groups: 72}
      - {conv: 12, after: [batchnorm]}
    - []
  - {conv: 64}
  - globalavgpool
  - {dropout: 0.2}
  - {linear: 10}
""",
    "vit": """
input: 3x32x32
defaults: {linear: {flatten: false}}
layers:
  - {conv: 48, kernel: 8, stride: 8}
  - tokens
  - {concat: [[{learned: 48x1}], []], axis: length}
  - add: [[], learned]
  - add: [[], [layernorm, {attention: 4}]]
  - add: [[], [layernorm, {linear: 96, after: [gelu]}, {linear: 48}]]
  - add: [[], [layernorm, {attention: 4}]]
  - add: [[], [layernorm, {linear: 96, after: [gelu]}, {linear: 48}]]
  - layernorm
  - {slice: [0, 1], axis: length}
  - {linear: 10, flatten: true}
""",
    "tagger": """
input: 1x12
layers:
  - {embedding: 16, words: 100}
  - {lstm: 20, bias: double, bidirectional: true, steps: all}
  - {dropout: 0.5}
  - {linear: 9, flatten: false}
""",
    "gpt": """
input: 1x16
defaults: {linear: {flatten: false}}
layers:
  - {name: words, embedding: 32, words: 60}
  - add: [[], learned]
  - add: [[], [layernorm, {attention: 4, causal: true}]]
  - add: [[], [layernorm, {linear: 128, after: [{gelu: tanh}]}, {linear: 32}]]
  - layernorm
  - {linear: 60, bias: false, weights: words}
""",
    "gated": """
input: 3x24x24
layers:
  - {conv: 16, kernel: 3, padding: 1, bias: false, after: [batchnorm, silu]}
  - multiply:
    - []
    - - globalavgpool
      - {conv: 4, kernel: 1, after: [silu]}
      - {conv: 16, kernel: 1, after: [sigmoid]}
  - {conv: 24, kernel: 3, stride: 2, padding: 1, after: [{groupnorm: 4}, hard_swish]}
  - multiply: [[], [globalavgpool, {conv: 24, kernel: 1, after: [hard_sigmoid]}]]
  - globalavgpool
  - flatten
  - {linear: 10}
""",
    "gru": """
input: 13x30
layers:
  - {gru: 24, stack: 2, bidirectional: true, steps: all}
  - {rnn: 16, bias: double}
  - {linear: 5}
""",
    "autoencoder": """
input: 784
layers:
  - {linear: 128, after: [{leaky_relu: 0.2}]}
  - {linear: 32, after: [prelu]}
  - {linear: 128, after: [elu]}
  - {linear: 784, after: [tanh]}
""",
    "siamese": """
input: {left: 1x28x28, right: 1x28x28}
layers:
  - {name: a, conv: 8, kernel: 5, from: left}
  - {name: b, op: relu}
  - {name: c, maxpool: 2}
  - {name: d, linear: 16}
  - {name: e, conv: 8, kernel: 5, from: right, weights: a}
  - relu
  - {maxpool: 2}
  - {name: h, linear: 16, weights: d}
  - {op: subtract, from: [d, h]}
  - {linear: 1}
""",
    "audio": """
input: 1x800
defaults: {conv: {after: [batchnorm, relu]}}
layers:
  - {conv: 16, kernel: 40, stride: 4}
  - {maxpool: 4}
  - {conv: 16, kernel: 3, padding: 1}
  - {avgpool: 2}
  - {conv: 32, kernel: 3, padding: 1, after: [instancenorm, glu]}
  - globalmaxpool
  - {linear: 10}
""",
    "video": """
input: 3x8x24x24
defaults: {conv: {kernel: 3, padding: 1, after: [batchnorm, relu]}}
layers:
  - {conv: 8}
  - {maxpool: 1x2x2}
  - {conv: 16}
  - {maxpool: 2}
  - {upsample: 2}
  - {conv: 8, kernel: 1}
  - globalavgpool
  - {linear: 10}
""",
}
"""By what they are called here, as texts of the language."""
