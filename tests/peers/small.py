"""Three small networks in PyTorch, written as people write theirs: with modules."""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from torch import nn

Tensor: TypeAlias = Any


class Tagger(nn.Module):
    """An LSTM in both directions over the embeddings of 12 words."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(50, 8)
        self.lstm = nn.LSTM(8, 10, bidirectional=True, batch_first=True)
        self.tags = nn.Linear(20, 5)

    def forward(self, words: Tensor) -> Tensor:
        """Look up, go along, tag."""
        states, _ = self.lstm(self.words(words))
        return self.tags(states)


class Gated(nn.Module):
    """A convolution with a gate, enlarged by copies and by a transposed convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm, self.act = nn.BatchNorm2d(16), nn.SiLU()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.down, self.up = nn.Conv2d(16, 4, 1), nn.Conv2d(4, 16, 1)
        self.larger = nn.Upsample(scale_factor=2)
        self.last = nn.ConvTranspose2d(16, 3, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Squeeze, excite, enlarge."""
        x = self.act(self.norm(self.conv(x)))
        gate = torch.sigmoid(self.up(self.act(self.down(self.pool(x)))))
        return self.last(self.larger(x * gate))


class Encoder(nn.Module):
    """A layer of a transformer on patches, its first token classified."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 32, 4, 4)
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.norm, self.norm2 = nn.LayerNorm(32), nn.LayerNorm(32)
        self.wide, self.act, self.narrow = nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32)
        self.head = nn.Linear(32, 5)

    def forward(self, x: Tensor) -> Tensor:
        """Attend, then a perceptron at each place."""
        x = self.patches(x).flatten(2).transpose(1, 2).contiguous()
        x = self.norm(x + self.attention(x, x, x, need_weights=False)[0])
        x = self.norm2(x + self.narrow(self.act(self.wide(x))))
        return self.head(x[:, 0])


SMALL: dict[str, tuple[type[nn.Module], Any]] = {
    "tagger": (Tagger, {"words": "int64:12"}),
    "gated": (Gated, "3x16x16"),
    "encoder": (Encoder, "3x16x16"),
}
"""By a name: the network, and its input as archcalc takes it."""
