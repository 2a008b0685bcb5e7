"""Which values, and which names, are live modules: told without importing what they are made with.

>>> is_module("resnet50"), is_name("resnet50"), is_name("torchvision:resnet50"), is_name("a.py:Net")
(False, False, True, True)
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from archcalc.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import nn

    from archcalc.graph import Graph

Sizes: TypeAlias = "Sequence[tuple[int, ...]]"
Rules: TypeAlias = "Mapping[str, Callable[[Sizes, Sizes], Mapping[str, int]]]"
"""By the name of a call or layer what it counts, from the sizes that it reads and puts out."""
REGISTRIES = ("torchvision", "timm", "transformers")
"""Where names are looked up, and nothing else is run."""
KERAS = ("keras", "tf_keras")
"""The packages whose models say what they are in JSON."""
_NAME = re.compile(r"(?:.+\.py|[A-Za-z_][\w.]*):[^:]+")


def is_module(net: object) -> TypeGuard[nn.Module]:
    """Tell whether this is a PyTorch module, or a Keras model: then theirs have been imported."""
    torch = sys.modules.get("torch")
    return is_keras(net) or (torch is not None and isinstance(net, torch.nn.Module))


def is_keras(net: object) -> bool:
    """Tell whether this is a Keras model, which may be a PyTorch module too."""
    models = (getattr(sys.modules.get(name), "Model", None) for name in KERAS)
    return any(isinstance(model, type) and isinstance(net, model) for model in models)


def is_name(net: object) -> TypeGuard[str]:
    """Tell whether this names a live module: `torchvision:resnet50`, `package.module:Net`."""
    return isinstance(net, str) and _NAME.fullmatch(net) is not None


def runs(name: str) -> str:
    """Name the code that a name of a live module imports; empty for one of a registry.

    >>> runs("net.py:Net"), runs("timm:resnet50")
    ('net.py', '')
    """
    source = name.rpartition(":")[0]
    return "" if source in REGISTRIES else source


def read_module(
    net: nn.Module | str,
    inputs: Any,  # noqa: ANN401 - shapes, tensors, several
    settings: Mapping[str, Any],
    rules: Rules | None = None,
) -> Graph:
    """Read a live module, or what a name makes, at its inputs.

    Raises UsageError where it cannot run or PyTorch is missing, UnknownName for a name of nothing.
    """
    if is_keras(net):
        from archcalc.readers.keras import read_model  # noqa: PLC0415 - where one is met
        from archcalc.readers.ruling import ruled  # noqa: PLC0415

        graph = read_model(net, inputs)
        return ruled(graph, rules) if rules else graph
    try:
        from archcalc.readers.pytorch import module  # noqa: PLC0415 - imports torch
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        hint = "pip install 'archcalc[torch]'"
        raise UsageError.of("not-installed", "PyTorch is not installed", hint) from None
    if isinstance(net, str):
        return module.read_named(net, inputs, settings, rules or {})
    return module.read(net, inputs, rules=rules)
