"""How the package is built: modules that can be read at one go, and imports in one direction.

What a function imports when it is called, and what only types need, is left out of it.
"""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import archcalc

if TYPE_CHECKING:
    from collections.abc import Collection

FOLDER = Path(archcalc.__file__).parent
CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"
MOST = 300
"""The lines of a module."""


def name_of(path: Path) -> str:
    parts = path.relative_to(FOLDER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(FOLDER.rglob("*.py"))}


def imports(source: str, modules: Collection[str]) -> set[str]:
    """Name the modules that a source imports when it is imported itself."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in modules else str(node.module) for name in names}
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found & {*modules}


GRAPH = {name: imports(path.read_text("utf-8"), MODULES) - {name} for name, path in MODULES.items()}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Give the modules of a circle, if there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def table() -> list[list[str]]:
    """Read CONTRIBUTING's table: the modules and folders of each row, the uppermost first."""
    text = CONTRIBUTING.read_text("utf-8")
    rows = re.findall(r"^\| (`archcalc/.*?) \|", text, re.MULTILINE)
    return [
        [
            "archcalc." + name.removeprefix("archcalc/").removesuffix("/").removesuffix(".py")
            for name in re.findall(r"`(.*?)`", row)
        ]
        for row in rows
    ]


def row_of(module: str, rows: list[list[str]]) -> int:
    """Tell in which row a module stands: itself, or its folder. Raises ValueError for none."""
    places = [
        i for i, row in enumerate(rows) for name in row if f"{module}.".startswith(f"{name}.")
    ]
    if len(places) != 1:
        raise ValueError(f"{module} stands in {len(places)} rows")
    return places[0]


def upwards(graph: dict[str, set[str]], rows: list[list[str]]) -> list[str]:
    """List the imports from a row above."""
    return [
        f"{name} imports {other}"
        for name, others in graph.items()
        for other in sorted(others)
        if row_of(other, rows) < row_of(name, rows)
    ]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_can_be_read_at_one_go(name: str) -> None:
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= MOST


def test_no_module_imports_itself_around_a_circle() -> None:
    assert circle(GRAPH) == []


def test_imports_go_downwards_in_the_table_of_contributing() -> None:
    graph = {name: others - {"archcalc"} for name, others in GRAPH.items() if name != "archcalc"}
    assert upwards(graph, table()) == []


def test_every_name_of_the_table_is_a_module_or_a_folder() -> None:
    assert [name for row in table() for name in row if name not in MODULES] == []


def test_the_tests_see_what_must_not_be() -> None:
    rows = [["a.top"], ["a.low", "a.folder"]]
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "c", "b", "a"]
    assert upwards({"a.top": {"a.low"}, "a.folder.x": {"a.top"}}, rows) == [
        "a.folder.x imports a.top"
    ]
    with pytest.raises(ValueError, match=r"a\.other stands in 0 rows"):
        row_of("a.other", rows)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a.b", {"a.b"}),
        ("from a import b, c", {"a", "a.b"}),
        ("from a.b import name", {"a.b"}),
        ("if x:\n    from a.b import name", {"a.b"}),
        ("class C:\n    from a import b", {"a.b"}),
        ("try:\n    import a.b\nexcept ImportError:\n    pass", {"a.b"}),
        ("if TYPE_CHECKING:\n    import a.b\nelse:\n    import a", {"a"}),
        ("def late():\n    import a.b", set()),
        ("import numpy", set()),
    ],
)
def test_the_tests_see_every_import(source: str, found: set[str]) -> None:
    assert imports(source, dict.fromkeys(("a", "a.b"), FOLDER)) == found
