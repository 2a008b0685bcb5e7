"""What is public, and who imports whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import archcalc

PACKAGE = Path(archcalc.__file__).parent
DISPLAY = {"rich", "typer", "tabulate", "click"}


def imports(path: Path, *, late: bool = True) -> set[str]:
    """Name the modules that a file imports, but not for types alone; `late` within functions."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.FunctionDef) and not late:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        waiting.extend(ast.iter_child_nodes(node))
    return found


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (PACKAGE / folder).glob("*.py")]
    return sorted(found)


def within(names: set[str], *packages: str) -> set[str]:
    return {name for name in names if f"{name}.".startswith(tuple(f"{p}." for p in packages))}


def relative(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


CORE = [
    *files("ops", "spec"),
    *(
        PACKAGE / f"{name}.py"
        for name in (
            "__init__", "arithmetic", "errors", "graph", "limits", "memory", "receptive_field",
            "report",
        )
    ),
]  # fmt: skip


def test_all_is_sorted_and_exactly_what_is_public() -> None:
    assert archcalc.__all__ == sorted(archcalc.__all__)
    assert set(archcalc.__all__) == set(archcalc._HOMES)  # noqa: SLF001 - the same list, twice
    assert set(dir(archcalc)) == {*archcalc.__all__, "__version__"}


@pytest.mark.parametrize("name", archcalc.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(archcalc, name)

    assert value.__name__ == name
    assert value.__doc__
    assert f"archcalc.{archcalc._HOMES[name]}" == value.__module__  # noqa: SLF001


def test_a_name_that_is_not_public() -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(archcalc, "contar")  # noqa: B009 - mypy would know

    assert str(caught.value) == "module `archcalc` has no attribute `contar`"


def test_no_public_function_hides_a_module_of_its_name() -> None:
    modules = {path.stem for path in PACKAGE.iterdir()}

    assert not modules & set(archcalc.__all__)


@pytest.mark.parametrize("path", files("kernels"), ids=relative)
def test_kernels_import_nothing_of_archcalc_but_kernels(path: Path) -> None:
    assert not {
        name
        for name in within(imports(path), "archcalc")
        if not f"{name}.".startswith("archcalc.kernels.")
    }


@pytest.mark.parametrize("path", CORE, ids=relative)
def test_counting_imports_neither_kernels_nor_numpy_nor_display(path: Path) -> None:
    assert not within(imports(path), "numpy", "archcalc.kernels", "archcalc.model", *DISPLAY)


@pytest.mark.parametrize("path", files("ops"), ids=relative)
def test_rules_import_nothing_above_them(path: Path) -> None:
    above = ("archcalc.spec", "archcalc.graph", "archcalc.report", "archcalc.referee")

    assert not within(imports(path), *above)


@pytest.mark.parametrize("path", files("spec"), ids=relative)
def test_the_language_imports_nothing_above_it(path: Path) -> None:
    above = ("archcalc.report", "archcalc.referee", "archcalc.convention", "archcalc.render")

    assert not within(imports(path), *above)


@pytest.mark.parametrize(
    "path",
    [p for p in PACKAGE.rglob("*.py") if p.parent.name not in {"render", "cli"}],
    ids=relative,
)
def test_only_rendering_and_the_command_line_know_display(path: Path) -> None:
    assert not within(imports(path), *DISPLAY)


@pytest.mark.parametrize(
    "path",
    [p for p in PACKAGE.rglob("*.py") if p.parent.name != "cli" and p.stem != "__main__"],
    ids=relative,
)
def test_nothing_imports_the_command_line(path: Path) -> None:
    assert not within(imports(path), "archcalc.cli")


def test_the_test_sees_imports(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "import numpy.linalg\n"
        "from archcalc import kernels\n"
        "if TYPE_CHECKING:\n    import rich\n"
        "def f():\n    from typer import Typer\n",
        "utf-8",
    )

    assert within(imports(path), "numpy", "archcalc.kernels", *DISPLAY) == {
        "numpy.linalg",
        "archcalc.kernels",
        "typer",
        "typer.Typer",
    }
    assert within(imports(path, late=False), *DISPLAY) == set()


def loaded(program: str) -> set[str]:
    """Run a program in a new process and name the packages that it has loaded at its end."""
    ending = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    result = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", f"{program}\n{ending}"],
        capture_output=True,
        check=True,
        text=True,
        cwd=PACKAGE.parent,
    )
    return set(result.stdout.split())


def test_counting_loads_neither_numpy_nor_display() -> None:
    program = "import archcalc\narchcalc.count('resnet50').to_dict()"

    assert not loaded(program) & {"numpy", *DISPLAY}
    assert "numpy" in loaded("import archcalc\narchcalc.build")


def test_importing_loads_next_to_nothing() -> None:
    assert not loaded("import archcalc") & {"numpy", "yaml", *DISPLAY}


def test_sizes_of_modules_stay_readable() -> None:
    longest = max(PACKAGE.rglob("*.py"), key=lambda path: path.read_text("utf-8").count("\n"))

    assert longest.read_text("utf-8").count("\n") <= 500


def test_functions_stay_readable() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                assert node.end_lineno - node.lineno < 60, f"{relative(path)}: {node.name}"


def test_every_module_says_what_it_is() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), relative(path)


@pytest.mark.parametrize(
    "path", [p for p in PACKAGE.rglob("*.py") if p.parent.name != "pytorch"], ids=relative
)
def test_only_the_reader_of_live_modules_knows_torch(path: Path) -> None:
    assert not within(imports(path), "torch")
