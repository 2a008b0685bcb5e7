"""Nothing in a spec is ever run as Python: the code has no way to do so, but for guarded places."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

import archcalc

PACKAGE = Path(archcalc.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

BUILTINS = {"eval", "exec", "compile", "__import__", "breakpoint", "globals", "locals"}
"""What runs text, by its plain name."""
ATTRIBUTES = {
    "unsafe_load", "full_load", "load_all", "full_load_all", "UnsafeLoader", "FullLoader",
    "CUnsafeLoader", "CFullLoader", "BaseConstructor", "literal_eval", "system", "popen",
    "spawnl", "spawnv", "execv", "execl", "run_path", "run_module", "exec_module", "__globals__",
    "__subclasses__", "__builtins__",
}  # fmt: skip
"""What runs text or programs, whatever it is an attribute of."""
MODULES = {
    "pickle", "marshal", "shelve", "dill", "subprocess", "ctypes", "code", "codeop", "pty",
    "runpy", "imp", "timeit", "socket", "urllib", "http", "requests", "jinja2", "builtins",
}  # fmt: skip
"""What no counting needs."""
GUARDED = {
    "spec/expression.py": {"ast.parse": 1},
    "convention/rule.py": {"ast.parse": 1},  # a text that an Expression has accepted before
    "__init__.py": {"importlib.import_module": 1},
    "ops/__init__.py": {"importlib.import_module": 1},
    "model/layer.py": {"importlib.import_module": 1},
    "cli/app.py": {"importlib.import_module": 1},
    "cli/codes.py": {"yaml.safe_load": 1},
}
"""Where an expression is parsed, or a module or file of the package is read by its name."""
DYNAMIC = {"ast.parse", "importlib.import_module", "yaml.safe_load"}


def names(tree: ast.AST) -> list[str]:
    """List the names that a file reads, as they are imported: `ast.parse`, `eval`."""
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.append(imported.get(node.id, node.id))
        elif isinstance(node, ast.Attribute):
            found.append(ast.unparse(node))
    return found


def modules(tree: ast.AST) -> set[str]:
    """List the first words of what a file imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


def dangers(code: str) -> set[str]:
    """Name what in a piece of code could run text."""
    tree = ast.parse(code)
    found = set(names(tree))
    attributes = {name.rpartition(".")[2] for name in found} & ATTRIBUTES
    return found & BUILTINS | attributes | modules(tree) & MODULES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_can_run_text(path: Path) -> None:
    code = path.read_text("utf-8")
    assert dangers(code) == set()
    used = Counter(name for name in names(ast.parse(code)) if name in DYNAMIC)
    assert dict(used) == GUARDED.get(str(path.relative_to(PACKAGE)), {})


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("eval('1')", "eval"),
        ("import builtins as b; b.exec('1')", "builtins"),
        ("from os import system; system('ls')", "system"),
        ("import os; os.system('ls')", "system"),
        ("import yaml; yaml.load(t, Loader=yaml.UnsafeLoader)", "UnsafeLoader"),
        ("import pickle", "pickle"),
        ("from subprocess import run", "subprocess"),
        ("__import__('os')", "__import__"),
    ],
)
def test_this_test_would_notice(code: str, found: str) -> None:
    assert found in dangers(code)


def test_specs_are_parsed_and_never_constructed() -> None:
    used = [
        name
        for path in (PACKAGE / "spec").glob("*.py")
        for name in names(ast.parse(path.read_text("utf-8")))
        if name.startswith("yaml.")
    ]
    assert "yaml.parse" in used
    assert [name for name in used if "load" in name.lower()] == ["yaml.SafeLoader"]
