"""Calls on whole numbers as what they are on others: the layers that they are, and roundings.

PyTorch has no shapes for most calls on quantised tensors without data. Plain ones stand for them
here, and for each call the one that does the same on these. What rounds by itself is a call that
counts; within another, as in what a convolution puts out, it is folded, as ONNX has it too. Whoever
finds the range of what comes in as it comes, as dynamic layers do, rounds it in a call of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from archcalc.readers.pytorch.packed import Layer

    Plain: TypeAlias = Callable[..., Tensor]


class Seeming(TorchFunctionMode):
    """Tells those who ask whether a tensor is quantised what the one that it stands for is."""

    def __init__(self, is_rounded: Callable[[Tensor], bool]) -> None:
        super().__init__()
        self._is_rounded = is_rounded

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do what is asked."""
        if func == _IS_QUANTIZED:
            return self._is_rounded(args[0])
        return func(*args, **(kwargs or {}))


_IS_QUANTIZED = torch.Tensor.is_quantized.__get__


def _conv(rank: int) -> Plain:
    convolve = getattr(torch, f"conv{rank}d")

    def plain(x: Tensor, layer: Layer, *_: Any) -> Tensor:
        stride, padding, dilation = _steps(layer, rank, "stride", "padding", "dilation")
        weight, groups = _kernel(layer, rank), layer.window["groups"]
        made: Tensor = convolve(x, weight, layer.bias, stride, padding, dilation, groups)
        return made

    return plain


def _deconv(rank: int) -> Plain:
    convolve = getattr(torch, f"conv_transpose{rank}d")

    def plain(x: Tensor, layer: Layer, *_: Any) -> Tensor:
        stride, padding, more, dilation = _steps(
            layer, rank, "stride", "padding", "output_padding", "dilation"
        )
        weight, groups = _kernel(layer, rank), layer.window["groups"]
        made: Tensor = convolve(x, weight, layer.bias, stride, padding, more, groups, dilation)
        return made

    return plain


def _steps(layer: Layer, rank: int, *words: str) -> list[list[int]]:
    """Read what goes along each extent; one of a signal is packed as that of a map."""
    return [layer.window[word][-rank:] for word in words]


def _kernel(layer: Layer, rank: int) -> Tensor:
    return layer.weight.squeeze(2) if layer.weight.dim() > rank + 2 else layer.weight


def _linear(x: Tensor, layer: Layer, *_: Any) -> Tensor:
    return functional.linear(x, layer.weight, layer.bias)


def _linear_leaky(x: Tensor, layer: Layer, _scale: float, _zero: int, slope: float) -> Tensor:
    return functional.leaky_relu(_linear(x, layer), slope)


def _conv_and_add(x: Tensor, other: Tensor, layer: Layer, *_: Any) -> Tensor:
    return torch.add(_conv(2)(x, layer), other)


def _embedding(layer: Layer, words: Tensor, *_: Any) -> Tensor:
    return functional.embedding(words, layer.weight)


def _bag(  # noqa: PLR0913, PLR0917 - PyTorch's own
    layer: Layer,
    words: Tensor,
    offsets: Tensor | None = None,
    _by_frequency: bool = False,  # noqa: FBT001, FBT002
    mode: int = 0,
    _pruned: bool = False,  # noqa: FBT001, FBT002
    each: Tensor | None = None,
    _indices: Tensor | None = None,
    last: bool = False,  # noqa: FBT001, FBT002
) -> Tensor:
    return functional.embedding_bag(
        words,
        layer.weight,
        offsets,
        mode=("sum", "mean", "max")[mode],
        per_sample_weights=each,
        include_last_offset=last,
    )


def _batch_norm(  # noqa: PLR0913, PLR0917 - PyTorch's own
    x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor, eps: float, *_: Any
) -> Tensor:
    return functional.batch_norm(x, mean, variance, gamma, beta, eps=eps)


def _group_norm(x: Tensor, groups: int, gamma: Tensor, beta: Tensor, eps: float, *_: Any) -> Tensor:
    return functional.group_norm(x, groups, gamma, beta, eps)


def _layer_norm(
    x: Tensor, over: list[int], gamma: Tensor, beta: Tensor, eps: float, *_: Any
) -> Tensor:
    return functional.layer_norm(x, over, gamma, beta, eps)


def _instance_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float, *_: Any) -> Tensor:
    return functional.instance_norm(x, weight=gamma, bias=beta, eps=eps)


def _exponential(function: Plain) -> Plain:
    """Take alpha from behind the rounding of the output."""

    def plain(x: Tensor, _scale: float, _zero: int, alpha: float = 1, *_: Any) -> Tensor:
        return function(x, alpha)

    return plain


def _first(function: Plain, many: int = 1) -> Plain:
    """Call a function with what a call begins with, and not with how its output is rounded."""

    def plain(*given: Any) -> Tensor:
        return function(*given[:many])

    return plain


def _then(first: Plain, after: Plain) -> Plain:
    def plain(*given: Any) -> Tensor:
        return after(first(*given))

    return plain


def _rounded(first: Plain) -> Plain:
    """Round what comes in as its range is met, ahead of a layer."""

    def plain(x: Tensor, *given: Any) -> Tensor:
        return first(torch.quantize_per_tensor_dynamic(x, torch.quint8, False), *given)  # noqa: FBT003

    return plain


_LAYERS: dict[str, Plain] = {
    **{f"conv{rank}d": _conv(rank) for rank in (1, 2, 3)},
    **{f"conv_transpose{rank}d": _deconv(rank) for rank in (1, 2, 3)},
    "linear": _linear,
}
_SUMS: dict[str, Plain] = {
    **dict.fromkeys(("add", "add_scalar"), _first(torch.add, 2)),
    **dict.fromkeys(("mul", "mul_scalar"), _first(torch.mul, 2)),
    "cat": _first(torch.cat, 2),
    "conv2d_add": _conv_and_add,
    **dict.fromkeys([f"batch_norm{rank}" for rank in ("", "1d", "2d", "3d")], _batch_norm),
}
_CALLS: dict[str, Plain] = {
    **_LAYERS,
    **_SUMS,
    **{f"{word}_relu": _then(call, torch.relu) for word, call in (_LAYERS | _SUMS).items()},
    **{f"{word}_dynamic": _rounded(call) for word, call in _LAYERS.items()},
    "linear_relu_dynamic": _rounded(_then(_linear, torch.relu)),
    "linear_dynamic_fp16": _linear,
    "linear_relu_dynamic_fp16": _then(_linear, torch.relu),
    "linear_leaky_relu": _linear_leaky,
    "linear_tanh": _then(_linear, torch.tanh),
    "matmul": _first(torch.matmul, 2),
    "relu6": _first(functional.relu6),
    "hardswish": _first(functional.hardswish),
    "leaky_relu": _first(functional.leaky_relu, 2),
    "elu": _exponential(functional.elu),
    "celu": _exponential(functional.celu),
    "sigmoid": _first(torch.sigmoid),
    "softmax": _first(torch.softmax, 2),
    "prelu": _first(torch.prelu, 2),
    "clamp": _first(torch.clamp, 3),
    "max_pool1d": _first(torch.max_pool1d, 6),
    "max_pool2d": _first(torch.max_pool2d, 6),
    **dict.fromkeys(("embedding_byte", "embedding_4bit"), _embedding),
    **dict.fromkeys(("embedding_bag_byte", "embedding_bag_4bit"), _bag),
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
    "instance_norm": _instance_norm,
}
PLAIN = {f"quantized::{word}": call for word, call in _CALLS.items()}
"""What does the same on plain numbers, by the name of a call."""
