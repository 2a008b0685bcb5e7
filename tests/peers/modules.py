"""A network in PyTorch as people write it, so that the tools that count PyTorch's networks see one.

Modules are PyTorch's own wherever it has one: `nn.ReLU`, `nn.MultiheadAttention`, `nn.Upsample`.
Written with functions, what has no weights is a function of `torch.nn.functional`, and attention
four linear layers around `scaled_dot_product_attention`. Joins are operators. What PyTorch has no
module for is a small module whose arrays are called `weight` and `bias`; a trained tensor that
stands by itself is a parameter of the whole network.
"""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc import Graph

Tensor: TypeAlias = Any
Step: TypeAlias = "Callable[..., Tensor]"
FLAT = {"linear", "flatten", "lstm", "gru", "rnn", "rbf"}
"""What leaves a vector as two axes, the samples and its elements, and takes one so."""
PASSING = {"identity", "dropout", "scale", "one_minus", "prelu", "embedding"}
AXES = {"channels": 1, "depth": -3, "height": -2, "width": -1, "length": -1}


class Written(nn.Module):
    """The layers of a graph in their order; `functions` says how they are written."""

    def __init__(self, graph: Graph, *, functions: bool = False) -> None:
        super().__init__()
        self.end = graph.end
        self.plan: list[tuple[tuple[int, ...], str, Step]] = []
        modules: list[nn.Module | None] = []
        flat: set[int] = set()
        for i, node in enumerate(graph.nodes):
            module, step = _written(node, functions=functions)
            owners = {tie.owner for tie in node.shared}
            if module is not None and len(owners) == 1:
                module = _tied(module, modules[owners.pop()])
            modules.append(module)
            name = f"layer{i}" if module is not None else ""
            if module is not None:
                setattr(self, name, module)
            if node.op.name == "learned":
                name, step = f"learned{i}", _same
                setattr(self, name, nn.Parameter(torch.zeros(1, *node.y)))
            sizes = [2 if position in flat else len(x) + 1 for position, x in _pairs(node)]
            wanted = _sizes(node, sizes)
            if sizes != wanted:
                step = _reshaped(step, node.xs, wanted, of=bool(name))
            if (node.op.name in FLAT and node.y.is_vector) or (set(wanted) == {2}):
                flat.add(i)
            self.plan.append((node.inputs, name, step))
        if not list(self.parameters()):
            self.empty = nn.Parameter(torch.zeros(0))  # some tools ask a parameter for its device

    def forward(self, *inputs: Tensor) -> Tensor:
        """Go through the layers."""
        outputs: list[Tensor] = []
        for positions, name, step in self.plan:
            xs = [outputs[i] if i >= 0 else inputs[-1 - i] for i in positions]
            outputs.append(step(getattr(self, name), *xs) if name else step(*xs))
        return outputs[self.end]


def _pairs(node: Any) -> Any:  # noqa: ANN401 - positions and shapes of what a node reads
    return zip(node.inputs, node.xs, strict=True)


def _sizes(node: Any, sizes: list[int]) -> list[int]:  # noqa: ANN401
    """Tell how many axes a layer wants of what it reads: linear layers leave two."""
    if node.op.role == "join" and set(sizes) != {2}:
        return [len(node.y) + 1] * len(sizes)
    if node.op.role in {"join", "activation"} or node.op.name in {*FLAT, "layernorm"} | PASSING:
        return sizes
    return [len(x) + 1 for x in node.xs]


def _reshaped(step: Step, shapes: Any, wanted: list[int], *, of: bool) -> Step:  # noqa: ANN401
    """Give single places as many axes as a layer wants."""
    sizes = [(-1, x.channels, *[1] * (n - 2)) for x, n in zip(shapes, wanted, strict=True)]
    given = [x.is_vector for x in shapes]

    def reshaped(*args: Any) -> Tensor:  # noqa: ANN401 - perhaps the module first
        module, xs = args[: int(of)], args[int(of) :]
        pairs = zip(xs, sizes, given, strict=True)
        return step(*module, *[x.reshape(size) if one else x for x, size, one in pairs])

    return reshaped


def _written(node: Any, *, functions: bool) -> tuple[nn.Module | None, Step]:  # noqa: ANN401
    """Give the module of a layer and how it is called, or the function alone."""
    op, xs, y = node.op, node.xs, node.y
    if functions and op.name in FUNCTIONS:
        return None, FUNCTIONS[op.name](op, xs, y)
    if op.name in MODULES:
        made = MODULES[op.name](op, xs, y, functions)
        return made if isinstance(made, tuple) else (made, _call)
    return None, STEPS[op.name](op, xs, y)


def _tied(own: nn.Module, owner: nn.Module | None) -> nn.Module:
    """Call the owner itself again, or take its weight alone, as a decoder takes an embedding's."""
    assert owner is not None
    alike = type(own) is type(owner) and [p.shape for p in own.parameters()] == [
        p.shape for p in owner.parameters()
    ]
    if alike:
        return owner
    own.weight = owner.weight
    return own


def _call(module: nn.Module, *xs: Tensor) -> Tensor:
    return module(*xs)


def _same(x: Tensor, *_: Tensor) -> Tensor:
    return x


def _kind(name: str, rank: int) -> Any:  # noqa: ANN401 - a class or function of PyTorch
    """Find `Conv2d` or `avg_pool3d`: the rank is that of the maps."""
    found = f"{name}{rank}d"
    return getattr(nn, found) if name[0].isupper() else getattr(functional, found)


def _around(cells: Any) -> list[int]:  # noqa: ANN401 - cells before and after each extent
    """Tell cells as PyTorch does: from the last extent on."""
    return [n for i in range(len(cells) - 2, -1, -2) for n in cells[i : i + 2]]


def _pads(op: Any, x: Any) -> list[int]:  # noqa: ANN401
    """Settle the padding of a window: cells before and after each extent."""
    return [n for span in op.window(x) for n in (span.before, span.after)]


def _last(module: nn.Module, x: Tensor) -> Tensor:
    """Put the features last, as PyTorch's modules of tokens want them, and back again."""
    return module(x.movedim(1, -1).contiguous()).movedim(-1, 1)


def _row(x: Any) -> Step:  # noqa: ANN401 - a shape
    """Lay places in a row, the features of each together."""
    if x.rank == 1:
        return lambda x: x.transpose(1, 2).contiguous()
    return lambda x: x.flatten(2).transpose(1, 2).contiguous()


def _rows(xs: Any) -> Callable[..., list[Tensor]]:  # noqa: ANN401
    """Do that with all that a layer reads."""
    steps = [_row(x) for x in xs]
    return lambda *given: [step(x) for step, x in zip(steps, given, strict=True)]


# -- Layers with weights


class Affine(nn.Module):
    """A factor and a term for each map."""

    def __init__(self, maps: int, rank: int, *, scale: bool, shift: bool) -> None:
        super().__init__()
        shape = (maps, *[1] * rank)
        self.weight = nn.Parameter(torch.ones(shape)) if scale else None
        self.bias = nn.Parameter(torch.zeros(shape)) if shift else None

    def forward(self, x: Tensor) -> Tensor:
        """Scale and shift."""
        x = x if self.weight is None else x * self.weight
        return x if self.bias is None else x + self.bias


class Rbf(nn.Module):
    """Squared distances from centres."""

    def __init__(self, units: int, inputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(units, inputs))

    def forward(self, x: Tensor) -> Tensor:
        """Measure."""
        return ((x.flatten(1)[:, None] - self.weight) ** 2).sum(-1)


class Local(nn.Module):
    """Windows, each times kernels of its own: the version that goes about for PyTorch."""

    def __init__(self, op: Any, x: Any, y: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.op, self.cells = op, _around(_pads(op, x))
        self.weight = nn.Parameter(torch.zeros(1, *y[:1], x.channels, *y.extents, prod(op.kernel)))
        self.bias = nn.Parameter(torch.zeros(1, *y)) if op.bias else None

    def forward(self, x: Tensor) -> Tensor:
        """Unfold, multiply, sum, add."""
        x = functional.pad(x, self.cells) if any(self.cells) else x
        for axis, (size, step) in enumerate(zip(self.op.kernel, self.op.stride, strict=True)):
            x = x.unfold(axis + 2, size, step)
        x = x.flatten(-len(self.op.kernel)).unsqueeze(1)
        y = (x * self.weight).sum([2, -1])
        return y if self.bias is None else y + self.bias


class Attention(nn.Module):
    """Four linear layers around the function, as in nanoGPT and timm."""

    def __init__(self, op: Any, xs: Any) -> None:  # noqa: ANN401
        super().__init__()
        width = xs[0].channels
        inner = op.inner or width
        self.causal, self.each = op.causal, inner // op.heads
        given = self.each * (op.kv_heads or op.heads)
        self.shared = op.heads // (op.kv_heads or op.heads)
        self.query = nn.Linear(width, inner, op.bias)
        self.key = nn.Linear(xs[min(1, len(xs) - 1)].channels, given, op.bias)
        self.value = nn.Linear(xs[-1].channels, given, op.bias)
        self.output = nn.Linear(inner, width, op.bias)

    def forward(self, x: Tensor, *beside: Tensor) -> Tensor:
        """Mix values."""
        keys, values = (beside[0], beside[-1]) if beside else (x, x)
        q, k, v = (
            layer(each).unflatten(2, (-1, self.each)).transpose(1, 2)
            for layer, each in ((self.query, x), (self.key, keys), (self.value, values))
        )
        if self.shared > 1:
            k, v = (part.repeat_interleave(self.shared, 1) for part in (k, v))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.output(y.transpose(1, 2).flatten(2))


def _conv(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    """Take PyTorch's module, on an enlarged map where it cannot say the padding."""
    (x,) = xs
    cells = _pads(op, x)
    even = cells[::2] == cells[1::2]
    made = _kind("Conv", len(x) - 1)(
        x.channels, op.filters, op.kernel, op.stride, cells[::2] if even else 0,
        op.dilation, op.groups, bias=bool(op.bias),
    )  # fmt: skip
    if even:
        return made
    return made, lambda module, x: module(functional.pad(x, _around(cells)))


def _deconv(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    (x,) = xs
    return _kind("ConvTranspose", len(x) - 1)(
        x.channels, op.filters, op.kernel, op.stride, op.padding[::2], op.output_padding,
        op.groups, op.bias, op.dilation,
    )  # fmt: skip


def _linear(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    (x,) = xs
    if op.over:
        return nn.Linear(x.places, op.units, op.bias), lambda m, x: m(x.flatten(2))
    if op.flatten or x.is_vector:
        return nn.Linear(x.size, op.units, op.bias), lambda m, x: m(x.flatten(1))
    return nn.Linear(x.channels, op.units, op.bias), _last


def _attention(op: Any, xs: Any, _y: Any, functions: bool) -> Any:  # noqa: ANN401, FBT001
    """Take PyTorch's module if it can say the same, and modules are wanted."""
    width, in_rows = xs[0].channels, _rows(xs)
    shared = op.kv_heads not in (None, op.heads) or op.inner not in (None, width)
    if functions or shared or any(x.channels != width for x in xs):
        return Attention(op, xs), lambda module, *given: module(*in_rows(*given)).transpose(1, 2)
    made = nn.MultiheadAttention(width, op.heads, bias=op.bias, batch_first=True)
    mask = {}
    if op.causal:
        hidden = torch.ones(xs[0].places, xs[min(1, len(xs) - 1)].places, dtype=torch.bool).triu(1)
        mask = {"attn_mask": hidden, "is_causal": True}

    def step(module: nn.Module, *xs: Tensor) -> Tensor:
        rows = in_rows(*xs)
        keys = rows[min(1, len(rows) - 1)]
        return module(rows[0], keys, rows[-1], need_weights=False, **mask)[0].transpose(1, 2)

    return made, step


def _recurrent(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    in_rows = _rows(xs)
    made = getattr(nn, op.name.upper())(
        xs[0].channels, op.units, op.stack, bias=bool(op.bias), batch_first=True,
        bidirectional=op.bidirectional,
    )  # fmt: skip

    def step(module: nn.Module, x: Tensor) -> Tensor:
        y, _ = module(*in_rows(x))
        return y.transpose(1, 2) if op.steps == "all" else y[:, -1]

    return made, step


def _embedding(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    alone = xs[0].channels == 1

    def step(module: nn.Module, x: Tensor) -> Tensor:
        return module(x[:, 0] if alone else x.flatten(1)).movedim(-1, 1)

    return nn.Embedding(op.words, op.features), step


def _subsample(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    """Average, then scale and shift: the coefficient takes in the size of the window."""
    (x,) = xs
    affine = Affine(x.channels, len(x) - 1, scale=True, shift=True)
    if _f:
        given, rank = (op.kernel, op.stride or op.kernel), len(x) - 1
        return affine, lambda module, x: module(_kind("avg_pool", rank)(x, *given))
    pool = _kind("AvgPool", len(x) - 1)(op.kernel, op.stride or op.kernel)
    return nn.Sequential(pool, affine)


def _norm(make: Callable[..., nn.Module]) -> Callable[..., Any]:
    """Take a norm of PyTorch's; what has a scale or a shift alone does that in a module beside."""

    def made(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
        (x,) = xs
        norm = make(op, x, affine=op.scale and op.shift)
        if op.scale == op.shift:
            return norm
        affine = Affine(x.channels, len(x) - 1, scale=op.scale, shift=op.shift)
        return nn.Sequential(norm, affine)

    return made


def _layernorm(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    (x,) = xs
    shape = tuple(x) if op.over == "all" else (x.channels,)
    made = nn.LayerNorm(shape, elementwise_affine=op.scale, bias=op.shift)
    return (made, _call) if op.over == "all" else (made, _last)


def _scaled_norm(op: Any, xs: Any, _y: Any, _f: bool) -> Any:  # noqa: ANN401, FBT001
    """Divide by the length of each place's features; scale and shift beside that."""
    (x,) = xs
    if not (op.scale or op.shift):
        return None, _late("normalize")()
    affine = Affine(x.channels, len(x) - 1, scale=op.scale, shift=op.shift)
    return affine, lambda module, x: module(functional.normalize(x))


MODULES: dict[str, Callable[..., Any]] = {
    "conv": _conv,
    "deconv": _deconv,
    "linear": _linear,
    "local": lambda op, xs, y, _: Local(op, xs[0], y),
    "attention": _attention,
    "lstm": _recurrent,
    "gru": _recurrent,
    "rnn": _recurrent,
    "embedding": _embedding,
    "subsample": _subsample,
    "rbf": lambda op, xs, _y, _: Rbf(op.units, xs[0].size),
    "affine": lambda op, xs, _y, _: Affine(
        xs[0].channels, len(xs[0]) - 1, scale=op.scale, shift=op.shift
    ),
    "batchnorm": _norm(
        lambda _op, x, affine: _kind("BatchNorm", len(x) - 1)(x.channels, affine=affine)
    ),
    "groupnorm": _norm(lambda op, x, affine: nn.GroupNorm(op.groups, x.channels, affine=affine)),
    "instancenorm": _norm(
        lambda _op, x, affine: _kind("InstanceNorm", len(x) - 1)(x.channels, affine=affine)
    ),
    "layernorm": _layernorm,
    "rmsnorm": lambda op, xs, _y, _: (
        nn.RMSNorm(xs[0].channels, elementwise_affine=op.scale),
        _last,
    ),
    "l2norm": _scaled_norm,
    "prelu": lambda op, xs, _y, _: nn.PReLU(1 if op.slopes == "shared" else xs[0].channels),
    "relu": lambda *_: nn.ReLU(),
    "relu6": lambda *_: nn.ReLU6(),
    "leaky_relu": lambda op, *_: nn.LeakyReLU(float(op.slope)),
    "elu": lambda op, *_: nn.ELU(float(op.alpha)),
    "selu": lambda *_: nn.SELU(),
    "gelu": lambda op, *_: (
        (None, lambda x: x * torch.sigmoid(1.702 * x))
        if op.approximate == "sigmoid"
        else nn.GELU(op.approximate or "none")
    ),
    "silu": lambda *_: nn.SiLU(),
    "mish": lambda *_: nn.Mish(),
    "softplus": lambda *_: nn.Softplus(),
    "hard_sigmoid": lambda *_: nn.Hardsigmoid(),
    "hard_swish": lambda *_: nn.Hardswish(),
    "hard_tanh": lambda op, *_: nn.Hardtanh(float(op.low), float(op.high)),
    "glu": lambda *_: nn.GLU(1),
    "tanh": lambda *_: nn.Tanh(),
    "sigmoid": lambda *_: nn.Sigmoid(),
    "softmax": lambda op, *_: nn.Softmax(AXES[op.axis]),
    "lrn": lambda op, *_: nn.LocalResponseNorm(op.size),
    "maxpool": lambda op, xs, _y, _: _pool("MaxPool", op, xs[0]),
    "avgpool": lambda op, xs, _y, _: (
        _kind("AdaptiveAvgPool", len(xs[0]) - 1)(op.output)
        if op.output is not None
        else _pool("AvgPool", op, xs[0])
    ),
    "globalavgpool": lambda _op, xs, *_: _kind("AdaptiveAvgPool", len(xs[0]) - 1)(1),
    "globalmaxpool": lambda _op, xs, *_: _kind("AdaptiveMaxPool", len(xs[0]) - 1)(1),
    "upsample": lambda op, xs, *_: nn.Upsample(*_size(op), _mode(op, xs[0])),
    "pixel_shuffle": lambda op, *_: nn.PixelShuffle(op.scale[0]),
    "pixel_unshuffle": lambda op, *_: nn.PixelUnshuffle(op.scale[0]),
    "flatten": lambda *_: nn.Flatten(),
    "identity": lambda *_: nn.Identity(),
    "dropout": lambda op, *_: nn.Dropout(float(op.rate)),
}
"""By the op: a module of PyTorch; with how it is called if it does not take maps as they are."""


def _pool(name: str, op: Any, x: Any) -> Any:  # noqa: ANN401
    padding = tuple(_pads(op, x)[::2])
    return _kind(name, len(x) - 1)(op.kernel, op.stride or op.kernel, padding, ceil_mode=op.ceil)


def _size(op: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Give the size of an output, or the factor: as one number where it can be."""
    one = op.scale and len(set(op.scale)) == 1
    return op.output, float(op.scale[0]) if one else op.scale


def _mode(op: Any, x: Any) -> str:  # noqa: ANN401
    kinds = ("linear", "bilinear", "trilinear")
    return kinds[len(x) - 2] if op.mode == "bilinear" else "nearest"


# -- What has no weights, as functions


def _pooled(name: str) -> Callable[..., Step]:
    def written(op: Any, xs: Any, _y: Any) -> Step:  # noqa: ANN401
        x, rank = xs[0], len(xs[0]) - 1
        if getattr(op, "output", None) is not None:
            return lambda x: _kind("adaptive_avg_pool", rank)(x, op.output)
        given = op.kernel, op.stride or op.kernel, tuple(_pads(op, x)[::2])
        return lambda x: _kind(name, rank)(x, *given, ceil_mode=op.ceil)

    return written


def _late(name: str, place: Any = functional) -> Callable[..., Step]:  # noqa: ANN401
    """Look a function up when it is called: tools put their own in its place."""
    return lambda *_: lambda x: getattr(place, name)(x)  # noqa: PLW0108 - not yet


def _gelu(op: Any, _xs: Any, _y: Any) -> Step:  # noqa: ANN401
    if op.approximate == "sigmoid":
        return lambda x: x * torch.sigmoid(1.702 * x)
    return lambda x: functional.gelu(x, approximate=op.approximate or "none")


FUNCTIONS: dict[str, Callable[..., Step]] = {
    "matmul": lambda *_: lambda *xs: torch.matmul(xs[0], xs[-1]),
    "relu": _late("relu"),
    "relu6": _late("relu6"),
    "leaky_relu": lambda op, *_: lambda x: functional.leaky_relu(x, float(op.slope)),
    "elu": lambda op, *_: lambda x: functional.elu(x, float(op.alpha)),
    "selu": _late("selu"),
    "gelu": _gelu,
    "silu": _late("silu"),
    "mish": _late("mish"),
    "softplus": _late("softplus"),
    "hard_sigmoid": _late("hardsigmoid"),
    "hard_swish": _late("hardswish"),
    "hard_tanh": lambda op, *_: lambda x: functional.hardtanh(x, float(op.low), float(op.high)),
    "glu": lambda *_: lambda x: functional.glu(x, 1),
    "tanh": _late("tanh", torch),
    "sigmoid": _late("sigmoid", torch),
    "softmax": lambda op, *_: lambda x: functional.softmax(x, AXES[op.axis]),
    "lrn": lambda op, *_: lambda x: functional.local_response_norm(x, op.size),
    "maxpool": _pooled("max_pool"),
    "avgpool": _pooled("avg_pool"),
    "globalavgpool": lambda _op, xs, _y: lambda x: _kind("adaptive_avg_pool", len(xs[0]) - 1)(x, 1),
    "globalmaxpool": lambda _op, xs, _y: lambda x: _kind("adaptive_max_pool", len(xs[0]) - 1)(x, 1),
    "upsample": lambda op, xs, _y: (
        lambda x: functional.interpolate(x, *_size(op), _mode(op, xs[0]))
    ),
    "pixel_shuffle": lambda op, *_: lambda x: functional.pixel_shuffle(x, op.scale[0]),
    "pixel_unshuffle": lambda op, *_: lambda x: functional.pixel_unshuffle(x, op.scale[0]),
    "flatten": lambda *_: lambda x: x.flatten(1),
    "identity": lambda *_: lambda x: x,
    "dropout": lambda op, *_: lambda x: functional.dropout(x, float(op.rate), training=False),
}
"""By the op: what calls the function of a module."""


# -- Operators and methods, however the rest is written


def _joined(join: Step) -> Callable[..., Step]:
    return lambda *_: lambda *xs: reduce(join, xs)


def _crop(op: Any, xs: Any, _y: Any) -> Step:  # noqa: ANN401
    cells = op.cells
    if op.output is not None:
        missing = [n - size for n, size in zip(xs[0].extents, op.output, strict=True)]
        cells = tuple(n for over in missing for n in (over // 2, over - over // 2))
    extents = xs[0].extents
    cut = (
        ...,
        *[slice(a, n - b) for n, a, b in zip(extents, cells[::2], cells[1::2], strict=True)],
    )
    return lambda x: x[cut]


def _split(op: Any, xs: Any, _y: Any) -> Step:  # noqa: ANN401
    axis = AXES[op.axis]
    (parts, *others) = op.parts
    sizes = list(op.parts) if others else (1, *xs[0])[axis] // parts
    return lambda x: torch.split(x, sizes, axis)[op.part - 1]


def _shuffle(op: Any, xs: Any, _y: Any) -> Step:  # noqa: ANN401
    """Interleave the groups as ShuffleNet does, by views."""
    x, n = xs[0], op.groups
    apart, together = (-1, n, x.channels // n, *x.extents), (-1, *x)
    return lambda x: x.reshape(apart).transpose(1, 2).reshape(together)


def _unpool(op: Any, _xs: Any, y: Any) -> Step:  # noqa: ANN401
    at = (..., *(slice(None, None, n) for n in op.scale))

    def spread(x: Tensor) -> Tensor:
        wide = x.new_zeros(x.shape[0], *y)
        wide[at] = x
        return wide

    return spread


def _mean(op: Any, xs: Any, _y: Any) -> Step:  # noqa: ANN401
    axes = AXES[op.axis] if op.axis else tuple(range(2, len(xs[0]) + 1))
    return lambda x: x.mean(axes, keepdim=True)


def _heads(op: Any, xs: Any, _y: Any) -> Step:  # noqa: ANN401
    """Split features into heads, and give keys that several share to each."""
    in_rows, shared = _rows(xs[:3]), op.heads // (op.kv_heads or op.heads)

    def step(*given: Tensor) -> Tensor:
        q, *others = in_rows(*given[:3])
        k, v = (others[0], others[-1]) if others else (q, q)
        q = q.unflatten(2, (op.heads, -1)).transpose(1, 2)
        k, v = (part.unflatten(2, (op.heads // shared, -1)).transpose(1, 2) for part in (k, v))
        if shared > 1:
            k, v = (part.repeat_interleave(shared, 1) for part in (k, v))
        mask = given[3] if len(given) > 3 else None
        mixed = functional.scaled_dot_product_attention(q, k, v, mask, is_causal=op.causal)
        return mixed.transpose(1, 2).flatten(2).transpose(1, 2)

    return step


STEPS: dict[str, Callable[..., Step]] = {
    "matmul": lambda *_: lambda *xs: xs[0] @ xs[-1],
    "scaled_dot_product": _heads,
    "add": _joined(lambda a, b: a + b),
    "multiply": _joined(lambda a, b: a * b),
    "subtract": _joined(lambda a, b: a - b),
    "maximum": _joined(torch.maximum),
    "concat": lambda op, *_: lambda *xs: torch.cat(xs, AXES[op.axis]),
    "one_minus": lambda *_: lambda x: 1 - x,
    "scale": lambda op, *_: lambda x: x * float(op.factor),
    "lecun_tanh": lambda *_: lambda x: 1.7159 * torch.tanh(x * (2 / 3)),
    "mean": _mean,
    "slice": lambda op, *_: (
        lambda x: x.narrow(AXES[op.axis], op.range[0], op.range[1] - op.range[0])
    ),
    "split": _split,
    "shuffle": _shuffle,
    "crop": _crop,
    "pad": lambda op, *_: lambda x: functional.pad(x, _around(op.cells)),
    "pad_channels": lambda op, xs, _y: (
        lambda x: functional.pad(
            x[(..., *(slice(None, None, step) for step in op.stride))],
            (*[0] * 2 * len(op.stride), 0, op.filters - xs[0].channels),
        )
    ),
    "fold": lambda op, *_: lambda x: x.movedim(AXES[op.axis], 2).flatten(1, 2),
    "learned": lambda *_: _same,
    "tokens": lambda *_: lambda x: x.flatten(2),
    "reshape": lambda _op, _xs, y: lambda x: x.reshape(-1, *y),
    "permute": lambda op, *_: lambda x: x.permute(0, *(axis + 1 for axis in op.order)),
    "unpool": _unpool,
}
"""By the op: an operator, or methods of the tensor."""
