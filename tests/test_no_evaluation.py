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
    "literal_eval", "system", "popen", "posix_spawn", "run_path", "run_module", "exec_module",
    "FunctionType", "CodeType", "allow_pickle", "__globals__", "__subclasses__", "__builtins__",
}  # fmt: skip
"""What runs text or programs, whatever it is an attribute of."""
PROGRAMS = ("os.exec", "os.spawn")
"""What functions that run programs begin with."""
YAML = {
    "yaml.YAMLError", "yaml.MarkedYAMLError", "yaml.Event", "yaml.ScalarEvent",
    "yaml.SequenceStartEvent", "yaml.MappingStartEvent", "yaml.CollectionEndEvent",
    "yaml.AliasEvent", "yaml.DocumentEndEvent", "yaml.parse", "yaml.SafeLoader", "yaml.CSafeLoader",
    "yaml.safe_load",
}  # fmt: skip
"""What of the YAML library may be used: nothing that makes objects of a text, but `safe_load`."""
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
    "readers/__init__.py": {"importlib.import_module": 1},
    "model/layer.py": {"importlib.import_module": 1},
    "cli/app.py": {"importlib.import_module": 1},
    "cli/completion.py": {"importlib.import_module": 1},
    "display.py": {"importlib.import_module": 1},
    "cli/codes.py": {"yaml.safe_load": 1},
    "readers/pytorch/building.py": {"importlib.import_module": 3},
}
"""Where an expression is parsed, or a module or file of the package is read by its name."""
ASKED = {
    "readers/pytorch/building.py": {"exec_module"},
    "cli/serve.py": {"socket"},
    "page/server.py": {"socket"},
}
"""What runs code because its name, `net.py:Net`, asks for that; no spec can give such a name. What
listens at a port because one asks to serve."""
DYNAMIC = {"ast.parse", "importlib.import_module", "yaml.safe_load"}


def names(tree: ast.AST) -> list[str]:
    """List the names that a file reads, as they are imported: `ast.parse`, `eval`."""
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            home = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            imported |= {alias.asname or alias.name: home + alias.name for alias in node.names}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.append(imported.get(node.id, node.id))
        elif isinstance(node, ast.Attribute):
            first, dot, rest = ast.unparse(node).partition(".")
            found.append(imported.get(first, first) + dot + rest)
        elif isinstance(node, ast.keyword) and node.arg:
            found.append(node.arg)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr":
            owner, field = map(ast.unparse, node.args[:2])
            found.append(f"{imported.get(owner, owner)}.{field.strip(chr(39))}")
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
    programs = {name for name in found if name.startswith(PROGRAMS)}
    loaders = {name for name in found if name.startswith("yaml.")} - YAML
    return found & BUILTINS | attributes | programs | loaders | modules(tree) & MODULES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_can_run_text(path: Path) -> None:
    code = path.read_text("utf-8")
    assert dangers(code) == ASKED.get(str(path.relative_to(PACKAGE)), set())
    used = Counter(name for name in names(ast.parse(code)) if name in DYNAMIC)
    assert dict(used) == GUARDED.get(str(path.relative_to(PACKAGE)), {})


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("eval('1')", "eval"),
        ("import builtins as b; b.exec('1')", "builtins"),
        ("from os import system; system('ls')", "system"),
        ("import os; os.system('ls')", "system"),
        ("import os; os.execvpe('ls', [], {})", "os.execvpe"),
        ("from os import spawnlp; spawnlp(0, 'ls')", "os.spawnlp"),
        ("import yaml; yaml.load(t, Loader=yaml.UnsafeLoader)", "yaml.UnsafeLoader"),
        ("import yaml; yaml.load(t, yaml.Loader)", "yaml.Loader"),
        ("import yaml as y; y.load_all(t, y.CLoader)", "yaml.load_all"),
        ("from yaml import full_load as safe_load; safe_load(t)", "yaml.full_load"),
        ("import numpy as np; np.load(f, allow_pickle=True)", "allow_pickle"),
        ("e = eval; e('1')", "eval"),
        ("import os; getattr(os, 'system')('ls')", "system"),
        ("import yaml; yaml.parse(t, getattr(yaml, 'CLoader'))", "yaml.CLoader"),
        ("import pickle", "pickle"),
        ("from subprocess import run", "subprocess"),
        ("__import__('os')", "__import__"),
    ],
)
def test_this_test_would_notice(code: str, found: str) -> None:
    assert found in dangers(code)


def test_specs_are_parsed_and_never_constructed() -> None:
    used = {
        name
        for path in (PACKAGE / "spec").glob("*.py")
        for name in names(ast.parse(path.read_text("utf-8")))
        if name.startswith("yaml.")
    }
    assert "yaml.parse" in used
    assert {name for name in used if "load" in name.lower()} == {
        "yaml.SafeLoader",
        "yaml.CSafeLoader",
    }
