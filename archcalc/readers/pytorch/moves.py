"""Calls that compute nothing: they move data, or make constants; and where features then stand."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archcalc.readers.pytorch.call import Call, Value

MOVES = frozenset(
    """
    _reshape_alias _to_copy _unsafe_view alias alpha_dropout as_strided broadcast_to chunk clone
    contiguous copy detach diagonal dropout expand expand_as feature_alpha_dropout
    feature_dropout fill flatten flip gather im2col index index_copy index_put index_select
    lift_fresh masked_fill masked_scatter masked_select movedim narrow numpy_T permute ravel
    reflection_pad1d reflection_pad2d reflection_pad3d repeat repeat_interleave
    replication_pad1d replication_pad2d replication_pad3d reshape reshape_as resolve_conj
    resolve_neg roll rot90 scatter select slice slice_scatter split split_with_sizes squeeze
    swapaxes swapdims t take take_along_dim tensor_split tile to transpose tril triu type_as
    unbind unflatten unfold unsafe_chunk unsafe_split unsqueeze view view_as view_as_complex
    view_as_real where zero
    """.split()
)
RESIZING = frozenset(
    """
    channel_shuffle constant_pad_nd native_channel_shuffle pad pixel_shuffle pixel_unshuffle
    upsample_nearest1d upsample_nearest2d upsample_nearest3d
    """.split()
)
"""What has an op of ours, and computes nothing."""
_SHIFTING = frozenset(
    """
    as_strided diagonal flip gather im2col index index_copy index_put index_select masked_scatter
    masked_select narrow reflection_pad1d reflection_pad2d reflection_pad3d repeat
    repeat_interleave replication_pad1d replication_pad2d replication_pad3d roll rot90 scatter
    slice_scatter take take_along_dim tile tril triu unfold
    """.split()
)
"""What puts places elsewhere, or other things at them."""
CONSTANTS = frozenset(
    """
    arange empty empty_like empty_strided eye full full_like linspace meshgrid new_empty
    new_full new_ones new_zeros ones ones_like rand rand_like randint randn randn_like
    scalar_tensor zeros zeros_like
    """.split()
)
VIEWS = frozenset(
    """
    alias as_strided chunk detach diagonal expand expand_as flatten hsplit movedim narrow numpy_T
    permute reshape reshape_as select slice split split_with_sizes squeeze swapaxes swapdims t
    tensor_split transpose unbind unflatten unfold unsqueeze view view_as view_as_complex
    view_as_real vsplit
    """.split()
)
"""What gives the same numbers in another way: who writes into one writes into the other."""
_ALIKE = frozenset(
    """
    _reshape_alias _to_copy _unsafe_view flatten ravel reshape reshape_as squeeze unflatten
    unsqueeze view view_as
    """.split()
)
"""What keeps the order of all elements."""


def is_move(call: Call, sizes: list[int]) -> bool:
    """Tell whether a call only moves what it reads, `sizes` being those of what it gives.

    So does a look-up of what is not from the input, or what would resize and leaves all as it is.
    """
    name, args, read = call.name, call.args, call.tensors()
    if name == "embedding":
        return not (args["indices"].held or args["indices"].sources)
    if name in {"cat", "concat", "concatenate"}:
        return len(read) == 1
    still = not any(value.held for value in read) or sizes == [read[0].size]
    return name in MOVES or (name in RESIZING and still and "shuffle" not in name)


def keeps_places(name: str) -> bool:
    """Tell whether each place is still where it was after a move, unless the extents say not."""
    return name not in _SHIFTING


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
