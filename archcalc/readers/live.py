"""Which values are live modules: told without importing what they are made with.

>>> is_module("resnet50")
False
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from torch import nn

    from archcalc.graph import Graph


def is_module(net: object) -> TypeGuard[nn.Module]:
    """Tell whether this is a PyTorch module: then torch has been imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(net, torch.nn.Module)


def read_module(net: nn.Module, inputs: Any) -> Graph:  # noqa: ANN401 - shapes, tensors, several
    """Read a live module at its inputs. Raises UsageError where it cannot run."""
    from archcalc.readers.pytorch import read  # noqa: PLC0415 - imports torch

    return read(net, inputs)
