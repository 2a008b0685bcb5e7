"""What moves data and joins outputs, as expressions of PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.exports.pytorch.form import Form, number, refused
from archcalc.exports.pytorch.layout import dimension
from archcalc.exports.pytorch.writing import Call, Number, Option
from archcalc.ops.shape import place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.exports.pytorch.layout import Layout
    from archcalc.ops.shape import Shape


def as_maps(text: Callable[[Any, Shape, Shape], str]) -> Callable[..., Form]:
    """Write an expression on maps."""

    def made(op: Any, xs: Any, y: Shape, _lies: Layout) -> Form:
        return Form(None, "maps", "maps", text(op, xs[0], y))

    return made


def reshaped(_op: Any, x: Shape, y: Shape) -> str:
    """Write what lies otherwise; of one row of places, whatever their number."""
    if y.rank == 1 and y.channels > 1 and not x.channels % y.channels:
        return f"{{0}}.unflatten(1, ({y.channels}, -1)).flatten(2)"
    return f"{{0}}.reshape(-1, {', '.join(map(str, y))})"


def cut(op: Any, xs: Any, y: Shape, lies: Layout) -> Form:
    """Write a slice or a part of a split; one place alone leaves a row of features."""
    (x,) = xs
    lies = lies if lies in {"flat", "rows"} else "maps"
    size = x[place_of(op.axis, x)]
    start, stop = op.stretch(size)
    dim = dimension(op.axis, x, lies)
    if op.name == "split" and len(op.parts) == 1:
        return Form(None, lies, lies, f"{{0}}.chunk({op.parts[0]}, dim={dim})[{op.part - 1}]")
    said = f"{start or ''}:{stop if stop < size else ''}"
    if lies == "rows" and x.rank == 1 and op.axis != "channels" and stop - start == 1:
        return Form(None, lies, "flat", f"{{0}}[:, {start}]")
    if (start, stop) == (0, size):
        return Form(None, lies, lies, "{0}")
    del y
    return Form(
        None, lies, lies, f"{{0}}[..., {said}]" if dim == -1 else f"{{0}}[{':, ' * dim}{said}]"
    )


def shuffle(op: Any, _xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write a shuffle of groups."""
    return Form(Call("nn.ChannelShuffle", (Number("groups", op.groups),)), "maps", "maps")


def pixels(name: str) -> Callable[..., Form]:
    """Write a shuffle of pixels, or its inverse."""

    def made(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
        if len(set(op.scale)) != 1 or xs[0].rank != 2:
            raise refused("PyTorch shuffles pixels of two dimensions alike")
        return Form(Call(f"nn.{name}", (op.scale[0],)), "maps", "maps")

    return made


def upsample(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write an enlarged map."""
    (x,) = xs
    mode = ("linear", "bilinear", "trilinear")[x.rank - 1] if op.mode == "bilinear" else "nearest"
    size = Option("size", op.output, None)
    scale = Option("scale_factor", op.scale and number("scale", op.scale), None)
    return Form(
        Call("nn.Upsample", (size, scale, Option("mode", f'"{mode}"', '"nearest"'))), "maps", "maps"
    )


def pad(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write cells of zeros around a map."""
    around = tuple(n for i in range(len(op.cells) - 2, -1, -2) for n in op.cells[i : i + 2])
    if len(op.cells) != 2 * xs[0].rank:
        raise refused("a padding of some extents alone is not written")
    return Form(Call(f"nn.ZeroPad{xs[0].rank}d", (around,)), "maps", "maps")


def pad_channels(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write maps of zeros behind those that there are."""
    (x,) = xs
    if set(op.stride) == {1}:
        ends = ", ".join(["0"] * (2 * x.rank + 1))
        return Form(None, "maps", "maps", f"F.pad({{0}}, ({ends}, {op.filters - x.channels}))")
    if x.rank != 2 or len(set(op.stride)) != 1:
        raise refused("maps of zeros are written for two dimensions with one stride, or without")
    stride = Option("stride", number("stride", op.stride), 1)
    return Form(
        Call("PadChannels", (Number("missing", op.filters - x.channels), stride)), "maps", "maps"
    )


def crop(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write a part of a map, told or as large as another."""
    if len(xs) == 2:
        return Form(None, "maps", "maps", "crop({0}, {1})")
    cells = op.cells
    if op.output is not None:
        missing = [n - size for n, size in zip(xs[0].extents, op.output, strict=True)]
        cells = tuple(n for over in missing for n in (over // 2, over - over // 2))
    pairs = zip(cells[::2], cells[1::2], strict=True)
    cut = ", ".join(f"{before or ''}:{-after if after else ''}" for before, after in pairs)
    return Form(None, "maps", "maps", f"{{0}}[..., {cut}]")


def unpool(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Write zeros between the cells of a map."""
    if xs[0].rank != 2:
        raise refused("zeros between cells are written for maps of two dimensions")
    return Form(Call("Unpool", (number("scale", op.scale),)), "maps", "maps")


def tokens(_op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Lay places in a row."""
    if xs[0].rank == 1:
        return Form(None, lies, lies, "{0}")
    return Form(None, "maps", "rows", "{0}.flatten(2).transpose(1, 2)")


def mean(op: Any, xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write a mean over places, or along an axis."""
    (x,) = xs
    lies = lies if lies == "rows" else "maps"
    if op.axis is None:
        first = 1 if lies == "rows" else 2
        dims = tuple(range(first, first + x.rank))
        return Form(None, lies, "flat", f"{{0}}.mean({dims[0] if len(dims) == 1 else dims})")
    return Form(None, lies, lies, f"{{0}}.mean({dimension(op.axis, x, lies)}, keepdim=True)")


def scale(op: Any, _xs: Any, _y: Shape, lies: Layout) -> Form:
    """Write a fixed factor."""
    return Form(None, lies, lies, f"{float(op.factor):g} * {{0}}")


def heads(op: Any, xs: Any, _y: Shape, _lies: Layout) -> Form:
    """Refuse attention that has no layers of its own."""
    del xs
    raise refused(f"`{op.name}` by itself is not written: `attention` is")
