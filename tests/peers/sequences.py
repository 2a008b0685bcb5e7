"""Attention, embeddings and recurrent layers in PyTorch, for the peer of a network.

Weights lie in the arrays that archcalc has, so that their gradients are compared as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

Tensor: TypeAlias = Any


def beside(x: Tensor, keys: Tensor | None = None, values: Tensor | None = None) -> list[Tensor]:
    """Say what queries, keys and values are made from."""
    keys = x if keys is None else keys
    return [x, keys, keys if values is None else values]


class Attention(nn.Module):
    """PyTorch's scaled products of queries, keys and values, between four linear layers.

    Places are sorted by their window, and turned by products of complex numbers.
    """

    def __init__(self, op: Any, *xs: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.op, self.heads, x = op, op.heads, xs[0]
        inner = op.inner or x.shape[1]
        given = inner // op.heads * (op.kv_heads or op.heads)
        sizes = zip(("query", "key", "value"), (inner, given, given), beside(*xs), strict=True)
        for name, size, entering in sizes:
            setattr(self, name, nn.Linear(entering.shape[1], size, bias=op.bias))
        self.output = nn.Linear(inner, x.shape[1], bias=op.bias)
        self.each = inner // op.heads
        extents = list(x.shape[2:])
        sides = torch.tensor(extents if op.within is None else op.within, device="cpu")
        sides = sides.expand(len(extents))
        if op.positions == "relative":
            self.position_bias = nn.Parameter(torch.zeros(op.heads, *(2 * sides - 1).tolist()))
        with torch.device("cpu"):
            ranges = [torch.arange(n) for n in extents]
            places = torch.stack(torch.meshgrid(*ranges, indexing="ij")).flatten(1).T
            window = torch.stack([*(places // sides).T, *places.T])
            keys = [tuple(column) for column in window.T.tolist()]
            self.order = torch.tensor(sorted(range(len(keys)), key=keys.__getitem__))
            first = places[self.order[: int(sides.prod())]]
            self.apart = (first[:, None] - first[None] + sides - 1).unbind(2)
        self.size = len(first)

    def forward(self, *xs: Tensor) -> Tensor:
        """Mix values."""
        x, past = xs[0], self.op.past
        parts = self.query, self.key, self.value
        rows = [entering.flatten(2).transpose(1, 2) for entering in beside(*xs)]
        q, k, v = (
            part(row).unflatten(2, (-1, self.each)).transpose(1, 2)
            for part, row in zip(parts, rows, strict=True)
        )
        if self.op.positions == "rotary":
            q, k = turned(q, past), turned(k, past)
        k, v = (nn.functional.pad(part, (0, 0, past, 0)) for part in (k, v))
        k, v = (part.repeat_interleave(self.heads // part.shape[1], 1) for part in (k, v))
        order = self.order.to(x.device)
        sorted_by_window = not past and len(xs) == 1
        if sorted_by_window:
            q, k, v = (part[:, :, order].unflatten(2, (-1, self.size)) for part in (q, k, v))
        scores = q @ k.transpose(-2, -1) / self.each**0.5
        if self.op.positions == "relative":
            table = self.position_bias[:, *(index.to(x.device) for index in self.apart)]
            scores = scores + table[:, None]
        if self.op.causal:
            hidden = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device)
            scores = scores.masked_fill(hidden.triu(past + 1), -torch.inf)
        mixed = scores.softmax(-1) @ v
        if sorted_by_window:
            mixed = mixed.flatten(2, 3)[:, :, order.argsort()]
        return self.output(mixed.transpose(1, 2).flatten(2)).transpose(1, 2).reshape(x.shape)


def turned(part: Tensor, first: int) -> Tensor:
    """Turn pairs of features as complex numbers, each by its place."""
    half = part.shape[-1] // 2
    pairs = torch.complex(part[..., :half], part[..., half:])
    places = torch.arange(first, first + part.shape[2], dtype=part.dtype, device=part.device)
    slow = torch.arange(half, dtype=part.dtype, device=part.device) / half
    angles = places[:, None] * 10_000.0**-slow
    pairs = pairs * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([pairs.real, pairs.imag], -1)


def scaled_dot_product(op: Any, x: Tensor) -> Callable[..., Tensor]:  # noqa: ANN401
    """Take PyTorch's own function, along a row of all places or along one extent of each row."""
    shared = op.kv_heads or op.heads
    axis = {"depth": -3, "height": -2}.get(op.axis, -1)

    def rows(part: Tensor, heads: int) -> Tensor:
        part = part.flatten(2) if op.axis is None else part
        return part.unflatten(1, (heads, -1)).movedim(2, -1).movedim(axis - 1, -2)

    def mix(*xs: Tensor) -> Tensor:
        queries, keys, values = beside(*xs[:3])
        q, k, v = rows(queries, op.heads), rows(keys, shared), rows(values, shared)
        k, v = (part.repeat_interleave(op.heads // shared, 1) for part in (k, v))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=op.causal)
        return (
            y.movedim(-2, axis - 1).movedim(-1, 2).flatten(1, 2).reshape(len(y), -1, *x.shape[2:])
        )

    return mix


class Embedding(nn.Module):
    """PyTorch's look-up, of numbers cut off to those that the table has."""

    def __init__(self, op: Any, _x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(op.words, op.features))

    def forward(self, x: Tensor) -> Tensor:
        """Look up; the product with 0 lets a gradient through."""
        numbers = (x[:, 0] if x.shape[1] == 1 else x.flatten(1)).clamp(0, len(self.weight) - 1)
        y = functional.embedding(numbers.detach().long(), self.weight)
        return y.movedim(-1, 1) + 0 * x.sum()


class Learned(nn.Module):
    """A bare parameter."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        own = x.shape[1:] if op.values is None else (*op.values, 1, 1)[: max(3, len(op.values))]
        self.values = nn.Parameter(torch.zeros(own))

    def forward(self, x: Tensor) -> Tensor:
        """Give it to each sample."""
        return self.values.expand(len(x), *self.values.shape) + 0 * x.sum()


class Recurrent(nn.Module):
    """PyTorch's own recurrent functions, on slices of archcalc's arrays."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.op, ways = op, 1 + op.bidirectional
        sums = op.gates * op.units
        self.weight = nn.Parameter(torch.zeros(ways, sums, x.shape[1]))
        if op.stack > 1:
            self.deeper = nn.Parameter(torch.zeros(op.stack - 1, ways, sums, ways * op.units))
        self.state = nn.Parameter(torch.zeros(op.stack, ways, sums, op.units))
        for name in ("bias", "state_bias")[: op.vectors()]:
            setattr(self, name, nn.Parameter(torch.zeros(op.stack, ways, sums)))

    def flat(self) -> list[Tensor]:
        """Order the arrays as PyTorch does: layer by layer, in each the directions."""
        found = []
        for layer in range(self.op.stack):
            for way in range(1 + self.op.bidirectional):
                own = self.deeper[layer - 1] if layer else self.weight
                found += [own[way], self.state[layer, way]]
                biases = [getattr(self, name, None) for name in ("bias", "state_bias")]
                if biases[0] is not None:
                    zero = torch.zeros_like(biases[0])
                    found += [(zero if b is None else b)[layer, way] for b in biases]
        return found

    def forward(self, x: Tensor) -> Tensor:
        """Go along the places."""
        op, ways, row = self.op, 1 + self.op.bidirectional, x.flatten(2).transpose(1, 2)
        first = x.new_zeros(op.stack * ways, len(x), op.units)
        known = (op.vectors() > 0, op.stack, 0.0, False, op.bidirectional, True)
        if op.name == "lstm":
            y, h, _ = torch.lstm(row, (first, first), self.flat(), *known)
        elif op.name == "rnn":
            y, h = torch.rnn_tanh(row, first, self.flat(), *known)
        elif op.reset_after:
            y, h = torch.gru(row, first, self.flat(), *known)
        else:
            y, h = self.by_hand(row)
        if op.steps == "all":
            return y.transpose(1, 2).reshape(len(x), -1, *x.shape[2:])
        return torch.cat([*h[-ways:]], 1)[:, :, None, None]

    def by_hand(self, row: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Go along with the paper's GRU, which PyTorch has not: step by step."""
        op, ends = self.op, []
        for layer in range(op.stack):
            outs = []
            for way in range(1 + op.bidirectional):
                own = self.deeper[layer - 1, way] if layer else self.weight[way]
                bias = self.bias[layer, way] if op.bias else row.new_zeros(3 * op.units)
                wr, wz, wn = own.chunk(3)
                ur, uz, un = self.state[layer, way].chunk(3)
                br, bz, bn = bias.chunk(3)
                h, states = row.new_zeros(len(row), op.units), {}
                for t in range(row.shape[1])[:: -1 if way else 1]:
                    x = row[:, t]
                    r = torch.sigmoid(x @ wr.T + h @ ur.T + br)
                    z = torch.sigmoid(x @ wz.T + h @ uz.T + bz)
                    n = torch.tanh(x @ wn.T + (r * h) @ un.T + bn)
                    h = (1 - z) * n + z * h
                    states[t] = h
                outs.append(torch.stack([states[t] for t in range(row.shape[1])], 1))
                ends.append(h)
            row = torch.cat(outs, 2)
        return row, ends


NAMES = ("query", "key", "value", "output")
RENAMED: dict[str, dict[str, str]] = {
    "Attention": {
        f"{name}.{kind}": name if kind == "weight" else f"{name}_bias"
        for name in NAMES
        for kind in ("weight", "bias")
    },
    "Embedding": {},
    "Learned": {},
    "Recurrent": {},
}
MAKE: dict[str, Callable[[Any, Tensor], Any]] = {
    "attention": Attention,
    "embedding": Embedding,
    "scaled_dot_product": scaled_dot_product,
    "matmul": lambda _op, _x: lambda *xs: xs[0] @ xs[-1],
    "learned": Learned,
    "lstm": Recurrent,
    "gru": Recurrent,
    "rnn": Recurrent,
}
