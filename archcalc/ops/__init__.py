"""The ops: one module, one class, one name each. `find` imports an op when a spec first uses it.

>>> find("conv").main
'filters'
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from archcalc.ops.op import Op

_SUPPORT = {
    "__init__", "op", "shape", "weight", "window", "broadcast", "cut", "activation",
    "normalisation", "fields", "declarations", "recurrent", "choices", "composites", "given",
    "quantities", "span",
}  # fmt: skip


@cache
def names() -> frozenset[str]:
    """List every op by its word in a spec."""
    files = (file for folder in __path__ for file in Path(folder).glob("*.py"))
    return frozenset(file.stem for file in files) - _SUPPORT


@cache
def runnable() -> frozenset[str]:
    """List the ops that have a kernel: all but those that stand for what is unknown."""
    return frozenset(name for name in names() if find(name).role != "unknown")


@cache
def find(name: str) -> type[Op]:
    """Find the class of an op. Raises KeyError if there is none of this name."""
    if name not in names():
        raise KeyError(name)
    module = import_module(f"{__name__}.{name}")
    return next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Op) and value.__module__ == module.__name__
    )


def is_join(name: str) -> bool:
    """Tell whether a word is an op that has branches.

    >>> is_join("add"), is_join("conv"), is_join("stage1")
    (True, False, False)
    """
    return name in names() and find(name).role == "join"


def make(name: str, **fields: object) -> Op:
    """Make an op from fields in their normal form.

    >>> make("add", branches=2)
    Add(branches=2)
    """
    return find(name)(**fields)


@cache
def field_types(name: str) -> dict[str, str]:
    """Map the fields of an op to their declared types, in the order in which they are declared."""
    return {
        field: declared
        for parent in reversed(find(name).__mro__)
        for field, declared in vars(parent).get("__annotations__", {}).items()
        if not declared.startswith("ClassVar")
    }
