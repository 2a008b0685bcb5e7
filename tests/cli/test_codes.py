"""The codes of mistakes: every code in the source is explained, every example does what it says."""

from __future__ import annotations

import ast
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import archcalc as package
from archcalc.cli.codes import codes, explanation
from archcalc.errors import ArchcalcError, UnknownName
from archcalc.spec.family import interpret
from archcalc.spec.reader import Source, read
from tests.exactly import exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archcalc.spec.spec import Spec
    from tests.cli.conftest import Outcome

RAISERS = {"Reason", "Diagnostic", "complain", "_complain"}
CLASSES = {"UsageError", "SpecError", "ShapeError", "UnknownName", "ArchcalcError"}
WITH_WRONG = [code for code, entry in codes().items() if "wrong" in entry]
WITH_RIGHT = [code for code, entry in codes().items() if "right" in entry]
WITH_CALL = [code for code, entry in codes().items() if "call" in entry]


def codes_in_source() -> Iterator[str]:
    """Find the code of every mistake that is raised: the first text given to what makes one."""
    for path in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and _makes_a_mistake(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def _makes_a_mistake(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr == "of":
        return getattr(function.value, "id", "") in CLASSES
    return getattr(function, "attr", getattr(function, "id", "")) in RAISERS


def test_every_code_is_explained_and_every_explanation_is_of_a_code() -> None:
    assert set(codes_in_source()) == set(codes())


def test_every_explanation_is_a_sentence() -> None:
    assert all(entry["means"].rstrip().endswith(".") for entry in codes().values())


def spec_of(text: str, variant: str | None) -> Spec:
    return interpret(read(Source("example.yaml", text)), "example", variant)


@pytest.mark.parametrize("code", WITH_WRONG)
def test_the_wrong_example_is_wrong_in_this_way_alone(code: str) -> None:
    entry = codes()[code]
    with pytest.raises(ArchcalcError) as caught:
        package.count(spec_of(entry["wrong"], entry.get("variant")))
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {code}


@pytest.mark.parametrize("code", WITH_RIGHT)
def test_the_right_example_counts(code: str) -> None:
    assert package.count(spec_of(codes()[code]["right"], None)).rows


@pytest.mark.parametrize("code", WITH_CALL)
def test_the_call_is_wrong_in_this_way(archcalc: Callable[..., Outcome], code: str) -> None:
    status, output, errors = archcalc(*codes()[code]["call"].split())
    assert (status, output) == (2, "")
    assert errors.startswith(f"error[{code}]: ")


def test_explaining_shows_both_examples(archcalc: Callable[..., Outcome]) -> None:
    assert archcalc("explain-error", "two-ops").output == explanation("two-ops")
    assert explanation("two-ops") == (
        "two-ops: A layer names two ops. Each layer is one; write them one below the other.\n"
        "\nwrong:\n"
        "\n    input: 1x8x8\n    layers: [{conv: 2, kernel: 3, linear: 10}]\n"
        "\nright:\n"
        "\n    input: 1x8x8\n    layers: [{conv: 2, kernel: 3}, {linear: 10}]\n"
    )


def test_an_unknown_code_suggests_the_nearest() -> None:
    with pytest.raises(
        UnknownName,
        match=exactly(
            "error[unknown-code]: there is no code `unknown-ky`\n"
            "  hint: did you mean `unknown-key`?"
        ),
    ):
        explanation("unknown-ky")


def test_without_a_code_all_are_listed(archcalc: Callable[..., Outcome]) -> None:
    output = archcalc("explain-error").output
    assert all(f"\n{code} " in output for code in codes())


def test_a_bug_says_so_and_ends_in_three(
    archcalc: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARCHCALC_DEBUG", raising=False)
    monkeypatch.setattr("archcalc.report.Report.fold", lambda *_: 1 // 0)
    status, _, errors = archcalc("show", "lenet5")
    assert status == 3
    assert errors.startswith("error[internal]: ZeroDivisionError: ")
    assert "this is a bug in archcalc" in errors


def test_json_names_the_place_of_a_mistake(
    archcalc: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"input: 1x8x8\nlayers: [{conv: 2, kernel: 3, strid: 2}]\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    errors = archcalc("show", "-", "--error-format", "json").errors
    assert '"code": "unknown-key"' in errors
    assert '"line": 2,\n      "column": 31,\n      "length": 5,' in errors


def test_github_gets_workflow_commands(
    archcalc: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"input: 1x8x8\nlayers: [{conv: 2, kernel: 3, strid: 2}]\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert archcalc("show", "-", "--error-format=github").errors == (
        "::error file=<stdin>,line=2,col=31,endColumn=35,title=unknown-key::"
        "`strid` is not a key of `conv` (did you mean `stride`?)\n"
    )
    errors = archcalc("shw", "--error-format=github").errors
    assert errors.startswith("::error title=usage::no such command `shw`")
