"""Networks that answer with maps, written in PyTorch from their papers, as plainly as can be."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional

VGG = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""The maps of VGG-16, by level."""


class FCN8s(nn.Module):
    """The network of Long, Shelhamer, Darrell 2014, as its prototxt has it."""

    def __init__(self) -> None:
        super().__init__()
        self.levels, maps = nn.ModuleList(), 3
        for level in VGG:
            layers: list[nn.Module] = []
            for filters in level:
                layers.append(nn.Conv2d(maps, filters, 3, padding=100 if maps == 3 else 1))
                maps = filters
            self.levels.append(nn.Sequential(*layers, nn.MaxPool2d(2, ceil_mode=True)))
        self.full = nn.Sequential(nn.Conv2d(512, 4096, 7), nn.Conv2d(4096, 4096, 1))
        self.scores = nn.ModuleList(nn.Conv2d(maps, 21, 1) for maps in (4096, 512, 256))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(21, 21, 4, 2, bias=False) for _ in range(2))
        self.last = nn.ConvTranspose2d(21, 21, 16, 8, bias=False).requires_grad_(
            requires_grad=False
        )

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Score at three levels, and add each to what is deeper."""
        pools = []
        for level in self.levels:
            x = level(x)
            pools.append(x)
        y = self.scores[0](self.full(x))
        for up, score, pool in zip(self.ups, list(self.scores)[1:], pools[3:1:-1], strict=True):
            y, finer = up(y), score(pool)
            cells = (finer.shape[-1] - y.shape[-1]) // 2
            y = y + finer[..., cells : cells + y.shape[-1], cells : cells + y.shape[-1]]
        return self.last(y)


class SegNet(nn.Module):
    """The network of Badrinarayanan, Kendall, Cipolla 2015: what a pool has taken goes back."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.up, maps = nn.ModuleList(), nn.ModuleList(), 3
        for level in VGG:
            self.down.append(normed((maps, *level)))
            turned = (*reversed(level), maps)
            self.up.insert(
                0,
                normed(turned)
                if maps > 3
                else nn.Sequential(normed(turned[:-1]), nn.Conv2d(64, 11, 3, padding=1)),
            )
            maps = level[-1]

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Pool with places, and unpool to them."""
        places = []
        for level in self.down:
            x = level(x)
            places.append(x.shape[-2:])
            x = functional.max_pool2d(x, 2, ceil_mode=True)
        for level in self.up:
            tall, wide = places.pop()
            x = level(functional.interpolate(x, scale_factor=2)[..., :tall, :wide])
        return x


def normed(widths: tuple[int, ...]) -> nn.Sequential:
    """Make convolutions of 3x3, each with a batch norm."""
    layers: list[nn.Module] = []
    for maps, filters in pairwise(widths):
        layers += [nn.Conv2d(maps, filters, 3, padding=1), nn.BatchNorm2d(filters)]
    return nn.Sequential(*layers)


def without_boxes(detector: Any) -> Any:  # noqa: ANN401 - modules
    """Let a detector of torchvision answer as its networks do, before it chooses boxes."""

    def forward(x: Any) -> Any:  # noqa: ANN401 - tensors
        maps = list(detector.backbone(x).values())
        if not hasattr(detector, "rpn"):
            return detector.head(maps)
        region = torch.empty((1, 256, 7, 7), device=x.device)
        regions = detector.roi_heads
        return detector.rpn.head(maps), regions.box_predictor(regions.box_head(region))

    detector.forward = forward
    return detector


MAPS: dict[str, Any] = {"FCN8s": FCN8s, "SegNet": SegNet}
