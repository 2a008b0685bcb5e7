"""A module left as it was found: whatever a pass changes in it is put back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn


@contextmanager
def kept(module: nn.Module) -> Iterator[None]:
    """Put back after a stretch of code what every part of a module holds, caches and all."""
    saved = [(part, _copied(part.__dict__)) for part in module.modules()]
    fastpath = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        for part, _ in saved:
            part.__dict__["training"] = False
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fastpath)
        for part, (attributes, contents) in saved:
            part.__dict__.clear()
            part.__dict__.update(attributes)
            for holder, content in contents:
                _refill(holder, content)


def _copied(attributes: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[Any, Any]]]:
    contents = [
        (value, type(value)(value) if type(value) in {dict, list, set} else dict(value))
        for value in attributes.values()
        if isinstance(value, dict) or type(value) in {list, set}
    ]
    return dict(attributes), contents


def _refill(holder: Any, content: Any) -> None:
    if isinstance(holder, list):
        holder[:] = content
    else:
        holder.clear()
        holder.update(content)
