"""Networks that read or make sound, clips and digits, written in PyTorch as plainly as can be."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional


def generator() -> nn.Sequential:
    """Make the generator of DCGAN as PyTorch's examples have it."""
    layers: list[nn.Module] = [nn.ConvTranspose2d(100, 512, 4, 1, 0, bias=False)]
    for maps, filters in pairwise((512, 256, 128, 64)):
        layers += [nn.BatchNorm2d(maps), nn.ConvTranspose2d(maps, filters, 4, 2, 1, bias=False)]
    return nn.Sequential(
        *layers, nn.BatchNorm2d(64), nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False)
    )


def discriminator() -> nn.Sequential:
    """Make what tells its images from real ones."""
    layers: list[nn.Module] = [nn.Conv2d(3, 64, 4, 2, 1, bias=False)]
    for maps, filters in pairwise((64, 128, 256, 512)):
        layers += [nn.Conv2d(maps, filters, 4, 2, 1, bias=False), nn.BatchNorm2d(filters)]
    return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, bias=False))


class Siamese(nn.Module):
    """The network of Koch, Zemel, Salakhutdinov 2015, Figure 4."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for maps, filters, kernel in ((1, 64, 10), (64, 128, 7), (128, 128, 4)):
            layers += [nn.Conv2d(maps, filters, kernel), nn.MaxPool2d(2)]
        self.leg = nn.Sequential(
            *layers, nn.Conv2d(128, 256, 4), nn.Flatten(), nn.Linear(9216, 4096)
        )
        self.same = nn.Linear(4096, 1)

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Send an image through both legs, which are one."""
        return self.same(self.leg(x) - self.leg(x))


def convolutional() -> nn.Sequential:
    """Make the convolutional autoencoder of Keras's blog."""
    enlarge = nn.Upsample(scale_factor=2)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, 1, 1), nn.MaxPool2d(2), nn.Conv2d(16, 8, 3, 1, 1), nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1), enlarge, nn.Conv2d(8, 8, 3, 1, 1),
        enlarge, nn.Conv2d(8, 16, 3), enlarge, nn.Conv2d(16, 1, 3, 1, 1),
    )  # fmt: skip


class Normed(nn.Conv1d):
    """A convolution whose kernels are normed, and whose lengths are trained by themselves."""

    def __init__(self, maps: int, filters: int, kernel: int, dilation: int) -> None:
        super().__init__(maps, filters, kernel, dilation=dilation)
        self.lengths = nn.Parameter(torch.empty((filters, 1, 1)))

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Norm, then convolve."""
        kernels = self.lengths * self.weight / self.weight.norm(dim=(1, 2), keepdim=True)
        return functional.conv1d(x, kernels, self.bias, dilation=self.dilation)


class Tcn(nn.Module):
    """The network of Bai, Kolter, Koltun 2018 on the pixels of digits, with its norm of weights."""

    def __init__(self, size: int = 7, hidden: int = 25, levels: int = 8) -> None:
        super().__init__()
        self.reach = [(size - 1) * 2**level for level in range(levels)]
        self.pairs = nn.ModuleList(
            nn.ModuleList(
                Normed(maps, hidden, size, dilation=2**level)
                for maps in (hidden if level else 1, hidden)
            )
            for level in range(levels)
        )
        self.projection, self.answer = nn.Conv1d(1, hidden, 1), nn.Linear(hidden, 10)

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Read the past, and answer at the last step."""
        for number, (first, second) in enumerate(self.pairs):
            reach = self.reach[number], 0
            y = functional.relu(first(functional.pad(x, reach)))
            y = functional.relu(second(functional.pad(y, reach)))
            x = functional.relu(y + (x if number else self.projection(x)))
        return self.answer(x[..., -1])


class WaveNet(nn.Module):
    """The network of van den Oord et al. 2016 with the widths of ibab/tensorflow-wavenet."""

    def __init__(self) -> None:
        super().__init__()
        self.causal = nn.Conv1d(256, 32, 2)
        self.layers = nn.ModuleList(
            nn.ModuleList(
                [
                    nn.Conv1d(32, 32, 2, dilation=2 ** (number % 10)),
                    nn.Conv1d(32, 32, 2, dilation=2 ** (number % 10)),
                    nn.Conv1d(32, 32, 1),
                    nn.Conv1d(32, 512, 1),
                ]
            )
            for number in range(50)
        )
        self.last = nn.Sequential(nn.Conv1d(512, 512, 1), nn.Conv1d(512, 256, 1))

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Add up what each layer has found."""
        x, found = self.causal(functional.pad(x, (1, 0))), 0
        for number, (kept, gate, dense, skip) in enumerate(self.layers):
            past = functional.pad(x, (2 ** (number % 10), 0))
            y = torch.tanh(kept(past)) * torch.sigmoid(gate(past))
            x, found = x + dense(y), found + skip(y)
        return self.last(functional.relu(found))


class Inflated(nn.Module):
    """The network of Carreira, Zisserman 2017, Figure 3: GoogLeNet's table, in three dimensions."""

    POOLS: tuple[tuple[Any, Any], ...] = (((1, 3, 3), (1, 2, 2)),) * 2 + ((3, 2), (2, 2))
    MODULES = (
        (192, 64, 96, 128, 16, 32, 32), (256, 128, 128, 192, 32, 96, 64),
        (480, 192, 96, 208, 16, 48, 64), (512, 160, 112, 224, 24, 64, 64),
        (512, 128, 128, 256, 24, 64, 64), (512, 112, 144, 288, 32, 64, 64),
        (528, 256, 160, 320, 32, 128, 128), (832, 256, 160, 320, 32, 128, 128),
        (832, 384, 192, 384, 48, 128, 128),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.ModuleList([unit(3, 64, 7, 2), unit(64, 64), unit(64, 192, 3)])
        self.modules_ = nn.ModuleList(
            nn.ModuleList([
                unit(maps, point), nn.Sequential(unit(maps, reduce), unit(reduce, cube, 3)),
                nn.Sequential(unit(maps, narrow), unit(narrow, other, 3)), unit(maps, pool),
            ])
            for maps, point, reduce, cube, narrow, other, pool in self.MODULES
        )  # fmt: skip
        self.logits = nn.Conv3d(1024, 400, 1)

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Halve time later than space."""
        x = padded_pool(self.stem[0](x), *self.POOLS[0])
        x = padded_pool(self.stem[2](self.stem[1](x)), *self.POOLS[1])
        for number, (point, cube, other, pool) in enumerate(self.modules_):
            if number in {2, 7}:
                x = padded_pool(x, *self.POOLS[2 if number == 2 else 3])
            x = torch.cat([point(x), cube(x), other(x), pool(padded_pool(x, 3, 1))], 1)
        return self.logits(functional.avg_pool3d(x, (2, 7, 7), 1)).mean((2, 3, 4))


def unit(maps: int, filters: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    """Make a convolution whose maps are as large as its input, or half, with a batch norm."""
    pads = [kernel - stride - (kernel - stride) // 2, (kernel - stride) // 2]
    return nn.Sequential(
        nn.ConstantPad3d((pads[1], pads[0]) * 3, 0.0) if kernel > 1 else nn.Identity(),
        nn.Conv3d(maps, filters, kernel, stride, bias=False),
        nn.BatchNorm3d(filters),
    )


def padded_pool(x: Any, kernel: Any, stride: Any) -> Any:  # noqa: ANN401 - tensors
    """Pool so that every stride begins a window."""
    return functional.max_pool3d(x, kernel, stride, ceil_mode=True) if stride != 1 else x


class Speech(nn.Module):
    """The network of AssemblyAI's article."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 32, 3, 2, 1)
        self.pairs = nn.ModuleList(
            nn.ModuleList([
                nn.LayerNorm(64), nn.Conv2d(32, 32, 3, 1, 1),
                nn.LayerNorm(64), nn.Conv2d(32, 32, 3, 1, 1),
            ])
            for _ in range(3)
        )  # fmt: skip
        self.full = nn.Linear(2048, 512)
        self.recurrent = nn.ModuleList(
            nn.ModuleList([
                nn.LayerNorm(width), nn.GRU(width, 512, batch_first=True, bidirectional=True)
            ])
            for width in (512, 1024, 1024, 1024, 1024)
        )  # fmt: skip
        self.letters = nn.Sequential(nn.Linear(1024, 512), nn.GELU(), nn.Linear(512, 29))

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Hear, and read both ways."""
        x = self.conv(x).transpose(2, 3)
        for norm1, conv1, norm2, conv2 in self.pairs:
            y = conv1(functional.gelu(norm1(x)))
            x = x + conv2(functional.gelu(norm2(y)))
        x = self.full(x.transpose(1, 2).flatten(2))
        for norm, gru in self.recurrent:
            x, _ = gru(functional.gelu(norm(x)))
        return self.letters(x)


class GruTagger(nn.Module):
    """The tagger of PyTorch's tutorial with a GRU."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(9, 6)
        self.gru, self.tags = nn.GRU(6, 6, batch_first=True), nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
        """Tag each word."""
        return self.tags(self.gru(self.words(x))[0])


SIGNALS: dict[str, Any] = {
    "generator": generator,
    "discriminator": discriminator,
    "Siamese": Siamese,
    "convolutional": convolutional,
    "Tcn": Tcn,
    "WaveNet": WaveNet,
    "Inflated": Inflated,
    "Speech": Speech,
    "GruTagger": GruTagger,
}
