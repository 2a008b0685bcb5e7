"""What calls put out on the meta device, without PyTorch's way there, which is most of a pass.

PyTorch works out the sizes of a normalisation or a sum in Python, by hundreds of steps. Here are
only the plain cases, of contiguous tensors of one kind, sizes that fit and no surprises; of any
other a shortcut says None, and PyTorch runs, and complains where there is reason to.

Each has the arguments of PyTorch's own function of its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PLAIN = {Tensor, Parameter}
"""The classes of tensors that only are what they seem."""


def _is_plain(x: Tensor, kind: torch.dtype) -> bool:
    return type(x) in PLAIN and x.is_meta and x.dtype is kind and x.is_contiguous()


def _are_alike(*given: Tensor | None) -> bool:
    """Tell whether tensors are plain, and of one kind of numbers; None is none."""
    tensors = [x for x in given if x is not None]
    kind = tensors[0].dtype
    return kind.is_floating_point and all(_is_plain(x, kind) for x in tensors)


def _is_in_order(x: Tensor) -> bool:
    """Tell whether axes of one element have their usual step too: what comes out takes it over."""
    step = 1
    for size, own in zip(x.shape[::-1], x.stride()[::-1], strict=True):
        if own != step:
            return False
        step *= size
    return True


def _made(x: Tensor, sizes: Sequence[int]) -> Tensor | None:
    return torch.empty(sizes, dtype=x.dtype, device="meta") if _is_in_order(x) else None


def _like(x: Tensor) -> Tensor | None:
    """Make another one, quicker by far than `empty_like`, which is made of steps itself."""
    return _made(x, x.shape)


def _alike(self: Tensor, *_: object, **__: object) -> Tensor | None:
    """Give a tensor like the one that is read, which each element is made of."""
    return _like(self) if _are_alike(self) else None


def _same(self: Tensor, *_: object, **__: object) -> Tensor | None:
    """Give the tensor that is read, and written."""
    return self if _are_alike(self) else None


def _softmax(self: Tensor, _dim: int, dtype: object = None) -> Tensor | None:
    return None if dtype is not None else _alike(self)


def _joined(self: Tensor, other: Tensor, **_: object) -> Tensor | None:
    """Join two tensors, one of which may be spread over the other."""
    if not isinstance(other, Tensor) or not _are_alike(self, other):
        return None
    if _spreads(other, self):
        return _like(self) if _is_in_order(other) else None
    return _like(other) if _spreads(self, other) and _is_in_order(self) else None


def _joined_in_place(self: Tensor, other: Tensor, **_: object) -> Tensor | None:
    fits = isinstance(other, Tensor) and _are_alike(self, other) and other.shape == self.shape
    return self if fits else None


def _spreads(small: Tensor, large: Tensor) -> bool:
    sizes = zip(small.shape, large.shape, strict=False)
    return small.dim() == large.dim() and all(n in {1, size} for n, size in sizes)


def _batchnorm(  # noqa: PLR0913, PLR0917 - PyTorch's own
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor | None,
    variance: Tensor | None,
    training: bool,  # noqa: FBT001
    *_: object,
) -> Tensor | None:
    if training or mean is None or variance is None or x.dim() < 2:
        return None
    stored = [one for one in (weight, bias, mean, variance) if one is not None]
    fits = all(one.shape == x.shape[1:2] for one in stored)
    return _like(x) if fits and _are_alike(x, *stored) else None


def _layernorm(
    x: Tensor,
    over: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *_: Any,
) -> Tensor | None:
    sizes = x.shape[x.dim() - len(over) :]
    fits = [*sizes] == [*over] and all(one is None or one.shape == sizes for one in (weight, bias))
    return _like(x) if fits and _are_alike(x, weight, bias) else None


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor | None:
    if not _are_alike(x, weight, bias) or x.dim() < 2 or weight.dim() != 2:
        return None
    units, features = weight.shape
    if x.shape[-1] != features or (bias is not None and bias.shape != (units,)):
        return None
    return _made(x, (*x.shape[:-1], units))


def _conv(  # noqa: PLR0913, PLR0917 - PyTorch's own
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sequence[int] = (1,),
    padding: Sequence[int] = (0,),
    dilation: Sequence[int] = (1,),
    groups: int = 1,
) -> Tensor | None:
    rank = weight.dim() - 2
    if x.dim() != rank + 2 or not _are_alike(x, weight, bias):
        return None
    filters, channels, *kernel = weight.shape
    if groups < 1 or x.shape[1] != channels * groups or filters % groups:
        return None
    if bias is not None and bias.shape != (filters,):
        return None
    extents = _places(x.shape[2:], kernel, stride, padding, dilation)
    return _made(x, (x.shape[0], filters, *extents)) if extents else None


def _maxpool(  # noqa: PLR0913, PLR0917 - PyTorch's own
    x: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    padding: Sequence[int] = (0,),
    dilation: Sequence[int] = (1,),
    ceil: bool = False,  # noqa: FBT001, FBT002
) -> Tensor | None:
    if ceil or x.dim() != 4 or len(kernel) != 2 or not _are_alike(x):
        return None
    if any(2 * cells > size for cells, size in zip([*padding] * 2, kernel, strict=False)):
        return None
    extents = _places(x.shape[2:], kernel, stride or kernel, padding, dilation)
    return _made(x, (*x.shape[:2], *extents)) if extents else None


def _places(
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> list[int] | None:
    """Count the places of a window along each extent; None where there is none."""
    steps, cells, apart = ([*n] * (len(sizes) // len(n)) for n in (stride, padding, dilation))
    if min(*steps, *apart, *kernel) < 1 or min(cells) < 0:
        return None
    room = [
        size + 2 * pad - wide * (taps - 1) - 1
        for size, taps, pad, wide in zip(sizes, kernel, cells, apart, strict=True)
    ]
    if min(room) < 0:
        return None
    return [left // step + 1 for left, step in zip(room, steps, strict=True)]


def _adaptive(x: Tensor, output: Sequence[int]) -> Tensor | None:
    if x.dim() != 4 or len(output) != 2 or not _are_alike(x) or min(x.shape) < 1:
        return None
    return _made(x, (*x.shape[:2], *output)) if min(output) > 0 else None


def _concatenated(tensors: Sequence[Tensor], dim: int = 0) -> Tensor | None:
    first = tensors[0]
    sizes = [*first.shape]
    if not sizes or not _are_alike(*tensors):
        return None
    along = dim % len(sizes)
    sizes[along] = sum(x.shape[along] if x.dim() == len(sizes) else 0 for x in tensors)
    rests = {(*x.shape[:along], *x.shape[along + 1 :]) for x in tensors}
    return _made(first, sizes) if len(rests) == 1 and all(map(_is_in_order, tensors)) else None


_EACH = "elu gelu hardsigmoid hardswish hardtanh leaky_relu mish relu relu6 sigmoid silu tanh"
_WRITTEN = "hardsigmoid_ hardswish_ hardtanh_ relu_ relu6_ sigmoid_ silu_ tanh_"
SHORTCUTS: dict[str, Callable[..., Tensor | None]] = {
    "aten::batch_norm": _batchnorm,
    "aten::layer_norm": _layernorm,
    "aten::linear": _linear,
    **dict.fromkeys(("aten::conv1d", "aten::conv2d", "aten::conv3d"), _conv),
    "aten::max_pool2d": _maxpool,
    "aten::adaptive_avg_pool2d": _adaptive,
    "aten::cat": _concatenated,
    "aten::softmax.int": _softmax,
    **dict.fromkeys(("aten::add.Tensor", "aten::mul.Tensor"), _joined),
    **dict.fromkeys(("aten::add_.Tensor", "aten::mul_.Tensor"), _joined_in_place),
    **{f"aten::{name}": _alike for name in _EACH.split()},
    **{f"aten::{name}": _same for name in _WRITTEN.split()},
}
"""By the name of a call with its overload."""
