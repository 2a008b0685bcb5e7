"""Where a call of PyTorch stands: the names by which the modules above it were called."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from archcalc.readers.naming import path_of

if TYPE_CHECKING:
    from torch import nn

    from archcalc.readers.pytorch.call import Value


class Frame(NamedTuple):
    """A module that is running, and the path by which it was called."""

    module: nn.Module
    name: str
    path: str
    is_leaf: bool


class Callers:
    """Follows which module is running; gives each call a path of its own."""

    def __init__(self, root: nn.Module) -> None:
        self.labels: dict[str, str] = {}
        self._root = root
        self._names: dict[int, list[str]] = {}
        for name, module in root.named_modules(remove_duplicate=False):
            self._names.setdefault(id(module), []).append(name)
        self._stack: list[Frame] = []
        self._calls: Counter[str] = Counter()
        self._taken: set[str] = set()
        self._hooks: list[Any] = []

    def __enter__(self) -> Self:
        self._hooks = [
            register_module_forward_pre_hook(self._enter),
            register_module_forward_hook(self._leave, always_call=True),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def path(self, op: str, read: list[Value]) -> str:
        """Name a call: by its module if that has no parts, else by the owner of its weights."""
        if not self._stack:
            return op
        name, path, is_leaf = self._stack[-1][1:]
        own = [n for v in read if not v.held for n in v.names]
        owner = self._below(name, own[0]) if own else None
        if owner:
            return f"{path}/{owner}" if path else owner
        if is_leaf:
            return path or path_of(type(self._root).__name__)
        return f"{path}/{op}" if path else op

    def unique(self, path: str, op: str) -> str:
        """Give a path that no call had yet."""
        if path not in self._taken:
            self._taken.add(path)
            return path
        last = path.rpartition("/")[2]
        tail = path if last.partition("#")[0] == op or last == op else f"{path}.{op}"
        found, n = tail, 1
        while found in self._taken:
            n += 1
            found = f"{tail}#{n}"
        self._taken.add(found)
        return found

    def _enter(self, module: nn.Module, _: object) -> None:
        name, path = self._called(module)
        self._calls[path] += 1
        if self._calls[path] > 1:
            path = f"{path}#{self._calls[path]}"
        self.labels[path] = type(module).__name__
        is_leaf = next(module.children(), None) is None
        self._stack.append(Frame(module, name, path, is_leaf))

    def _leave(self, *_: object) -> None:
        self._stack.pop()

    def _called(self, module: nn.Module) -> tuple[str, str]:
        """Give a module's name, and its path: below the one that called it if it belongs there."""
        names = self._names.get(id(module))
        if names is None:
            above = self._stack[-1] if self._stack else Frame(module, "", "", is_leaf=False)
            return above.name, _join(above.path, path_of(type(module).__name__))
        if not self._stack:
            return names[0], _path(names[0])
        above = self._stack[-1]
        for name in names:
            if name.startswith(f"{above.name}.") or not above.name:
                inner = name[len(above.name) + 1 :] if above.name else name
                return name, _join(above.path, _path(inner))
        return names[0], _path(names[0])

    def _below(self, name: str, weight: str) -> str | None:
        """Name the module below another one whose weight this is, or the weight if it is bare."""
        inside = f"{name}." if name else ""
        if not weight.startswith(inside):
            return None
        owner, _, last = weight[len(inside) :].rpartition(".")
        owner = owner.partition(".parametrizations.")[0]
        if owner:
            return _path(owner)
        return _path(last.removesuffix("_weight")) if last.endswith("_weight") else None


def _path(name: str) -> str:
    return path_of(name.replace(".", "/")) if name else ""


def _join(above: str, inner: str) -> str:
    return f"{above}/{inner}" if above and inner else above or inner
