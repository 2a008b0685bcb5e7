"""Where a call of PyTorch stands: the names by which the modules above it were called."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from archcalc.readers.naming import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.readers.pytorch.call import Value


class Frame(NamedTuple):
    """A module that is running: its name in the whole, the path by which it was called."""

    name: str
    path: str
    is_leaf: bool


class Naming:
    """Gives each call of a module, and each call of PyTorch, a path of its own.

    `root` is the class of the whole; `labels` are the classes of modules by their paths.

    >>> naming = Naming("Net")
    >>> net = naming.enter(None, "", "Net", is_leaf=False)
    >>> [naming.enter(net, "block.relu", "ReLU", is_leaf=True).path for _ in "12"]
    ['block/relu', 'block/relu#2']
    """

    def __init__(self, root: str) -> None:
        self.labels: dict[str, str] = {}
        self._root = root
        self._calls: Counter[str] = Counter()
        self._numbers: Counter[str] = Counter()
        self._taken: set[str] = set()

    def enter(self, above: Frame | None, name: str, label: str, *, is_leaf: bool) -> Frame:
        """Call a module: its path stands below that of the one that called it if its name does."""
        if above is None or not is_below(name, above.name):
            path = _path(name)
        else:
            path = _join(above.path, _path(name[len(above.name) + bool(above.name) :]))
        return self.enter_at(path, name, label, is_leaf=is_leaf)

    def enter_nameless(self, above: Frame | None, label: str, *, is_leaf: bool) -> Frame:
        """Call a module that has no name in the whole: its class stands for it."""
        name, path = (above.name, above.path) if above else ("", "")
        return self.enter_at(_join(path, path_of(label)), name, label, is_leaf=is_leaf)

    def enter_at(self, path: str, name: str, label: str, *, is_leaf: bool) -> Frame:
        """Call a module at a path; behind that of a second call stands its number."""
        self._calls[path] += 1
        if self._calls[path] > 1:
            path = f"{path}#{self._calls[path]}"
        self.labels[path] = label
        return Frame(name, path, is_leaf)

    def path(self, frame: Frame | None, op: str, read: Sequence[Value]) -> str:
        """Name a call: by its module if that has no parts, else by the owner of its weights."""
        if frame is None:
            return op
        own = [n for v in read if not v.held for n in v.names]
        owner = _owner(frame.name, own[0]) if own else None
        if owner:
            return _join(frame.path, owner)
        if frame.is_leaf:
            return frame.path or path_of(self._root)
        return _join(frame.path, op)

    def unique(self, path: str, op: str) -> str:
        """Give a path that no call had yet."""
        if path not in self._taken:
            self._taken.add(path)
            return path
        last = path.rpartition("/")[2]
        tail = path if last.partition("#")[0] == op or last == op else f"{path}.{op}"
        found, n = tail, max(self._numbers[tail], 1)
        while found in self._taken:
            n += 1
            found = f"{tail}#{n}"
        self._numbers[tail] = n
        self._taken.add(found)
        return found


def is_below(name: str, above: str) -> bool:
    """Tell whether a module is a part of another, by their names; all are parts of the whole.

    >>> is_below("block.conv", "block"), is_below("block2", "block"), is_below("conv", "")
    (True, False, True)
    """
    return not above or name.startswith(f"{above}.")


def _owner(name: str, weight: str) -> str | None:
    """Name the module below another one whose weight this is, or the weight if it is bare."""
    if not is_below(weight, name):
        return None
    owner, _, last = weight[len(name) + bool(name) :].rpartition(".")
    owner = owner.partition(".parametrizations.")[0]
    if owner:
        return _path(owner)
    return _path(last.removesuffix("_weight")) if last.endswith("_weight") else None


def _path(name: str) -> str:
    return path_of(name.replace(".", "/")) if name else ""


def _join(above: str, inner: str) -> str:
    return f"{above}/{inner}" if above and inner else above or inner
