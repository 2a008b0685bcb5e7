"""The same network in PyTorch: its modules, wired as a graph is, and nothing else of archcalc.

Shapes, parameters and operations are PyTorch's own. What PyTorch has no module for (connection
tables, untied biases, windows that overhang, trained subsampling) is put together from its parts.
"""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

from tests.peers import sequences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archcalc import Graph

Tensor: TypeAlias = Any
Arrays: TypeAlias = "Mapping[str, Mapping[str, np.ndarray[Any, Any]]]"
ROUNDING = 1e-9
Pads: TypeAlias = list[tuple[int, int, int]]
"""For each extent: cells before, cells after, and cells that an overhanging window reads."""


def of_rank(name: str, x: Tensor) -> Any:  # noqa: ANN401
    """Find PyTorch's module or function for as many extents as x has: Conv1d, avg_pool3d."""
    found = f"{name}{x.dim() - 2}d"
    return getattr(nn, found) if name[0].isupper() else getattr(functional, found)


def per_map(values: Tensor, x: Tensor) -> Tensor:
    """Let a number for each map meet all places of x."""
    return values.reshape(-1, *[1] * (x.dim() - 2))


class Peer:
    """Modules by path, made when the first input comes through."""

    def __init__(self, graph: Graph, device: str) -> None:
        self.graph = graph
        self.device = device
        self.modules: dict[str, Any] = {}
        self.entered: list[list[Tensor]] = []
        self.outputs: list[Tensor] = []

    def forward(self, inputs: list[Tensor], *, training: bool = False) -> list[Tensor]:
        """Run every node on the outputs of the nodes that feed it; give those of the network."""
        self.entered, self.outputs = [], []
        for node in self.graph.nodes:
            xs = [inputs[-1 - i] if i < 0 else self.outputs[i] for i in node.inputs]
            if node.path not in self.modules:
                self.modules[node.path] = MAKE[node.op.name](
                    node.op, *(xs if node.op.name == "attention" else xs[:1])
                )
            module = self.modules[node.path]
            self.entered.append(xs)
            if isinstance(module, nn.Module):
                module.to(self.device, xs[0].dtype).train(training)
                self.outputs.append(functional_call(module, self.shared(node), tuple(xs)))
            else:
                self.outputs.append(module(*xs))
        return [inputs[-1 - i] if i < 0 else self.outputs[i] for i in self.graph.outputs]

    def shared(self, node: Any) -> dict[str, Tensor]:  # noqa: ANN401
        """Give what a node takes from earlier ones, by PyTorch's names for it."""
        own = self.named(node.path)
        found = {}
        for tie in node.shared:
            name, tensor = own[tie.weight]
            _, theirs = self.named(self.graph.nodes[tie.owner].path)[tie.weight]
            taken = theirs.transpose(0, 1) if tie.transposed else theirs
            found[name] = taken.reshape(tensor.shape)
        return found

    def meets_a_kink(self) -> bool:
        """Tell whether an activation bent where it was entered: then either gradient is right.

        So it is where two of the cells of which the largest is taken are all but equal, and where
        a length that is all but 0 divides: that is rounding, magnified.
        """
        return any(
            float((entered.detach() - kink).abs().min()) < ROUNDING
            for node, xs in zip(self.graph.nodes, self.entered, strict=True)
            for entered in xs
            for kink in kinks(node.op)
        ) or any(
            nearly_equal(node.op.name, xs) or without_length(node.op.name, xs)
            for node, xs in zip(self.graph.nodes, self.entered, strict=True)
        )

    def take(self, weights: Arrays) -> None:
        """Take over the arrays of a model."""
        for path, arrays in weights.items():
            own = self.names(path)
            for name, array in arrays.items():
                filled = torch.from_numpy(np.asarray(array)).reshape(own[name].shape)
                own[name].data.copy_(filled)

    def names(self, path: str) -> dict[str, Tensor]:
        """Give the parameters and statistics of a module by archcalc's names for them."""
        return {name: tensor for name, (_, tensor) in self.named(path).items()}

    def named(self, path: str) -> dict[str, tuple[str, Tensor]]:
        """Give PyTorch's own names too."""
        module = self.modules[path]
        given = dict(module.named_parameters()) | dict(module.named_buffers())
        renamed: Mapping[str, str] = RENAMED[type(module).__name__] if given else {}
        return {renamed.get(name, name): (name, tensor) for name, tensor in given.items()}

    def parameters(self, node: Any) -> int:  # noqa: ANN401
        """Count the numbers that a module's own parameters hold, without those of another."""
        module = self.modules[node.path]
        own = module.named_parameters() if isinstance(module, nn.Module) else ()
        taken = self.shared(node) if node.shared else ()
        return sum(parameter.numel() for name, parameter in own if name not in taken)


def nearly_equal(op: str, xs: list[Tensor]) -> bool:
    """Tell whether an op that takes the largest was entered by cells that are all but equal."""
    if op == "maximum":
        first, *others = raised(*xs)
        return any(float((first - x).abs().min()) < ROUNDING for x in others)
    if op not in {"maxpool", "globalmaxpool"}:
        return False
    cells = xs[0].detach().flatten(2).sort(2).values
    return bool((cells.diff(dim=2) < ROUNDING).any())


def without_length(op: str, xs: list[Tensor]) -> bool:
    """Tell whether an op that divides by a length was entered by places that have hardly any."""
    return op == "l2norm" and bool((xs[0].detach().norm(dim=1) < ROUNDING).any())


def kinks(op: Any) -> tuple[float, ...]:  # noqa: ANN401
    """Say where an activation bends."""
    if op.name == "hard_tanh":
        return float(op.low), float(op.high)
    if op.name == "threshold":
        return (float(op.theta),)
    return KINKS.get(op.name, ())


KINKS: dict[str, tuple[float, ...]] = {
    "relu": (0,), "leaky_relu": (0,), "prelu": (0,), "elu": (0,), "selu": (0,), "relu6": (0, 6),
    "hard_sigmoid": (-3, 3), "hard_swish": (-3, 3),
}  # fmt: skip
RENAMED: dict[str, dict[str, str]] = {
    **sequences.RENAMED,
    "ConvTranspose1d": {"weight": "kernel"},
    "ConvTranspose2d": {"weight": "kernel"},
    "ConvTranspose3d": {"weight": "kernel"},
    "Local": {},
    **{f"Conv{n}d": {"weight": "kernel"} for n in (1, 2, 3)},
    "Untied": {"conv.weight": "kernel"},
    "Table": {"kernels": "kernel"},
    **{
        f"BatchNorm{n}d": {
            "weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "variance",
        }
        for n in (1, 2, 3)
    },
    "Half": {
        "weight": "gamma", "bias": "beta",
        "norm.running_mean": "mean", "norm.running_var": "variance",
    },
    "Linear": {},
    "Dense": {"linear.weight": "weight", "linear.bias": "bias"},
    "Subsample": {},
    "Rbf": {},
    "PReLU": {"weight": "slope"},
    "Slopes": {},
    "Rescaled": {},
    "Padded": {"conv.weight": "kernel", "conv.bias": "bias"},
}  # fmt: skip


# -- Windows


def pads(op: Any, x: Tensor) -> Pads:  # noqa: ANN401 - any op with a window
    """Settle the padding of all sides, and how far the last window overhangs."""
    stride = op.stride or op.kernel
    dilation = getattr(op, "dilation", (1, 1, 1))
    found = []
    for side in range(len(op.kernel)):
        size, kernel, step = x.shape[2 + side], op.kernel[side], stride[side]
        extent = dilation[side] * (kernel - 1) + 1
        padding = getattr(op, "padding", (0,) * 6)
        if padding == "half":
            before = after = (dilation[side] * (kernel - 1) + 1) // 2
        elif padding == "same":
            missing = max(0, (-(-size // step) - 1) * step + extent - size)
            before, after = missing // 2, missing - missing // 2
        else:
            before, after = padding[2 * side : 2 * side + 2]
        over = 0
        if getattr(op, "ceil", False):
            start = -before
            while start + extent <= size + after:
                start += step
            if start < size and start - step + extent < size + after:
                over = start + extent - size - after
        found.append((before, after, over))
    return found


def enlarge(x: Tensor, cells: Pads, value: float) -> Tensor:
    """Put cells of a value around x, those that an overhanging window reads too."""
    around = [n for before, after, over in reversed(cells) for n in (before, after + over)]
    return functional.pad(x, around, value=value)


# -- Modules


class Padded(nn.Module):
    """A convolution over an image that is enlarged before."""

    def __init__(self, op: Any, x: Tensor, *, bias: bool) -> None:  # noqa: ANN401
        super().__init__()
        self.cells = pads(op, x)
        self.conv = of_rank("Conv", x)(
            x.shape[1], op.filters, op.kernel, op.stride,
            dilation=op.dilation, groups=op.groups, bias=bias,
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """Correlate."""
        return self.conv(enlarge(x, self.cells, 0.0))


class Untied(Padded):
    """A convolution with one bias for each output unit."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__(op, x, bias=False)
        y = super().forward(torch.empty_like(x, device="cpu", dtype=torch.float32))
        self.bias = nn.Parameter(torch.zeros(y.shape[1:]))

    def forward(self, x: Tensor) -> Tensor:
        """Correlate and add."""
        return super().forward(x) + self.bias


class Table(nn.Module):
    """One convolution for each output map, over the input maps that feed it."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.op, self.cells, self.rows = op, pads(op, x), op.table
        self.kernels = nn.Parameter(torch.zeros(sum(map(len, op.table)), *op.kernel))
        self.bias = None
        if op.bias:
            units = self.maps(torch.empty_like(x, device="cpu", dtype=torch.float32)).shape[1:]
            self.bias = nn.Parameter(torch.zeros(units if op.bias == "untied" else units[:1]))

    def maps(self, x: Tensor) -> Tensor:
        """Correlate each output map with its own kernels."""
        x, maps, start = enlarge(x, self.cells, 0.0), [], 0
        for row in self.rows:
            kernel = self.kernels[None, start : start + len(row)]
            start += len(row)
            fed = x[:, list(row)]
            convolve = of_rank("conv", x)
            maps.append(convolve(fed, kernel, stride=self.op.stride, dilation=self.op.dilation))
        return torch.cat(maps, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Correlate and add."""
        y = self.maps(x)
        if self.bias is None:
            return y
        return y + (self.bias if self.bias.dim() > 1 else per_map(self.bias, y))


class Dense(nn.Module):
    """A linear layer on what is flattened, or on the channels of each place."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.flattens, self.over = op.flatten, op.over
        inputs = x[0].numel() if op.flatten else x.shape[1]
        inputs = x[0, 0].numel() if op.over else inputs
        self.linear = nn.Linear(inputs, op.units, bias=op.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Multiply and add."""
        if self.over:
            return self.linear(x.flatten(2))
        if self.flattens:
            return self.linear(x.flatten(1))[:, :, None, None]
        return self.linear(x.movedim(1, -1)).movedim(-1, 1)


class Subsample(nn.Module):
    """Sums of windows, each times a coefficient, plus a bias."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.op = op
        self.coefficient = nn.Parameter(torch.ones(x.shape[1]))
        self.bias = nn.Parameter(torch.zeros(x.shape[1]))

    def forward(self, x: Tensor) -> Tensor:
        """Sum, multiply, add."""
        stride = self.op.stride or self.op.kernel
        sums = of_rank("avg_pool", x)(x, self.op.kernel, stride) * prod(self.op.kernel)
        return sums * per_map(self.coefficient, x) + per_map(self.bias, x)


class Rbf(nn.Module):
    """Squared distances from centres."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.centres = nn.Parameter(torch.zeros(op.units, x[0].numel()))

    def forward(self, x: Tensor) -> Tensor:
        """Measure."""
        return ((x.flatten(1)[:, None] - self.centres) ** 2).sum(-1)[:, :, None, None]


class Rescaled(nn.Module):
    """A normalisation by statistics of the sample, with a scale, a shift, both or neither."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.op = op
        shape = x.shape[1:] if getattr(op, "over", "") == "all" else x.shape[1:2]
        self.gamma = nn.Parameter(torch.ones(shape)) if op.scale else None
        self.beta = nn.Parameter(torch.zeros(shape)) if op.shift else None

    def forward(self, x: Tensor) -> Tensor:
        """Normalise, by PyTorch's own functions."""
        op, last = self.op, x.movedim(1, -1)
        if op.name in {"groupnorm", "instancenorm"}:
            groups = getattr(op, "groups", x.shape[1])
            return torch.group_norm(x, groups, self.gamma, self.beta, float(op.eps))
        if op.name == "layernorm":
            entering = x if op.over == "all" else last
            size = x.shape[1:] if op.over == "all" else x.shape[1:2]
            y = functional.layer_norm(entering, size, self.gamma, self.beta, float(op.eps))
            return y if op.over == "all" else y.movedim(-1, 1)
        if op.name == "rmsnorm":
            last = functional.rms_norm(last, x.shape[1:2], eps=float(op.eps))
        elif op.name == "l2norm":
            last = functional.normalize(last, dim=-1, eps=float(op.eps))
        last = last if self.gamma is None else last * self.gamma
        return (last if self.beta is None else last + self.beta).movedim(-1, 1)


class Slopes(nn.Module):
    """A rectifier with a trained slope for each unit."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(x.shape[1:]))

    def forward(self, x: Tensor) -> Tensor:
        """Rectify."""
        return x.clamp(min=0) + self.slope * x.clamp(max=0)


class Half(nn.Module):
    """A batch normalisation with a scale or a shift alone."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.norm = of_rank("BatchNorm", x)(
            x.shape[1], float(op.eps), float(op.momentum), affine=False
        )
        self.weight = nn.Parameter(torch.ones(x.shape[1])) if op.scale else None
        self.bias = nn.Parameter(torch.zeros(x.shape[1])) if op.shift else None

    def forward(self, x: Tensor) -> Tensor:
        """Normalise, scale or shift."""
        y = self.norm(x)
        y = y if self.weight is None else y * per_map(self.weight, y)
        return y if self.bias is None else y + per_map(self.bias, y)


class Local(nn.Module):
    """Windows, each multiplied with kernels of its own."""

    def __init__(self, op: Any, x: Tensor) -> None:  # noqa: ANN401
        super().__init__()
        self.op, self.cells = op, pads(op, x)
        empty = torch.empty_like(x, device="cpu", dtype=torch.float32)
        out = self.windows(empty).shape[2 : x.dim()]
        self.kernel = nn.Parameter(torch.zeros(op.filters, *out, x.shape[1], *op.kernel))
        self.bias = nn.Parameter(torch.zeros(op.filters, *out)) if op.bias else None

    def windows(self, x: Tensor) -> Tensor:
        """Unfold one extent after the other."""
        x = enlarge(x, self.cells, 0.0)
        for axis, (size, step) in enumerate(zip(self.op.kernel, self.op.stride, strict=True)):
            x = x.unfold(axis + 2, size, step)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Multiply place by place, as batches of matrices, and add."""
        windows, rank = self.windows(x), x.dim() - 2
        places = windows.shape[2 : 2 + rank]
        moved = windows.permute(*range(2, 2 + rank), 0, 1, *range(2 + rank, 2 + 2 * rank))
        columns = moved.reshape(places.numel(), len(x), -1)
        rows = self.kernel.movedim(0, rank).reshape(places.numel(), self.op.filters, -1)
        y = torch.bmm(columns, rows.transpose(1, 2)).permute(1, 2, 0)
        y = y.reshape(len(x), self.op.filters, *places)
        return y if self.bias is None else y + self.bias


# -- Which module an op is


def deconv(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Take PyTorch's own module."""
    kind = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[x.dim() - 3]
    rest = op.output_padding, op.groups, op.bias, op.dilation
    return kind(x.shape[1], op.filters, op.kernel, op.stride, op.padding[::2], *rest)


def conv(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Take PyTorch's own module where it can say the same."""
    if op.table is not None:
        return Table(op, x)
    if op.bias == "untied":
        return Untied(op, x)
    cells = pads(op, x)
    if any(before != after or over for before, after, over in cells):
        return Padded(op, x, bias=op.bias)
    padding = tuple(before for before, _, _ in cells)
    return of_rank("Conv", x)(
        x.shape[1], op.filters, op.kernel, op.stride, padding, op.dilation, op.groups, op.bias
    )


def native(op: Any, cells: Pads) -> bool:  # noqa: ANN401
    """Tell whether PyTorch's pools can say a padding: alike before and after, up to half."""
    return all(
        before == after and 2 * before <= kernel
        for (before, after, _), kernel in zip(cells, op.kernel, strict=True)
    )


def maxpool(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Take PyTorch's own module where it can say the same."""
    cells = pads(op, x)
    if native(op, cells):
        padding = tuple(before for before, _, _ in cells)
        return of_rank("MaxPool", x)(op.kernel, op.stride, padding, ceil_mode=op.ceil)
    pool = of_rank("max_pool", x)
    return lambda x: pool(enlarge(x, cells, -torch.inf), op.kernel, op.stride)


def avgpool(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Take PyTorch's own module where it can say the same."""
    if op.output is not None:
        return of_rank("AdaptiveAvgPool", x)(op.output)
    cells = pads(op, x)
    if native(op, cells):
        padding = tuple(before for before, _, _ in cells)
        return of_rank("AvgPool", x)(op.kernel, op.stride, padding, op.ceil, op.count_padding)
    inner = [(before, after, 0) for before, after, _ in cells] if op.count_padding else cells
    outer = [(0, 0, over) if op.count_padding else (0, 0, 0) for _, _, over in cells]

    def pool(x: Tensor) -> Tensor:
        def sums(image: Tensor) -> Tensor:
            return of_rank("avg_pool", image)(image, op.kernel, op.stride) * prod(op.kernel)

        ones = enlarge(torch.ones_like(x), inner, 1.0 if op.count_padding else 0.0)
        return sums(enlarge(x, cells, 0.0)) / sums(enlarge(ones, outer, 0.0))

    return pool


def batchnorm(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Take PyTorch's own module, unless one of its two weights is left out."""
    if op.scale != op.shift:
        return Half(op, x)
    norm = of_rank("BatchNorm", x)
    return norm(x.shape[1], float(op.eps), float(op.momentum), affine=op.scale)


def softmax(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Say along which axis."""
    extents = ["length"] if x.dim() == 3 else ["depth", "height", "width"][2 - x.dim() :]
    kind = nn.LogSoftmax if op.name == "log_softmax" else nn.Softmax
    return kind(1 + ["channels", *extents].index(op.axis))


def prelu(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Take PyTorch's own module, unless each unit has a slope."""
    if op.slopes == "untied":
        return Slopes(x)
    return nn.PReLU(1 if op.slopes == "shared" else x.shape[1])


def gelu(op: Any, _: Tensor) -> Any:  # noqa: ANN401
    """Take PyTorch's own module, but for the sigmoid that it has no word for."""
    if op.approximate == "sigmoid":
        return lambda x: x * torch.sigmoid(1.702 * x)
    return nn.GELU(op.approximate or "none")


def pad_channels(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Pick pixels and append maps of zeros."""
    steps = (..., *(slice(None, None, step) for step in op.stride))
    ends = (*[0] * 2 * len(op.stride), 0, op.filters - x.shape[1])
    return lambda x: functional.pad(x[steps], ends)


def raised(*xs: Tensor) -> list[Tensor]:
    """Give a single place as many extents as the others have."""
    most = max(x.dim() for x in xs if x[0, 0].numel() > 1) if any_maps(xs) else xs[0].dim()
    return [x.reshape(*x.shape[:2], *[1] * (most - 2)) if x.dim() != most else x for x in xs]


def any_maps(xs: tuple[Tensor, ...]) -> bool:
    """Tell whether a branch has more than one place."""
    return any(x[0, 0].numel() > 1 for x in xs)


def larger(a: Tensor, b: Tensor) -> Tensor:
    """Take the larger, the first of equals: PyTorch's own `maximum` shares a gradient out."""
    return torch.where(a >= b, a, b)


AXES = {"channels": 1, "depth": -3, "height": -2, "width": -1, "length": -1}


def turned(cells: tuple[int, ...]) -> tuple[int, ...]:
    """Tell cells as PyTorch does: from the last extent on."""
    return tuple(n for i in range(len(cells) - 2, -1, -2) for n in cells[i : i + 2])


def crop(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Pad by cells below zero."""
    cells = op.cells
    if op.output is not None:
        missing = [n - size for n, size in zip(x.shape[2:], op.output, strict=True)]
        cells = tuple(n for cells in missing for n in (cells // 2, cells - cells // 2))
    return lambda x: functional.pad(x, turned(tuple(-n for n in cells)))


def folded(x: Tensor, axis: int) -> Tensor:
    """Take an extent into the maps."""
    y = x.movedim(axis, 2).flatten(1, 2)
    return y if y.dim() > 2 else y[:, :, None, None]


def woven(x: Tensor, scale: tuple[int, ...]) -> Tensor:
    """Weave one extent after the other, the last first: blocks are counted row by row."""
    if len(scale) == 2 and scale[0] == scale[1]:
        return functional.pixel_shuffle(x, scale[0])
    for axis in range(len(scale) - 1, -1, -1):
        n = scale[axis]
        x = x.unflatten(1, (-1, n)).movedim(2, axis + 3).flatten(axis + 2, axis + 3)
    return x


def unwoven(x: Tensor, scale: tuple[int, ...]) -> Tensor:
    """Do the opposite, the first extent first."""
    if len(scale) == 2 and scale[0] == scale[1]:
        return functional.pixel_unshuffle(x, scale[0])
    for axis, n in enumerate(scale):
        x = x.unflatten(axis + 2, (-1, n)).movedim(axis + 3, 2).flatten(1, 2)
    return x


def unpooled(x: Tensor, scale: tuple[int, ...]) -> Tensor:
    """Lay zeros between."""
    y = x.new_zeros(*x.shape[:2], *(n * size for n, size in zip(scale, x.shape[2:], strict=True)))
    y[(..., *(slice(None, None, n) for n in scale))] = x
    return y


def upsample(op: Any, x: Tensor) -> Any:  # noqa: ANN401
    """Interpolate; PyTorch's nearest cell is found in floating point, and may be another."""
    told = op.output or tuple(n * size for n, size in zip(op.scale, x.shape[2:], strict=True))
    if op.mode == "bilinear":
        return nn.Upsample(told, mode=("linear", "bilinear", "trilinear")[len(told) - 1])

    def copy(x: Tensor) -> Tensor:
        for axis, outputs in enumerate(told, start=2):
            cells = torch.arange(outputs) * x.shape[axis] // outputs
            x = x.index_select(axis, cells.to(x.device))
        return x

    return copy


MAKE: dict[str, Callable[[Any, Tensor], Any]] = {
    **sequences.MAKE,
    "conv": conv,
    "linear": Dense,
    "subsample": Subsample,
    "rbf": Rbf,
    "maxpool": maxpool,
    "avgpool": avgpool,
    "globalavgpool": lambda _op, _x: lambda x: x.flatten(2).mean(2)[:, :, None, None],
    "batchnorm": batchnorm,
    "lrn": lambda op, _x: nn.LocalResponseNorm(
        op.size, float(op.alpha) * op.size, float(op.beta), float(op.k)
    ),
    "relu": lambda _op, _x: nn.ReLU(),
    **dict.fromkeys(
        ("layernorm", "groupnorm", "instancenorm", "rmsnorm", "l2norm", "affine"), Rescaled
    ),
    "relu6": lambda _op, _x: nn.ReLU6(),
    "leaky_relu": lambda op, _x: nn.LeakyReLU(float(op.slope)),
    "prelu": prelu,
    "elu": lambda op, _x: nn.ELU(float(op.alpha)),
    "selu": lambda _op, _x: nn.SELU(),
    "celu": lambda op, _x: nn.CELU(float(op.alpha)),
    "softsign": lambda _op, _x: nn.Softsign(),
    "log_sigmoid": lambda _op, _x: nn.LogSigmoid(),
    "exp": lambda _op, _x: torch.exp,
    "threshold": lambda op, _x: nn.Threshold(float(op.theta), float(op.value)),
    "gelu": gelu,
    "silu": lambda _op, _x: nn.SiLU(),
    "mish": lambda _op, _x: nn.Mish(),
    "softplus": lambda _op, _x: nn.Softplus(),
    "hard_sigmoid": lambda _op, _x: nn.Hardsigmoid(),
    "hard_swish": lambda _op, _x: nn.Hardswish(),
    "hard_tanh": lambda op, _x: nn.Hardtanh(float(op.low), float(op.high)),
    "glu": lambda _op, _x: nn.GLU(1),
    "tanh": lambda _op, _x: nn.Tanh(),
    "lecun_tanh": lambda _op, _x: lambda x: 1.7159 * torch.tanh(x * 2 / 3),
    "sigmoid": lambda _op, _x: nn.Sigmoid(),
    "softmax": softmax,
    "log_softmax": softmax,
    "flatten": lambda _op, _x: lambda x: x.flatten(1)[:, :, None, None],
    "identity": lambda _op, _x: nn.Identity(),
    "dropout": lambda op, _x: nn.Dropout(float(op.rate)),
    "pad_channels": pad_channels,
    "scale": lambda op, _x: lambda x: x * float(op.factor),
    "add": lambda _op, _x: lambda *xs: reduce(torch.add, raised(*xs)),
    "multiply": lambda _op, _x: lambda *xs: reduce(torch.mul, raised(*xs)),
    "subtract": lambda _op, _x: lambda *xs: reduce(torch.sub, raised(*xs)),
    "maximum": lambda _op, _x: lambda *xs: reduce(larger, raised(*xs)),
    "one_minus": lambda _op, _x: lambda x: 1 - x,
    "globalmaxpool": lambda _op, _x: (
        lambda x: functional.adaptive_max_pool1d(x.flatten(2), 1)[:, :, :, None]
    ),
    "upsample": upsample,
    "fold": lambda op, _x: lambda x: folded(x, AXES[op.axis]),
    "mean": lambda op, _x: (
        lambda x: (
            x.mean(AXES[op.axis], keepdim=True)
            if op.axis
            else x.flatten(2).mean(2)[:, :, None, None]
        )
    ),
    "pixel_shuffle": lambda op, _x: lambda x: woven(x, op.scale),
    "pixel_unshuffle": lambda op, _x: lambda x: unwoven(x, op.scale),
    "tokens": lambda _op, _x: lambda x: x.flatten(2),
    "permute": lambda op, _x: lambda x: x.permute(0, *(axis + 1 for axis in op.order)),
    "reshape": lambda op, _x: (
        lambda x: x.reshape(len(x), *op.output, *[1, 1] * (len(op.output) == 1))
    ),
    "unpool": lambda op, _x: lambda x: unpooled(x, op.scale),
    "deconv": deconv,
    "local": Local,
    "slice": lambda op, _x: (
        lambda x: x.narrow(AXES[op.axis], op.range[0], op.range[1] - op.range[0])
    ),
    "split": lambda op, _x: lambda x: x.tensor_split(op.parts[0], AXES[op.axis])[op.part - 1],
    "shuffle": lambda op, _x: nn.ChannelShuffle(op.groups),
    "crop": crop,
    "pad": lambda op, _x: lambda x: functional.pad(x, turned(op.cells)),
    "concat": lambda op, _x: lambda *xs: torch.cat(xs, AXES[op.axis]),
}
