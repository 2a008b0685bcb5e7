"""Calls of PyTorch that enlarge, pad, cut or weave maps → ops of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.readers.pytorch.layout import features_of
from archcalc.readers.pytorch.step import Step, Stored, make_op, step_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.pytorch.call import Call


def _upsample(mode: str) -> Callable[[Call, Stored], Step | None]:
    """Make the rule of an interpolation whose centres are aligned."""

    def rule(call: Call, _: Stored) -> Step | None:
        x = call.tensors()[0]
        if call.args.get("align_corners"):
            return None
        rank = len(x.shape) - 2
        before, after = x.shape[2:], call.outputs[0].shape[2:]
        whole = all(n >= size and n % size == 0 for size, n in zip(before, after, strict=True))
        times = tuple([n // size for size, n in zip(before, after, strict=True)])
        fields: dict[str, Any] = {"scale": times} if whole else {"output": after}
        return step_of(
            make_op("upsample", mode=mode, **fields), call, x, axis=len(x.shape) - rank - 1
        )

    return rule


def _woven(word: str, key: str) -> Callable[[Call, Stored], Step | None]:
    """Make the rule of blocks of cells that become maps, or the other way round."""

    def rule(call: Call, _: Stored) -> Step | None:
        x, scale = call.args["self"], call.args[key]
        return step_of(make_op(word, scale=(scale, scale)), call, x, axis=len(x.shape) - 3)

    return rule


def _shuffle(call: Call, _: Stored) -> Step | None:
    return step_of(make_op("shuffle", groups=call.args["groups"]), call, call.args["self"], axis=1)


def _pad(call: Call, _: Stored) -> Step | None:
    """Read zeros put beside each extent, or cells taken away."""
    x, given = call.args["self"], call.args["pad"]
    zeros = call.args.get("mode", "constant") == "constant" and not call.args.get("value")
    axis, rank = features_of(x), len(x.shape)
    ends = {rank - 1 - n // 2: (given[n], given[n + 1]) for n in range(0, len(given), 2)}
    if not zeros or any(ends.get(dim, (0, 0)) != (0, 0) for dim in (0, axis)):
        return None
    pairs = [ends.get(dim, (0, 0)) for dim in range(1, rank) if dim != axis]
    cells = tuple([n for pair in pairs for n in pair])
    if len(pairs) > 3 or (min(cells) < 0 < max(cells)):
        return None
    word = "pad" if max(cells) > 0 else "crop"
    return step_of(make_op(word, cells=tuple(map(abs, cells))), call, x, axis=axis)


RESIZED: dict[str, Callable[[Call, Stored], Step | None]] = {
    **dict.fromkeys([f"upsample_nearest{n}d" for n in (1, 2, 3)], _upsample("nearest")),
    **dict.fromkeys(
        ("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d"),
        _upsample("bilinear"),
    ),
    "pixel_shuffle": _woven("pixel_shuffle", "upscale_factor"),
    "pixel_unshuffle": _woven("pixel_unshuffle", "downscale_factor"),
    **dict.fromkeys(("channel_shuffle", "native_channel_shuffle"), _shuffle),
    **dict.fromkeys(("pad", "constant_pad_nd"), _pad),
}
"""By the name of a call."""
