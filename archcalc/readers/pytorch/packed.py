"""Weights that PyTorch packs into objects, as its quantised layers do: no parameter lists them.

They are whole numbers, which nothing trains: fixed weights. Scales and zero points are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.utils._pytree import tree_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import nn

    Sizes = tuple[int, ...]

_CELL = "CellParamsBase"
_KINDS = {
    "LinearPackedParamsBase",
    "Conv2dPackedParamsBase",
    "Conv3dPackedParamsBase",
    "EmbeddingPackedParamsBase",
    _CELL,
}
"""What PyTorch calls the objects that weights are packed into."""
_WRAPPERS = {"_packed_params", "_packed_weight", "_all_weight_values", "param"}
"""The names that stand for an object's being packed, and are none of a layer's."""
_ROWS = ("weight", "bias")
_WINDOW = ("stride", "padding", "output_padding", "dilation", "groups")


class Packed(NamedTuple):
    """An object of a module: the sizes of its arrays by name, and how a window of it goes."""

    arrays: Mapping[str, Sizes]
    window: Mapping[str, Any]


class Layer(NamedTuple):
    """What stands for such an object in a pass without data: arrays of the same sizes."""

    arrays: tuple[torch.Tensor, ...]
    window: Mapping[str, Any]

    @property
    def weight(self) -> torch.Tensor:
        """The matrix, or the kernels."""
        return self.arrays[0]

    @property
    def bias(self) -> torch.Tensor | None:
        """What is added, if it is there."""
        return self.arrays[1] if self.arrays[1:] else None


def packed(module: nn.Module) -> dict[int, Packed]:
    """Find the objects of a module that hold weights, by what PyTorch knows each of them by."""
    found: dict[int, Packed] = {}
    for path, part in module.named_modules():
        for key, held in vars(part).items():
            if isinstance(held, torch.ScriptObject) and _is_packed(held):
                found.setdefault(hash(held), _read(_named(path, key), held))
    return found


def sizes(module: nn.Module) -> dict[str, Sizes]:
    """Give the sizes of all that a module stores as weights, by name: its parameters, and these."""
    own = {name: tuple(p.shape) for name, p in module.named_parameters()}
    return own | {n: s for one in packed(module).values() for n, s in one.arrays.items()}


def layer(
    one: Packed, make: Callable[[Sizes], torch.Tensor], hold: Callable[[torch.Tensor, str], None]
) -> Layer:
    """Make tensors in the place of what is packed, and make them known by their names."""
    made = {name: make(size) for name, size in one.arrays.items()}
    for name, tensor in made.items():
        hold(tensor, name)
    return Layer(tuple(made.values()), one.window)


def is_wrapper(module: nn.Module) -> bool:
    """Tell whether a module is only what PyTorch puts around such an object: it does nothing."""
    named = type(module).__name__ in {"LinearPackedParams", "EmbeddingPackedParams"}
    return named and any(map(_is_packed, vars(module).values()))


def _named(path: str, key: str) -> str:
    """Name an object as its module's state does: without what it is packed in.

    >>> _named("fc._packed_params", "_packed_params"), _named("cell", "_packed_weight_ih")
    ('fc', 'cell.weight_ih')
    """
    kept = [one for one in (*path.split("."), key) if one not in _WRAPPERS]
    return ".".join(one.removeprefix("_packed_") for one in kept if one)


def _kind(held: torch.ScriptObject) -> str:
    return str(held._type()).rpartition(".")[2]


def _read(name: str, held: Any) -> Packed:
    """Read what an object holds: a weight, perhaps a bias, of a cell both of each side."""
    if _kind(held) != _CELL:
        window = {word: getattr(held, word)() for word in _WINDOW if held._has_method(word)}
        return Packed(dict(_arrays(name, "", held)), window)
    above, _, number = name.rpartition(".")
    inner = [one for one in tree_leaves(held.__getstate__()) if _is_packed(one)]
    sides = zip((f"_ih_l{number}", f"_hh_l{number}"), inner, strict=True)
    return Packed({n: size for end, one in sides for n, size in _arrays(above, end, one)}, {})


def _arrays(above: str, end: str, held: Any) -> Iterator[tuple[str, Sizes]]:
    opened = held.unpack()
    both = zip(_ROWS, opened if isinstance(opened, tuple) else (opened,), strict=False)
    for word, array in both:
        if array is not None:
            yield f"{above}.{word}{end}".removeprefix("."), tuple(array.shape)


def _is_packed(held: object) -> bool:
    return isinstance(held, torch.ScriptObject) and _kind(held) in _KINDS
