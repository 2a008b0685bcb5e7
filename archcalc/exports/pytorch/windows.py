"""Windows in PyTorch: convolutions, pools, and what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.exports.pytorch.form import Form, number, refused
from archcalc.exports.pytorch.writing import Call, Chain, Number, Option

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from archcalc.exports.pytorch.layout import Layout
    from archcalc.exports.pytorch.writing import Made
    from archcalc.ops.shape import Shape


def _of_rank(name: str, x: Shape, op: Any) -> str:
    """Name the class for as many dimensions as the window has."""
    if len(op.kernel) != x.rank:
        raise refused(f"PyTorch has no window of {len(op.kernel)} dimensions on maps of {x.rank}")
    return f"nn.{name}{x.rank}d"


def _cells(op: Any, x: Shape) -> list[tuple[int, int]]:
    """Settle the padding at both ends of each extent, and what an overhanging window reads."""
    return [
        (
            span.before,
            max(span.after, span.read - span.size - span.before) if span.ceil else span.after,
        )
        for span in op.window(x)
    ]


def _padded(cells: Sequence[tuple[int, int]], module: Call, value: str = "") -> Made:
    """Put a padding before a module that cannot say it."""
    around = Number("around", tuple(n for pair in reversed(cells) for n in pair))
    name = f"nn.{'Constant' if value else 'Zero'}Pad{len(cells)}d"
    pad = Call(name, (around, value) if value else (around,))
    return Chain((pad, module))


def conv(op: Any, xs: Any, y: Shape, _lies: Layout) -> Form:
    """Write a convolution, with a padding before it that it cannot say itself."""
    (x,) = xs
    name, cells = _of_rank("Conv", x, op), _cells(op, x)
    even = all(before == after for before, after in cells)
    options = (
        number("kernel", op.kernel),
        Option("stride", number("stride", op.stride), 1),
        Option("padding", number("padding", [before if even else 0 for before, _ in cells]), 0),
        Option("dilation", number("dilation", op.dilation), 1),
    )
    bias = Option("bias", op.bias is True, True)
    if op.table is None:
        sizes = (Number("inputs", x.channels), Number("filters", op.filters))
        module = Call(
            name, (*sizes, *options, Option("groups", Number("groups", op.groups), 1), bias)
        )
    elif x.rank == 2:
        module = Call("TableConv2d", (list(map(list, op.table)), *options, bias))
    else:
        raise refused("tables are written for maps of two dimensions")
    made = module if even else _padded(cells, module)
    if op.bias == "untied":
        made = Chain(
            (*(made.modules if isinstance(made, Chain) else (made,)), Call("UnitBias", tuple(y)))
        )
    return Form(made, "maps", "maps")


def deconv(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write a transposed convolution."""
    (x,) = xs
    before, after = op.padding[::2], op.padding[1::2]
    if before != after:
        raise refused("PyTorch takes as much away at both ends")
    arguments = (
        Number("inputs", x.channels),
        Number("filters", op.filters),
        number("kernel", op.kernel),
        Option("stride", number("stride", op.stride), 1),
        Option("padding", number("padding", before), 0),
        Option("output_padding", number("output_padding", op.output_padding), 0),
        Option("groups", Number("groups", op.groups), 1),
        Option("bias", op.bias, True),
        Option("dilation", number("dilation", op.dilation), 1),
    )
    return Form(Call(_of_rank("ConvTranspose", x, op), arguments), "maps", "maps")


def pool(kind: str) -> Callable[..., Form]:
    """Write a pool; where windows overhang otherwise than in PyTorch, the map is padded before."""

    def made(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
        (x,) = xs
        if getattr(op, "output", None) is not None:
            return Form(
                Call(f"nn.AdaptiveAvgPool{x.rank}d", (number("output", op.output),)), "maps", "maps"
            )
        name, spans = _of_rank(f"{kind}Pool", x, op), op.window(x)
        stride = op.stride or op.kernel
        own = all(s.before == s.after and 2 * s.before <= s.kernel for s in spans)
        arguments: tuple[Any, ...] = (
            number("kernel", op.kernel),
            Option("stride", number("stride", stride), number("stride", op.kernel).value),
        )
        if own:
            before = number("padding", [s.before for s in spans])
            arguments = (
                *arguments,
                Option("padding", before, 0),
                Option("ceil_mode", op.ceil, False),
            )
            if kind == "Avg" and any(s.before for s in spans):
                arguments = (*arguments, Option("count_include_pad", op.count_padding, True))
            return Form(Call(name, arguments), "maps", "maps")
        if kind == "Avg":
            raise refused("PyTorch's averages have as much padding at both ends")
        return Form(_padded(_cells(op, x), Call(name, arguments), "-torch.inf"), "maps", "maps")

    return made


def local(op: Any, xs: Any, y: Shape, _lies: Layout) -> Form:
    """Write a convolution whose kernels are not shared."""
    (x,) = xs
    cells = _cells(op, x)
    if x.rank != 2 or any(before != after for before, after in cells):
        raise refused("kernels that are not shared are written for maps of two dimensions")
    arguments = (
        Number("inputs", x.channels),
        Number("filters", op.filters),
        number("kernel", op.kernel),
        tuple(y.extents),
        Option("stride", number("stride", op.stride), 1),
        Option("padding", number("padding", [before for before, _ in cells]), 0),
        Option("bias", op.bias, True),
    )
    return Form(Call("Local2d", arguments), "maps", "maps")


def subsample(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write trained subsampling."""
    (x,) = xs
    if x.rank != 2:
        raise refused("subsampling is written for maps of two dimensions")
    stride = Option("stride", number("stride", op.stride or op.kernel), number("", op.kernel).value)
    return Form(
        Call("Subsample", (Number("inputs", x.channels), number("kernel", op.kernel), stride)),
        "maps",
        "maps",
    )


def over_all(name: str) -> Callable[..., Form]:
    """Write a pool over all places."""

    def made(_op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
        if xs[0].rank > 3:
            raise refused("PyTorch pools maps of three dimensions at most")
        return Form(Call(f"nn.{name}{xs[0].rank}d", (1,)), "maps", "maps")

    return made
