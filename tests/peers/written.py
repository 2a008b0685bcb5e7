"""Networks that no library has, written in PyTorch from their papers, as plainly as can be."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional


class UNet(nn.Module):
    """The network of Ronneberger, Fischer, Brox 2015, Figure 1; each level holds the next one."""

    def __init__(self, maps: int = 1, filters: int = 64, levels: int = 4) -> None:
        super().__init__()
        self.left = pair(maps, filters)
        self.below = UNet(filters, 2 * filters, levels - 1) if levels else None
        self.up = nn.ConvTranspose2d(2 * filters, filters, 2, 2) if levels else None
        self.right = pair(2 * filters, filters) if levels else None
        self.last = nn.Conv2d(filters, 2, 1) if maps == 1 else None

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Go down and up again; copy and crop."""
        y = self.left(x)
        if self.below is not None and self.up is not None and self.right is not None:
            up = self.up(self.below(functional.max_pool2d(y, 2)))
            cells = (y.shape[-1] - up.shape[-1]) // 2
            copy = y[..., cells : cells + up.shape[-1], cells : cells + up.shape[-1]]
            y = self.right(torch.cat([copy, up], 1))
        return y if self.last is None else self.last(y)


def pair(maps: int, filters: int) -> nn.Sequential:
    """Make two convolutions of 3x3 without padding."""
    return nn.Sequential(nn.Conv2d(maps, filters, 3), nn.Conv2d(filters, filters, 3))


def c3d() -> nn.Sequential:
    """Make the network of Tran et al. 2014, Figure 3."""
    widths = (3, 64, 128, 256, 256, 512, 512, 512, 512)
    layers: list[nn.Module] = []
    for number, (maps, filters) in enumerate(pairwise(widths), start=1):
        layers.append(nn.Conv3d(maps, filters, 3, padding=1))
        if number in {1, 2, 4, 6}:
            layers.append(nn.MaxPool3d((1, 2, 2) if number == 1 else 2))
    layers += [nn.MaxPool3d(2, padding=(0, 1, 1)), nn.Flatten(), nn.Linear(8192, 4096)]
    return nn.Sequential(*layers, nn.Linear(4096, 4096), nn.Linear(4096, 487))


def m5() -> nn.Sequential:
    """Make M5 of Dai et al. 2016, Table 1."""
    layers: list[nn.Module] = []
    for maps, filters, kernel in ((1, 128, 80), (128, 128, 3), (128, 256, 3), (256, 512, 3)):
        stride = 4 if kernel == 80 else 1
        ends = nn.ConstantPad1d(
            ((kernel - stride) // 2, kernel - stride - (kernel - stride) // 2), 0.0
        )
        pool = nn.MaxPool1d(4, ceil_mode=True)
        layers += [ends, nn.Conv1d(maps, filters, kernel, stride)]
        layers += [nn.BatchNorm1d(filters), pool]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(512, 10))


class Tagger(nn.Module):
    """The tagger of PyTorch's tutorial: a word, what was before it, and what it is."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(9, 6)
        self.lstm = nn.LSTM(6, 6, batch_first=True)
        self.tags = nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Tag each word."""
        return self.tags(self.lstm(self.words(x))[0])


WRITTEN = {"UNet": UNet, "c3d": c3d, "m5": m5, "Tagger": Tagger}
