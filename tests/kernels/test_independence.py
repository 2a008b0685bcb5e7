"""Kernels are witnesses: they know NumPy and each other, and nothing of the rules."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from archcalc import kernels, ops

FILES = sorted(Path(kernels.__path__[0]).glob("*.py"))
PRIVATE = [path.stem for path in FILES if path.stem.startswith("_")]
LOSSES = ["cross_entropy", "softmax_cross_entropy", "maximum_a_posteriori"]
OPS = sorted({path.stem for path in FILES} - {*PRIVATE, *LOSSES, "unroll"})
PLAIN = ("__future__", "typing", "collections.abc", "math", "itertools", "functools", "operator")
ALLOWED = ("numpy", *PLAIN, "archcalc.kernels")


def imported(source: str) -> set[str]:
    """Name every module that a source imports; a relative import is one of kernels."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            above = {0: "", 1: "archcalc.kernels."}.get(node.level, "archcalc.")
            names.add((above + (node.module or "")).removesuffix("."))
    return names


def foreign(source: str) -> set[str]:
    """Name the imports that a kernel must not have."""
    names = imported(source)
    return {name for name in names if not f"{name}.".startswith(tuple(f"{a}." for a in ALLOWED))}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_kernel_imports_numpy_and_kernels_alone(path: Path) -> None:
    assert not foreign(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import archcalc", {"archcalc"}),
        ("from archcalc.ops import conv", {"archcalc.ops"}),
        ("from archcalc import ops", {"archcalc"}),
        ("from ..ops.conv import Conv", {"archcalc.ops.conv"}),
        ("from .. import ops", {"archcalc"}),
        ("import numpyro", {"numpyro"}),
        ("if True:\n    import torch", {"torch"}),
        ("def late():\n    from scipy import signal", {"scipy"}),
        ("from . import softmax\nfrom ._arrays import Array\nimport numpy.typing as npt", set()),
    ],
)
def test_the_test_sees_what_a_kernel_must_not_import(source: str, found: set[str]) -> None:
    assert foreign(source) == found


def test_the_package_itself_imports_nothing() -> None:
    source = Path(kernels.__path__[0], "__init__.py").read_text(encoding="utf-8")

    assert not imported(source)


def test_there_is_a_kernel_for_each_op_of_the_language() -> None:
    assert set(OPS) == ops.runnable()


@pytest.mark.parametrize("op", OPS)
def test_every_kernel_has_weights_forward_and_backward(op: str) -> None:
    kernel = importlib.import_module(f"archcalc.kernels.{op}")
    keywords = inspect.signature(kernel.forward).parameters

    assert [*inspect.signature(kernel.backward).parameters][:2] == ["dy", "saved"]
    assert callable(kernel.weights)
    assert set(getattr(kernel, "WEIGHTS", ())) <= set(keywords)
    for function in (kernel.weights, kernel.forward, kernel.backward):
        assert inspect.getdoc(function)
