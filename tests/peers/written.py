"""Networks that no library has, written in PyTorch from their papers, as plainly as can be."""

from __future__ import annotations

import re
from functools import partial
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


def chain(text: str, maps: int = 3, side: int = 224) -> nn.Sequential:
    """Make a chain of layers from words: c96k11s4p2g2, m3s2 and a3s2 (pools that round up), l4096.

    A linear layer reads all maps; its inputs follow from a pass without numbers.
    """
    layers: list[nn.Module] = []
    x = torch.empty((1, maps, side, side), device="meta")
    for word in text.split():
        kind, first = word[0], int(re.split(r"[kspg]", word[1:])[0])
        given = {key: int(n) for key, n in re.findall(r"([kspg])(\d+)", word[1:])}
        stride = given.get("s", 1)
        layer: nn.Module
        if kind == "c":
            sizes = given.get("k", 1), stride, given.get("p", 0)
            layer = nn.Conv2d(x.shape[1], first, *sizes, groups=given.get("g", 1))
        elif kind == "l":
            layers.append(nn.Flatten())
            x = layers[-1](x)
            layer = nn.Linear(x.shape[1], first)
        else:
            pool = nn.MaxPool2d if kind == "m" else nn.AvgPool2d
            layer = pool(first, stride, ceil_mode=True)
        x = layer.to("meta")(x)
        layers.append(layer)
    return nn.Sequential(*layers)


END = " l4096 l4096 l1000"
CHAINS = {  # from Caffe's own files, from OverFeat's release in Torch, and from Figure 3 of ZFNet
    "caffenet": (
        "c96k11s4 m3s2 c256k5p2g2 m3s2 c384k3p1 c384k3p1g2 c256k3p1g2 m3s2" + END, 3, 227,
    ),
    "zfnet": ("c96k7s2p1 m3s2 c256k5s2 m3s2 c384k3p1 c384k3p1 c256k3p1 m3s2" + END, 3, 224),
    "overfeat-fast": (
        "c96k11s4 m2s2 c256k5 m2s2 c512k3p1 c1024k3p1 c1024k3p1 m2s2 l3072 l4096 l1000", 3, 231,
    ),
    "overfeat-accurate": (
        "c96k7s2 m3s3 c256k7 m2s2 c512k3p1 c512k3p1 c1024k3p1 c1024k3p1 m3s3" + END, 3, 221,
    ),
    "nin-cifar": ("c192k5p2 c160 c96 m3s2 c192k5p2 c192 c192 a3s2 c192k3p1 c192 c10 a8", 3, 32),
    "nin-imagenet": (
        ("c96k11s4 c96 c96 m3s2 c256k5p2 c256 c256 m3s2 c384k3p1 c384 c384 m3s2"
         " c1024k3p1 c1024 c1000 a6"), 3, 224,
    ),
}  # fmt: skip


class Highway(nn.Module):
    """The convolutional network of Srivastava et al. 2015, section 3.2: T H + (1 - T) x."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, width, 5)
        self.layers = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in "HT") for _ in range(8)
        )
        self.last = nn.Linear(9 * width, 10)

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Let each gate tell what passes as it is."""
        x = functional.relu(self.first(x))
        for number, (plain, gate) in enumerate(self.layers):
            t = torch.sigmoid(gate(x))
            x = t * functional.relu(plain(x)) + (1 - t) * x
            if number in {1, 4, 7}:
                x = functional.max_pool2d(x, 2 if number == 7 else 3, 2, ceil_mode=True)
        return self.last(x.flatten(1))


WRITTEN = {"UNet": UNet, "c3d": c3d, "m5": m5, "Tagger": Tagger, "Highway": Highway} | {
    name: partial(chain, *given) for name, given in CHAINS.items()
}
