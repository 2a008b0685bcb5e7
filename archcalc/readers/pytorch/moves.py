"""Calls that compute nothing: they move data, or make constants; and where features then stand."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archcalc.readers.pytorch.call import Value

MOVES = frozenset(
    """
    _reshape_alias _to_copy _unsafe_view alias alpha_dropout as_strided broadcast_to
    channel_shuffle chunk clone constant_pad_nd contiguous copy detach diagonal dropout expand
    expand_as feature_alpha_dropout feature_dropout fill flatten flip gather im2col index
    index_copy index_put index_select lift_fresh masked_fill masked_scatter masked_select
    movedim narrow native_channel_shuffle numpy_T pad permute pixel_shuffle pixel_unshuffle
    ravel reflection_pad1d reflection_pad2d reflection_pad3d repeat repeat_interleave
    replication_pad1d replication_pad2d replication_pad3d reshape reshape_as resolve_conj
    resolve_neg roll rot90 scatter select slice slice_scatter split split_with_sizes squeeze
    swapaxes swapdims t take take_along_dim tensor_split tile to transpose tril triu type_as
    unbind unflatten unfold unsafe_chunk unsafe_split unsqueeze upsample_nearest1d
    upsample_nearest2d upsample_nearest3d view view_as view_as_complex view_as_real where zero
    """.split()
)
CONSTANTS = frozenset(
    """
    arange empty empty_like empty_strided eye full full_like linspace meshgrid new_empty
    new_full new_ones new_zeros ones ones_like rand rand_like randint randn randn_like
    scalar_tensor zeros zeros_like
    """.split()
)
_ALIKE = frozenset(
    """
    _reshape_alias _to_copy _unsafe_view flatten ravel reshape reshape_as squeeze unflatten
    unsqueeze view view_as
    """.split()
)
"""What keeps the order of all elements."""


def follow(  # noqa: PLR0911 - one for each kind of move
    name: str, args: dict[str, Any], first: Value, shape: tuple[int, ...]
) -> int | None:
    """Say at which axis the features stand after a move, where that can be told."""
    axis, rank = first.features, len(first.shape)
    if axis is None:
        return None
    if name == "permute":
        dims = [d % rank for d in args["dims"]]
        return dims.index(axis)
    if name in {"transpose", "swapaxes", "swapdims"}:
        one, other = (d % rank for k, d in args.items() if k != "self")
        return int({one: other, other: one}.get(axis, axis))
    if name == "t" and rank == 2:
        return 1 - axis
    if name == "movedim":
        return None
    if name in {"select", "unbind"}:
        gone = args["dim"] % rank
        return None if gone == axis else axis - (gone < axis)
    if name in _ALIKE:
        return _same(first.shape, axis, shape)
    if name in {"expand", "broadcast_to", "expand_as", "repeat"}:
        return axis + len(shape) - rank
    return axis if len(shape) == rank else None


def _same(before: tuple[int, ...], axis: int, after: tuple[int, ...]) -> int | None:
    """Find the axis that has as many elements before it, and is as long.

    >>> _same((1, 768, 14, 14), 1, (1, 768, 196)), _same((1, 3, 4), 1, (1, 12)) is None
    (1, True)
    """
    ahead, size = prod(before[:axis]), before[axis]
    for position, length in enumerate(after):
        if length == size and prod(after[:position]) == ahead:
            return position
    return None
