"""Modules that PyTorch has not, as they stand in a file that needs them: each is copied as it is.

Nothing imports this: `archcalc.exports.pytorch` writes text, and needs no PyTorch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class LecunTanh(nn.Module):
    """1.7159 tanh(2x/3)."""

    def forward(self, x):
        return 1.7159 * torch.tanh(2 / 3 * x)


class Subsample(nn.Module):
    """The sum of each window, times a trained coefficient, plus a trained bias."""

    def __init__(self, maps, kernel, stride=None):
        super().__init__()
        self.pool = nn.AvgPool2d(kernel, stride, divisor_override=1)
        self.weight = nn.Parameter(torch.ones(maps, 1, 1))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x):
        return self.pool(x) * self.weight + self.bias


class TableConv2d(nn.Conv2d):
    """A convolution: each map reads the maps that its row of the table lists."""

    def __init__(self, table, *args, **options):
        self.table = table
        super().__init__(1, sum(map(len, table)), *args, **options)
        if self.bias is not None:
            self.bias = nn.Parameter(torch.zeros(len(table)))

    def forward(self, x):
        read = [i for row in self.table for i in row]
        fed = [maps for maps, row in enumerate(self.table) for _ in row]
        how = self.stride, self.padding, self.dilation, len(read)
        y = F.conv2d(x[:, read], self.weight, None, *how)
        y = y.new_zeros(len(y), len(self.table), *y.shape[2:]).index_add(
            1, torch.tensor(fed, device=y.device), y
        )
        return y if self.bias is None else y + self.bias[:, None, None]


class UnitBias(nn.Module):
    """A bias for each unit of each map."""

    def __init__(self, *shape):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        return x + self.bias


class RBF(nn.Module):
    """The squared distance of the input from each centre."""

    def __init__(self, inputs, units):
        super().__init__()
        centres = torch.randint(2, (units, inputs)) * 2.0 - 1
        self.centres = nn.Parameter(centres, requires_grad=False)

    def forward(self, x):
        return ((x[:, None] - self.centres) ** 2).sum(-1)


class Local2d(nn.Module):
    """A convolution that does not share its kernels: each place has its own."""

    def __init__(self, inputs, filters, kernel, places, stride=1, padding=0, bias=True):
        super().__init__()
        self.window = {"kernel_size": kernel, "stride": stride, "padding": padding}
        size = kernel**2 if isinstance(kernel, int) else kernel[0] * kernel[1]
        self.weight = nn.Parameter(torch.randn(filters, *places, inputs * size) * 0.01)
        self.bias = nn.Parameter(torch.zeros(filters, *places)) if bias else None

    def forward(self, x):
        windows = F.unfold(x, **self.window).unflatten(2, self.weight.shape[1:3])
        y = torch.einsum("nkhw,fhwk->nfhw", windows, self.weight)
        return y if self.bias is None else y + self.bias


class Affine(nn.Module):
    """A factor and a term for each map."""

    def __init__(self, maps, rank=2, scale=True, shift=True):
        super().__init__()
        shape = (maps, *[1] * rank)
        self.weight = nn.Parameter(torch.ones(shape)) if scale else None
        self.bias = nn.Parameter(torch.zeros(shape)) if shift else None

    def forward(self, x):
        x = x if self.weight is None else x * self.weight
        return x if self.bias is None else x + self.bias


class PadChannels(nn.Module):
    """Pixels as far apart as the stride, and maps of zeros for those missing."""

    def __init__(self, missing, stride=1):
        super().__init__()
        self.missing, self.stride = missing, stride

    def forward(self, x):
        x = x[..., :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, 0, self.missing))


class Unpool(nn.Module):
    """A larger map, with each cell in a corner and zeros between."""

    def __init__(self, scale):
        super().__init__()
        self.scale = (scale, scale) if isinstance(scale, int) else scale

    def forward(self, x):
        high, wide = self.scale
        y = x.new_zeros(*x.shape[:2], high * x.shape[2], wide * x.shape[3])
        y[..., ::high, ::wide] = x
        return y


class Attention(nn.Module):
    """Attention of several heads: queries meet keys, and so mix values."""

    def __init__(
        self,
        width,
        heads,
        kv_heads=None,
        inner=None,
        bias=True,
        causal=False,
    ):
        super().__init__()
        self.causal, inner = causal, inner or width
        self.each = inner // heads
        self.shared = heads // (kv_heads or heads)  # heads that have keys in common
        self.query = nn.Linear(width, inner, bias)
        self.key = nn.Linear(width, inner // self.shared, bias)
        self.value = nn.Linear(width, inner // self.shared, bias)
        self.output = nn.Linear(inner, width, bias)

    def heads(self, x):
        return x.unflatten(-1, (-1, self.each)).transpose(1, 2)

    def forward(self, x, keys=None, values=None):
        keys = x if keys is None else keys
        values = keys if values is None else values
        q, k, v = (
            self.heads(self.query(x)),
            self.heads(self.key(keys)),
            self.heads(self.value(values)),
        )
        k, v = k.repeat_interleave(self.shared, 1), v.repeat_interleave(self.shared, 1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.output(y.transpose(1, 2).flatten(2))


class RotaryAttention(Attention):
    """Attention whose queries and keys are turned by their place (Su et al. 2021)."""

    def heads(self, x):
        return super().heads(x)

    def forward(self, x):
        q = self.turned(self.heads(self.query(x)))
        k, v = self.turned(self.heads(self.key(x))), self.heads(self.value(x))
        k, v = k.repeat_interleave(self.shared, 1), v.repeat_interleave(self.shared, 1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.output(y.transpose(1, 2).flatten(2))

    def turned(self, x):
        half = x.shape[-1] // 2
        places, pairs = torch.arange(x.shape[-2]), torch.arange(half)
        angles = places[:, None].to(x) / 10000 ** (pairs.to(x) / half)
        first, second = x.chunk(2, dim=-1)
        sin, cos = angles.sin(), angles.cos()
        turned = first * cos - second * sin, second * cos + first * sin
        return torch.cat(turned, dim=-1)


class WindowAttention(Attention):
    """Attention within windows, with numbers for distances (Liu et al. 2021)."""

    def __init__(self, width, heads, window, bias=True):
        super().__init__(width, heads, bias=bias)
        self.window = height, wide = window
        distances = heads, 2 * height - 1, 2 * wide - 1
        self.position_bias = nn.Parameter(torch.zeros(distances))
        cells = torch.arange(height), torch.arange(wide)
        rows, columns = torch.meshgrid(*cells, indexing="ij")
        rows, columns = rows.flatten(), columns.flatten()
        below = rows[:, None] - rows + height - 1
        beside = columns[:, None] - columns + wide - 1
        self.register_buffer("below", below, persistent=False)
        self.register_buffer("beside", beside, persistent=False)

    def forward(self, x):
        n, height, width, channels = x.shape
        high, wide = self.window
        x = x.reshape(n, height // high, high, width // wide, wide, channels)
        x = x.transpose(2, 3).reshape(-1, high * wide, channels)
        q, k = self.heads(self.query(x)), self.heads(self.key(x))
        v = self.heads(self.value(x))
        near = self.position_bias[:, self.below, self.beside]
        y = F.scaled_dot_product_attention(q, k, v, near)
        y = self.output(y.transpose(1, 2).flatten(2))
        y = y.reshape(n, height // high, width // wide, high, wide, channels)
        return y.transpose(2, 3).reshape(n, height, width, channels)


class OneBias:
    """A recurrent layer with one vector of biases, where PyTorch adds two."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in [name for name in self._parameters if name.startswith("bias_hh")]:
            zeros = torch.zeros_like(self._parameters.pop(name))
            self.register_buffer(name, zeros, persistent=False)
        self._init_flat_weights()


class LSTM(OneBias, nn.LSTM):
    """An LSTM with one vector of biases."""


class RNN(OneBias, nn.RNN):
    """An Elman network with one vector of biases."""


def crop(x, like):
    """The middle of x, as large as another map."""
    for dim in range(2, x.dim()):
        missing = x.shape[dim] - like.shape[dim]
        x = x.narrow(dim, missing // 2, like.shape[dim])
    return x
