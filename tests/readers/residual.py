"""The layers of the network with a residual block that is read live and as an exported program."""

from __future__ import annotations

# path, op, output, parameters, multiply-adds; the block calls its rectifier twice
RESIDUAL = [
    ("0", "conv", "8x30x30", 8 * (27 + 1), 8 * 27 * 900),
    ("1", "batchnorm", "8x30x30", 16, 0),
    ("2/conv1", "conv", "8x30x30", 8 * (72 + 1), 8 * 72 * 900),
    ("2/relu", "relu", "8x30x30", 0, 0),
    ("2/conv2", "conv", "8x30x30", 8 * (72 + 1), 8 * 72 * 900),
    ("2/add", "add", "8x30x30", 0, 0),
    ("2/relu#2", "relu", "8x30x30", 0, 0),
    ("3", "globalavgpool", "8x1x1", 0, 0),
    ("6", "linear", "10x1x1", 90, 80),
]
