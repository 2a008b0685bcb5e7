"""Calls by the names that they have once a program was taken apart → those that a module makes.

`ExportedProgram.run_decompositions` writes a convolution of any rank as `convolution`, a batch norm
as one that trains or one that does not: the same work, and the rules are those of the whole calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Args: TypeAlias = dict[str, Any]


class Spelled(NamedTuple):
    """The name of a call, and its arguments by name."""

    name: str
    args: Args


def spell(name: str, args: Args) -> Spelled:
    """Name a call as modules do.

    >>> spell("_adaptive_avg_pool2d", {"output_size": [1, 1]})
    Spelled(name='adaptive_avg_pool2d', args={'output_size': [1, 1]})
    """
    rule = _RULES.get(name)
    return rule(args) if rule else Spelled(name, args)


def _convolution(args: Args) -> Spelled:
    rank = len(args["weight"].shape) - 2
    kind = "conv_transpose" if args["transposed"] else "conv"
    return Spelled(f"{kind}{rank}d", args)


def _batch_norm(args: Args) -> Spelled:
    return Spelled("batch_norm", {"training": False, **args})


def _group_norm(args: Args) -> Spelled:
    return Spelled("group_norm", {**args, "num_groups": args["group"]})


def _named(name: str) -> Callable[[Args], Spelled]:
    return lambda args: Spelled(name, args)


_RULES: dict[str, Callable[[Args], Spelled]] = {
    "convolution": _convolution,
    "_convolution": _convolution,
    **dict.fromkeys(
        (
            "_native_batch_norm_legit_no_training",
            "_native_batch_norm_legit",
            "_native_batch_norm_legit_functional",
            "_batch_norm_with_update",
            "native_batch_norm",
            "cudnn_batch_norm",
        ),
        _batch_norm,
    ),
    "native_layer_norm": _named("layer_norm"),
    "_fused_rms_norm": _named("rms_norm"),
    "native_group_norm": _group_norm,
    "_adaptive_avg_pool2d": _named("adaptive_avg_pool2d"),
    "_adaptive_avg_pool3d": _named("adaptive_avg_pool3d"),
    "native_dropout": _named("dropout"),
    "_weight_norm": _named("_weight_norm_interface"),
    **dict.fromkeys(("_embedding_bag", "_embedding_bag_forward_only"), _named("embedding_bag")),
    "_unsafe_index": _named("index"),
    **dict.fromkeys(
        (
            "_scaled_dot_product_flash_attention_for_cpu",
            "_scaled_dot_product_flash_attention",
            "_scaled_dot_product_efficient_attention",
            "_scaled_dot_product_cudnn_attention",
            "_scaled_dot_product_fused_attention_overrideable",
            "_scaled_dot_product_attention_math",
            "_scaled_dot_product_attention_math_for_mps",
        ),
        _named("scaled_dot_product_attention"),
    ),
}
