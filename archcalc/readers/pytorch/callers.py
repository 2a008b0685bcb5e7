"""Which module of PyTorch is running: followed by hooks on all modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from archcalc.graph import CUSTOM, FUNCTION, MODULE
from archcalc.readers.pytorch.naming import Frame, Naming, is_below
from archcalc.readers.pytorch.packed import is_wrapper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from archcalc.readers.pytorch.call import Value


class Callers:
    """Follows which module is running; its calls are named by where it stands."""

    def __init__(self, root: nn.Module) -> None:
        self.naming = Naming(type(root).__name__)
        self._names: dict[int, list[str]] = {}
        for name, module in root.named_modules(remove_duplicate=False):
            self._names.setdefault(id(module), []).append(name)
        self._stack: list[Frame] = []
        self._ways: list[str] = []
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

    def path(self, op: str, read: Sequence[Value]) -> str:
        """Name a call of the module that is running."""
        return self.naming.path(self._stack[-1] if self._stack else None, op, read)

    def way(self) -> str:
        """Tell in what way a call is written: as a module, in one of another class, a function."""
        return self._ways[-1] if self._ways else FUNCTION

    def _enter(self, module: nn.Module, _: object) -> None:
        above = self._stack[-1] if self._stack else None
        label, is_leaf = type(module).__name__, all(map(is_wrapper, module.children()))
        names = self._names.get(id(module))
        if names is None:
            frame = self.naming.enter_nameless(above, label, is_leaf=is_leaf)
        else:
            below = (name for name in names if above and is_below(name, above.name))
            frame = self.naming.enter(above, next(below, names[0]), label, is_leaf=is_leaf)
        self._stack.append(frame)
        own = type(module).__module__.partition(".")[0] == "torch"
        self._ways.append((MODULE if own else CUSTOM) if is_leaf else FUNCTION)

    def _leave(self, *_: object) -> None:
        self._stack.pop()
        self._ways.pop()
