"""What holds for every spec that is drawn, and for every text that a spec is broken into."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc import ArchcalcError, limits
from archcalc.cli.run import run
from archcalc.counts import QUANTITIES
from archcalc.spec.family import interpret
from archcalc.spec.library import families, source_of
from archcalc.spec.reader import Source, read
from tests.strategies import keeping, networks, specs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hypothesis.strategies import DrawFn

    from archcalc import Report
    from archcalc.counts import Counts

VARIANTS = st.sampled_from([None, "plain", "other", "last"])
SMALL = {"values": 3_000, "layers": 1_000, "steps": 5_000}
"""Limits that end a broken spec at once."""


def count(text: str, variant: str | None = None, **options: Any) -> Report:  # noqa: ANN401 - those of `archcalc.count`
    """Count a text."""
    spec = interpret(read(Source("drawn.yaml", text)), "drawn", variant)
    return archcalc.count(spec, **options)


def figures(counts: Counts) -> dict[str, object]:
    """List every figure of some counts."""
    return {name: getattr(counts, name) for name in (*QUANTITIES, "work")}


@given(specs(), VARIANTS)
def test_counting_twice_gives_the_same(text: str, variant: str | None) -> None:
    first = count(text, variant, heads=True)
    assert first.to_dict() == count(text, variant, heads=True).to_dict()


@given(specs(), VARIANTS, st.booleans())
def test_rows_add_up_to_the_totals_at_every_fold(
    text: str, variant: str | None, with_heads: object
) -> None:
    report = count(text, variant, heads=with_heads)
    parts = [report.main, *report.heads.values()]
    for rows in (*map(report.fold, (1, 2, 3, None)), report.by_op().values(), parts):
        for name in QUANTITIES:
            assert sum(getattr(row, name) for row in rows) == getattr(report.total, name), name
        for kind in range(len(report.total.work)):
            assert sum(row.work[kind] for row in rows) == report.total.work[kind]


@given(specs(), st.integers(2, 1000))
def test_a_batch_multiplies_work_and_activations_and_nothing_else(text: str, batch: int) -> None:
    single, many = count(text), count(text, batch=batch)
    assert many.total.work == tuple(batch * n for n in single.total.work)
    assert (many.total.macs, many.total.flops) == (
        batch * single.total.macs,
        batch * single.total.flops,
    )
    for name in set(QUANTITIES) - {"macs", "flops"}:
        assert getattr(many.total, name) == getattr(single.total, name), name
    assert many.memory().parameters == single.memory().parameters
    assert many.memory().outputs == batch * single.memory().outputs
    assert many.memory().live == batch * single.memory().live


@given(keeping(2), keeping(2), st.sampled_from(["add", "concat"]))
def test_independent_branches_may_be_swapped(one: str, other: str, join: str) -> None:
    text = "input: 2x7x7\nlayers: [{name: j, %s: [%s, %s]}, {conv: 3, kernel: 1}]\n"
    straight, swapped = count(text % (join, one, other)), count(text % (join, other, one))
    assert figures(straight.total) == figures(swapped.total)
    assert straight.by_op() == swapped.by_op()
    assert straight.rows[-1].output == swapped.rows[-1].output
    assert straight.rows[-1].field == swapped.rows[-1].field


@settings(max_examples=60)
@given(specs(), VARIANTS)
def test_rule_equals_witness(text: str, variant: str | None) -> None:
    confirmation = archcalc.confirm(count(text, variant, heads=True))
    assert confirmation.agrees, [str(line) for line in confirmation.differing]


@pytest.mark.parametrize("path", families(), ids=lambda path: path.stem)
def test_an_exported_spec_gives_the_same_reports(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    networks_of = [entry for entry in archcalc.networks() if entry.path == path]
    assert run(["export", networks_of[0].id]) == 0
    copy = tmp_path / "copy.yaml"
    copy.write_text(capsys.readouterr().out, "utf-8")
    for entry in networks_of:
        ours = archcalc.count(entry.id, heads=True).to_dict()
        name = f"{copy}#{entry.variant}" if entry.variant else str(copy)
        again = archcalc.count(name, heads=True).to_dict()
        assert again == ours | {"network": again["network"]}


# -- Every function of the library, on every spec and input

INPUTS = st.sampled_from([None, "1x1x1", "3x2x2", "4x9x3"])


def ask(text: str, variant: str | None, size: str | None) -> Iterator[Callable[[], object]]:
    """Ask the library all that it answers of a network."""
    spec = interpret(read(Source("drawn.yaml", text)), "drawn", variant)
    report = archcalc.count(spec, input=size, heads=True)
    paths = [*report.graph.ends, *report.graph.containers, *(row.path for row in report.rows)]
    yield report.to_dict
    yield lambda: [getattr(report, name) for name in ("notes", "fields", "scope", "heads")]
    for path in (None, *dict.fromkeys(paths)):
        yield partial(archcalc.explain, spec, path, input=size, heads=True)
    for name in ("thop", "torchvision", "ptflops", "onnx"):
        yield partial(report.figure, name)
    yield lambda: archcalc.compare(report, "lenet5")
    yield lambda: archcalc.diff(report, spec)
    yield lambda: archcalc.budget(report, max_parameters=10)
    yield lambda: archcalc.build(report.graph).forward(np.zeros((2, *report.input)))


@settings(max_examples=40)
@given(specs(), VARIANTS, INPUTS)
def test_no_function_lets_a_bare_reason_out(
    text: str, variant: str | None, size: str | None
) -> None:
    try:
        questions = list(ask(text, variant, size))
    except ArchcalcError:
        return
    for question in questions:
        with suppress(ArchcalcError):
            question()


# -- Broken texts

NUMBERS = ["0", "-1", "1" * 400, "1e999", "0.5", ".nan", "-.inf", "1e-9", "010", "99999999999"]
WORDS = [
    "conv", "add", "block", "layers", "input", "=p", "=channels", "'=p", "name", "wide", "when",
    "half", "true", "{", "}", "[", "]", "- ", ": ", "*a", "&a ", "!!str ", "\n", "---\n", "\t",
    "=input.height > 2", "=depths[0]", "=9//0", '"', "\x00", "\u202e", "\ufeff", "🙂", "from",
    "=sum([1, 2], p)", "=p if flag", "repeat", "for", "in", "~", "|", ">", "#", ",", "a.b", "a/b",
]  # fmt: skip


@st.composite
def broken(draw: DrawFn) -> str:
    """Draw a text that was a spec, or still is one."""
    text = draw(st.one_of(specs(), networks()))
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from([_lines, _characters, _numbers, _words]))(draw, text)
    return text


def _lines(draw: DrawFn, text: str) -> str:
    """Delete, double or swap lines."""
    lines = text.split("\n")
    here, there = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    kind = draw(st.sampled_from(["delete", "double", "swap", "indent"]))
    if kind == "swap":
        lines[here], lines[there] = lines[there], lines[here]
    lines[here : here + 1] = {
        "delete": [], "double": [lines[here]] * 2, "indent": [f"  {lines[here]}"],
    }.get(kind, [lines[here]])  # fmt: skip
    return "\n".join(lines)


def _characters(draw: DrawFn, text: str) -> str:
    """Delete, double or replace a stretch of characters."""
    start = draw(st.integers(0, max(0, len(text) - 1)))
    end = start + draw(st.integers(0, 8))
    between = draw(st.sampled_from(["", text[start:end] * 2, draw(st.text(max_size=3))]))
    return text[:start] + between + text[end:]


def _numbers(draw: DrawFn, text: str) -> str:
    """Replace a number by one that is hard to bear."""
    return _replace(draw, text, r"\d+", NUMBERS)


def _words(draw: DrawFn, text: str) -> str:
    """Replace a word by one of another kind."""
    return _replace(draw, text, r"=?\w+|[\[\]{},:]", WORDS)


def _replace(draw: DrawFn, text: str, pattern: str, others: list[str]) -> str:
    found = list(re.finditer(pattern, text))
    if not found:
        return text
    place = draw(st.sampled_from(found))
    return text[: place.start()] + draw(st.sampled_from(others)) + text[place.end() :]


def hold(content: str | bytes) -> None:
    """Count what may be no spec: it gives a whole report, or an error that can be printed."""
    try:
        with limits.raised(**SMALL):
            spec = interpret(read(source_of(content, "drawn.yaml")), "drawn")
            report = archcalc.count(spec, heads=True)
            assert sum(row.parameters for row in report.rows) == report.total.parameters
            report.to_dict()
    except ArchcalcError as mistake:
        error = mistake
    else:
        return
    assert all(line.isprintable() for line in str(error).split("\n"))
    assert all(diagnostic.code and diagnostic.message for diagnostic in error.diagnostics)
    assert error.diagnostics


@settings(max_examples=400)
@given(broken())
def test_a_broken_spec_gives_a_report_or_a_declared_error(text: str) -> None:
    hold(text)


@settings(max_examples=200)
@given(st.text())
def test_any_text_gives_a_report_or_a_declared_error(text: str) -> None:
    hold(f"input: 1x8x8\nparameters: {{p: {text}}}\nlayers: [{text}]")


@settings(max_examples=200)
@given(st.binary(max_size=100))
def test_any_bytes_give_a_report_or_a_declared_error(content: bytes) -> None:
    hold(content)
