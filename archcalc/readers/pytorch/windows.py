"""What windows count by PyTorch's own calls: pools, of sizes that differ, laid back over a map."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from archcalc.readers.pytorch.step import sizes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.pytorch.call import Call
    from archcalc.readers.pytorch.elementwise import Figures


def pooled(kind: str) -> Callable[[Call], Figures]:
    """Join all cells of a window; a sum is divided by their number."""

    def rule(call: Call) -> Figures:
        n, taps = call.outputs[0].size, prod(call.args["kernel_size"])
        return {kind: n * (taps - 1)} | ({"div": n} if kind == "add" else {})

    return rule


def largest_of_parts(call: Call) -> Figures:
    """Take the largest of each part of a map that is cut into so many, which may overlap.

    The i-th of m parts of n cells begins with cell ⌊i·n/m⌋ and ends before ⌈(i + 1)·n/m⌉.
    """
    y, rank = call.outputs[0], len(call.args["output_size"])
    sides = zip(call.tensors()[0].shape[-rank:], y.shape[-rank:], strict=True)
    taps = prod(sum(-(-(i + 1) * n // m) - i * n // m for i in range(m)) for n, m in sides)
    return {"cmp": prod(y.shape[:-rank]) * taps - y.size}


def laid_back(call: Call) -> Figures:
    """Add up what windows hold of each cell of a map; what stands on padding is dropped."""
    names = ("output_size", "kernel_size", "dilation", "padding", "stride")
    sides = list(zip(*(sizes_of(call.args[name], 2) for name in names), strict=True))
    cells = [_cells(*side) for side in sides]
    maps = prod(call.outputs[0].shape[:-2])
    return {"add": maps * (prod(map(len, cells)) - prod(len(set(side)) for side in cells))}


def added_at(call: Call) -> Figures:
    """Add each element of what is given to the one at its place."""
    given = call.args["source" if call.name == "index_add" else "src"]
    scaled = {"mul": given.size} if call.args.get("alpha", 1) != 1 else {}
    return {"add": given.size} | scaled


def _cells(size: int, kernel: int, dilation: int, padding: int, stride: int) -> list[int]:
    """List the cells of one extent that the taps of all windows stand on."""
    steps = (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    found = (n * stride - padding + k * dilation for n in range(steps) for k in range(kernel))
    return [cell for cell in found if 0 <= cell < size]
