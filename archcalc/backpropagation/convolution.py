"""The way back through a convolution is a convolution, and a convolution is a sparse matrix."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from archcalc.backpropagation.step import Numbers, Step
from archcalc.kernels import conv
from archcalc.kernels.unroll import unroll
from archcalc.ops.op import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.model.layer import Array
    from archcalc.ops.conv import Conv
    from archcalc.ops.span import Span

WIDEST = 36
"""Columns of a matrix that a page can hold."""


def backward_as_convolution(op: Conv, x: Array, kernel: Array, dz: Array) -> list[Step]:
    """Show the residual at the input as a full convolution, before padding is cut away.

    With zeros between its cells where the stride leaves out, and around them, the residual is
    correlated with each kernel turned by 180°. Groups and tables do the same map by map; here
    is the plain case alone.
    """
    if op.groups != 1 or op.table is not None:
        return []
    spans = op.window(Shape(*x.shape[1:]))
    spread = _spread(dz, spans)
    places = tuple(range(2, kernel.ndim))
    turned = np.flip(_dilated(kernel, spans), places)
    full, _ = conv.forward(spread, kernel=turned.swapaxes(0, 1))
    found = [
        Step("the residual with zeros", _zeros_said(spans), (Numbers("δ, spread", spread[0]),)),
        Step("the kernel turned by 180°", "", (Numbers("kernel, turned", turned),)),
    ]
    said = "δ, spread ⋆ kernel, turned"
    if any(span.before or span.after for span in spans):
        said += "; what falls on the padding is thrown away"
    return [*found, Step("the full convolution", said, (Numbers("full", full[0]),))]


def _zeros_said(spans: tuple[Span, ...]) -> str:
    around = "x".join(str(span.reach) for span in spans)
    strides = "x".join(str(span.stride - 1) for span in spans)
    between = f", {strides} between" if any(span.stride > 1 for span in spans) else ""
    return f"kernel - 1 zeros around: {around}{between}"


def _spread(dz: Array, spans: tuple[Span, ...]) -> Array:
    """Put stride - 1 zeros between the cells, and around them as many as a window overlaps."""
    sizes = [(n - 1) * span.stride + 1 for n, span in zip(dz.shape[2:], spans, strict=True)]
    spread = np.zeros(
        (*dz.shape[:2], *(n + 2 * s.reach for n, s in zip(sizes, spans, strict=True)))
    )
    cells = (slice(s.reach, s.reach + n, s.stride) for n, s in zip(sizes, spans, strict=True))
    spread[(slice(None), slice(None), *cells)] = dz
    return spread


def _dilated(kernel: Array, spans: tuple[Span, ...]) -> Array:
    """Put the zeros of a dilated kernel where they are."""
    wide = np.zeros((*kernel.shape[:2], *(span.extent for span in spans)))
    wide[(slice(None), slice(None), *(slice(None, None, span.dilation) for span in spans))] = kernel
    return wide


def as_matrix(op: Conv, x: Array, weights: Mapping[str, Array]) -> list[Step]:
    """Show the convolution as the fully connected layer that it is, where a page can hold it."""
    if prod(x.shape[1:]) > WIDEST:
        return []
    entries = unroll(x.shape[1:], **vars(op))
    matrix = np.zeros(entries.shape)
    matrix[entries.row, entries.column] = weights["kernel"].ravel()[entries.weight]
    rule = "z = W·x + b with x as one column: a row for each unit, 0 where it sees nothing"
    return [Step("the same as a fully connected layer", rule, (Numbers("W", matrix),))]
